//! Manifests that change what units depend on, where the unit itself does not change.

use super::{Repo, between, planned, reasons, repo};

/// Two packages, of which one names the other, with the globs of their workspace and a graph.
fn packages(globs: &str, graph: &str) -> Repo {
    let readers = "depends_from: [npm, { file: graph.json }]\n";
    repo()
        .edit("nestling.yml", "workspace:\n", &format!("workspace:\n  {readers}"))
        .with("package.json", format!("{{ \"workspaces\": [{globs}] }}"))
        .with("graph.json", graph)
        .with("api/package.json", "{ \"name\": \"api\", \"dependencies\": { \"lib\": \"*\" } }")
        .with("lib/package.json", "{ \"name\": \"lib\" }")
        .with("web/package.json", "{ \"name\": \"web\", \"dependencies\": { \"api\": \"*\" } }")
}

const ALL: &str = "\"api\", \"lib\", \"web\"";

#[test]
fn a_manifest_above_the_units_or_a_graph_selects_those_that_depend_on_others() {
    let base = packages(ALL, "{}");
    let head = packages("\"api\", \"web\"", "{}");
    let gone = between(&base, &head);
    assert_eq!(gone[0], "api: package.json changed: its dependencies differ");
    assert!(gone[1].starts_with("web: depends on api"), "{gone:?}");
    assert_eq!(between(&head, &base), gone, "one that came is no different from one that went");
    let graph = packages(ALL, "{ \"tools\": [\"lib\"] }");
    assert_eq!(between(&base, &graph), ["tools: graph.json changed: its dependencies differ"]);
    assert!(planned(&base, &graph, "merge_request", true).diagnostics.is_empty());
    let same = packages(ALL, "{ \"api\": [\"lib\"] }");
    assert!(between(&base, &same).is_empty(), "the package states it already");
}

#[test]
fn the_manifest_of_another_unit_can_take_a_dependency_away() {
    let base = packages(ALL, "{}");
    let head = base.clone().edit("lib/package.json", "\"lib\"", "\"other\"");
    let selected = between(&base, &head);
    assert_eq!(selected[0], "api: lib/package.json changed: its dependencies differ");
    assert!(selected.iter().any(|line| line.starts_with("lib: lib/package.json changed")), "{selected:?}");
}

#[test]
fn without_a_base_a_manifest_of_no_unit_selects_all_that_state_something() {
    let base = packages(ALL, "{}");
    let head = packages("\"*\"", "{}");
    let plan = planned(&base, &head, "merge_request", false);
    let selected = reasons(&plan);
    let units: Vec<&str> = selected.iter().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(units, ["api", "web"], "{selected:?}");
    let own = base.clone().edit("lib/package.json", "{ ", "{ \"version\": \"2\", ");
    let selected = reasons(&planned(&base, &own, "merge_request", false));
    assert_eq!(
        selected.len(),
        3,
        "a unit's own manifest selects it and those that depend on it: {selected:?}"
    );
}
