use super::*;
use crate::fingerprint::Fingerprint;
use crate::workspace::load;
use nestling_files::files::Links;
use nestling_git::testing::Fixture;
use nestling_git::{CommitId, Trust};
use nestling_gitlab::diagnostic::{Sources, has_errors};

const WORKSPACE: &str = "workspace:\n  ignore: [\"**/*.md\"]\n  everything: [lock]\n";
const API: &str = "unit: { depends_on: [lib], changes: [\"/shared/**/*\", \"!docs/**/*\"] }\n---\nbuild: { script: make }\n";

fn fixture(workspace: &str) -> Fixture {
    let fixture = Fixture::new();
    fixture.write("nestling.yml", workspace);
    fixture.write("api/nestling.yml", API);
    fixture.write("api/src/main.rs", "1");
    fixture.write("api/docs/guide", "1");
    fixture.write("lib/nestling.yml", "unit: { depends_on: [base] }\n---\nbuild: { script: make }\n");
    fixture.write("base/nestling.yml", "build: { script: make }\n");
    for path in ["base/f", "shared/a/f", "lock", "api/README.md", "other/f"] {
        fixture.write(path, "1");
    }
    fixture
}

fn prints(fixture: &Fixture, commit: &CommitId) -> BTreeMap<UnitName, Fingerprint> {
    let git = GitRepository::discover(&fixture.root, &Trust::Owner).unwrap();
    let files = Links(git.files_at(commit).unwrap());
    let loaded = load(&files, &Sources::default()).unwrap();
    assert!(!has_errors(&loaded.diagnostics), "{:?}", loaded.diagnostics);
    UnitFingerprints::read(&git, git.tree_of(commit).unwrap(), &loaded.workspace).unwrap().into_names()
}

/// Returns the units whose fingerprints a change to the repository changes.
fn changed(workspace: &str, change: impl FnOnce(&Fixture)) -> Vec<String> {
    let fixture = fixture(workspace);
    let before = prints(&fixture, &fixture.commit("before"));
    change(&fixture);
    let after = prints(&fixture, &fixture.commit("after"));
    let units = after.iter().filter(|(unit, print)| before.get(*unit) != Some(*print));
    units.map(|(unit, _)| unit.to_string()).collect()
}

#[test]
fn a_fingerprint_covers_what_selects_the_unit_and_nothing_else() {
    for (path, units) in [
        ("api/src/main.rs", vec!["api"]),
        ("api/new", vec!["api"]),
        ("shared/a/f", vec!["api"]),
        ("shared/new", vec!["api"]),
        ("base/f", vec!["api", "base", "lib"]),
        ("lib/new", vec!["api", "lib"]),
        ("lock", vec!["api", "base", "lib"]),
        ("api/README.md", vec![]),
        ("api/docs/guide", vec![]),
        ("other/f", vec![]),
    ] {
        assert_eq!(changed(WORKSPACE, |fixture| fixture.write(path, "2")), units, "{path}");
    }
}

#[test]
fn the_depth_of_dependencies_is_that_of_selection() {
    let one = "workspace: { depends_on_depth: 1 }\n";
    assert_eq!(changed(one, |fixture| fixture.write("base/f", "2")), ["base", "lib"]);
    let none = "workspace: { depends_on_depth: 0 }\n";
    assert_eq!(changed(none, |fixture| fixture.write("base/f", "2")), ["base"]);
}

#[test]
fn modes_links_and_submodules_count() {
    let executable = |fixture: &Fixture| {
        fixture.git(&["update-index", "--chmod=+x", "api/src/main.rs"]);
        fixture.git(&["config", "core.fileMode", "false"]);
    };
    assert_eq!(changed(WORKSPACE, executable), ["api"]);
    let submodule = |fixture: &Fixture| {
        let commit = fixture.id("HEAD").to_string();
        fixture.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{commit},api/module")]);
        std::fs::create_dir(fixture.path("api/module")).unwrap();
    };
    assert_eq!(changed(WORKSPACE, submodule), ["api"]);
}

#[test]
fn what_links_lead_to_counts() {
    let link = |fixture: &Fixture| {
        std::os::unix::fs::symlink("../other", fixture.path("base/other")).unwrap();
    };
    assert_eq!(changed(WORKSPACE, link), ["api", "base", "lib"]);
    let fixture = fixture(WORKSPACE);
    link(&fixture);
    let before = prints(&fixture, &fixture.commit("before"));
    fixture.write("other/f", "2");
    let after = prints(&fixture, &fixture.commit("after"));
    assert!(before.iter().all(|(unit, print)| after.get(unit) != Some(print)), "base is behind all of them");
    fixture.write("elsewhere/f", "2");
    assert_eq!(prints(&fixture, &fixture.commit("no target")), after);
}

/// A pattern that matches nothing keeps directories from being taken whole by rule; what they hold is the same.
#[test]
fn globs_without_effect_change_no_fingerprint() {
    let more = "workspace:\n  ignore: [\"**/*.md\", \"**/*.none\", \"api/**/*.txt\"]\n  everything: [lock]\n";
    assert_eq!(changed(WORKSPACE, |fixture| fixture.write("nestling.yml", more)), [] as [&str; 0]);
    let unit = API.replace("\"!docs/**/*\"", "\"!docs/**/*\", \"!gone/**/*\"");
    // The unit's own file is one of its files.
    assert_eq!(changed(WORKSPACE, |fixture| fixture.write("api/nestling.yml", &unit)), ["api"]);
}

#[test]
fn the_same_content_has_the_same_fingerprint_wherever_it_is_in_the_history() {
    let fixture = fixture(WORKSPACE);
    let first = prints(&fixture, &fixture.commit("one"));
    fixture.write("api/src/main.rs", "2");
    fixture.commit("two");
    fixture.write("api/src/main.rs", "1");
    fixture.write("other/f", "3");
    assert_eq!(prints(&fixture, &fixture.commit("back, and something else")), first);
}

#[test]
fn a_unit_below_another_takes_its_files_away() {
    let added = |fixture: &Fixture| fixture.write("api/src/nestling.yml", "build: { script: make }\n");
    assert_eq!(changed(WORKSPACE, added), ["api", "api/src"]);
}

#[test]
fn unclaimed_files_count_where_they_select_every_unit() {
    let workspace = "workspace: { unclaimed: everything }\n";
    assert_eq!(changed(workspace, |fixture| fixture.write("other/f", "2")), ["api", "base", "lib"]);
    // The workspace's own file counts by its content.
    let same = "workspace: { unclaimed: everything } # as before\n";
    assert_eq!(changed(workspace, |fixture| fixture.write("nestling.yml", same)), [] as [&str; 0]);
}
