//! Files that jobs name: `rules:exists` asks about them, and child pipelines are made from them.

use super::{Repo, between};

/// A file that comes, the clause with which the jobs of `a` and `b` ask, and the units that it selects.
const ADDED: &[(&str, &str, &[&str])] = &[
    ("sonar.properties", "exists: [sonar.properties]", &["a", "b"]),
    ("sonar.properties", "exists: { paths: [sonar.properties] }", &["a", "b"]),
    ("docs/deep/x.py", "exists: [\"**/*.py\"]", &["a", "b"]),
    ("docs/x", "exists: [docs/]", &["a", "b"]),
    ("a.lock", "exists: [\"${{ unit.name }}.lock\"]", &["a"]),
    ("a.lock", "exists: [\"$NAME.lock\"]", &["a", "b"]),
    ("a/x/Dockerfile", "exists: [\"a/*/Dockerfile\"]", &["a", "b"]),
    ("other", "exists: [sonar.properties]", &[]),
    ("other", "exists: [\"${{ unit.name }}.lock\"]", &[]),
    // The rule holds on both sides.
    ("docs/more.rs", "exists: [\"**/*.rs\"]", &[]),
    ("sonar.properties", "exists: { paths: [sonar.properties], project: other/project }", &[]),
    ("ignored.md", "exists: [\"*.md\"]", &[]),
];

fn base(clause: &str) -> Repo {
    Repo::default()
        .with("nestling.yml", "workspace: { templates: [ci], ignore: [\"*.md\"] }\n")
        .with("ci/scan.yml", format!("scan: {{ script: scan, rules: [{{ {clause} }}] }}\n"))
        .with("a/nestling.yml", "unit: { use: scan }\n")
        .with("b/nestling.yml", "unit: { use: scan }\n")
        .with("a/main.rs", "")
}

/// The units that a change selects.
fn selected(before: &Repo, after: &Repo) -> Vec<String> {
    let lines = between(before, after);
    lines.into_iter().filter_map(|line| Some(line.split_once(':')?.0.to_owned())).collect()
}

#[test]
fn a_file_that_comes_or_goes_selects_the_units_whose_jobs_ask_about_it() {
    for (path, clause, units) in ADDED {
        let before = base(clause);
        let after = before.clone().with(path, "new");
        assert_eq!(selected(&before, &after), *units, "{path} comes, {clause}");
        assert_eq!(selected(&after, &before), *units, "{path} goes, {clause}");
        let modified = after.clone().with(path, "other");
        let of_its_own: &[&str] = if path.starts_with("a/") { &["a"] } else { &[] };
        assert_eq!(selected(&after, &modified), of_its_own, "{path} is modified, {clause}");
    }
}

#[test]
fn the_reason_names_the_job_and_jobs_are_found_wherever_they_are_written() {
    let asks = "rules: [{ exists: [tools.json] }]";
    let before = Repo::default()
        .with("nestling.yml", "workspace: { templates: [ci] }\n")
        .with("ci/base.yml", format!(".scan: {{ {asks} }}\n"))
        .with("ci/scan.yml", "#% include \"base.yml\"\nscan: { extends: .scan, script: scan }\n")
        .with("shared/lint.yml", format!("lint: {{ script: lint, {asks} }}\n"))
        .with("a/nestling.yml", "unit: { use: scan }\n")
        .with("b/nestling.yml", "include: { local: shared/lint.yml }\n")
        .with("c/nestling.yml", "test: { script: test, rules: [!reference [.r, rules]] }\n.r: { rules: [{ exists: [tools.json] }] }\n")
        .with("d/nestling.yml", "test: { script: test }\n");
    let lines = between(&before, &before.clone().with("tools.json", "{}"));
    let expected = [("a", "scan"), ("b", "lint"), ("c", "test")]
        .map(|(unit, job)| format!("{unit}: tools.json changed: job `{job}` asks if it exists"));
    assert_eq!(lines, expected);
}

#[test]
fn a_file_of_a_child_pipeline_selects_the_units_that_trigger_it() {
    let before = Repo::default()
        .with("nestling.yml", "workspace: { templates: [ci] }\n")
        .with("ci/child.yml", "child: { trigger: { include: \"pipelines/${{ unit.name }}.yml\" } }\n")
        .with("a/nestling.yml", "unit: { use: child }\n")
        .with("b/nestling.yml", "unit: { use: child }\n")
        .with(
            "c/nestling.yml",
            "child: { trigger: { include: [{ local: /pipelines/c.yml }, { template: x.yml }] } }\n",
        )
        .with("d/nestling.yml", "child: { trigger: { include: [{ local: \"globs/*.yml\" }] } }\n")
        .with("e/nestling.yml", "child: { trigger: group/project }\n")
        .with("pipelines/a.yml", "x: { script: x }\n")
        .with("pipelines/b.yml", "include: { local: shared/x.yml }\n")
        .with("pipelines/c.yml", "y: { trigger: { include: shared/y.yml } }\n")
        .with("shared/x.yml", "x: { script: x }\n")
        .with("shared/y.yml", "include: [shared/z.yml]\n")
        .with("shared/z.yml", "z: { script: x }\n")
        .with("globs/1.yml", "z: { script: x }\n");
    for (path, units) in [
        ("pipelines/a.yml", &["a"][..]),
        ("pipelines/b.yml", &["b"]),
        ("pipelines/c.yml", &["c"]),
        ("shared/x.yml", &["b"]),
        ("shared/y.yml", &["c"]),
        ("shared/z.yml", &["c"]),
        ("globs/1.yml", &["d"]),
        ("globs/2.yml", &["d"]),
        ("pipelines/other.yml", &[]),
    ] {
        let after = before.clone().with(path, "other: { script: other }\n");
        assert_eq!(selected(&before, &after), units, "{path}");
    }
    let lines = between(&before, &before.clone().without("shared/z.yml"));
    assert_eq!(
        lines,
        ["c: shared/z.yml changed: job `child` triggers a child pipeline that is made from it"]
    );
}
