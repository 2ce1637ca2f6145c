//! `nestling init` in repositories of many kinds: what it writes works as it is written.

use crate::support::repository::Repository;
use crate::support::{judge, nestling, output};
use serde_json::Value;

fn made_of(files: &[(&str, &str)]) -> Repository {
    let repository = Repository::new();
    for (path, text) in files {
        repository.write(path, text);
    }
    repository.commit("start");
    repository
}

/// Runs `init`, then everything that it says comes next.
fn initialized(files: &[(&str, &str)]) -> (Repository, String, Value) {
    let repository = made_of(files);
    let said = output(nestling(repository.path()).arg("init"));
    output(nestling(repository.path()).arg("check"));
    let plan = output(nestling(repository.path()).args(["preview", "--all", "--format", "json"]));
    (repository, said, serde_json::from_str(&plan).unwrap())
}

fn units(plan: &Value) -> Vec<&str> {
    plan["units"].as_array().unwrap().iter().map(|unit| unit["name"].as_str().unwrap()).collect()
}

#[test]
fn every_kind_of_project_becomes_a_unit_with_jobs() {
    let (_repository, _, plan) = initialized(&[
        ("services/api/package.json", "{}"),
        ("services/web/package.json", "{}"),
        ("services/web/node_modules/x/package.json", "{}"),
        ("libs/core/Cargo.toml", "[package]\n"),
        ("tools/cli/go.mod", ""),
        ("ml/pyproject.toml", ""),
        ("legacy/pom.xml", ""),
        ("infra/network/main.tf", ""),
        ("infra/stacks/cdk.json", "{}"),
        ("infra/stacks/package.json", "{}"),
        ("images/base/Dockerfile", ""),
        ("site/index.html", ""),
        ("docs/package.json", "{}"),
    ]);
    let all = [
        "images/base",
        "infra/network",
        "infra/stacks",
        "legacy",
        "libs/core",
        "ml",
        "services/api",
        "services/web",
        "site",
        "tools/cli",
    ];
    assert_eq!(units(&plan), all);
    for unit in all {
        let of_unit = plan["jobs"].as_array().unwrap().iter().filter(|job| job["unit"] == unit).count();
        assert!(of_unit > 0, "{unit} has no job");
    }
}

#[test]
fn a_folder_of_one_kind_is_one_pattern_and_a_mixed_one_is_not() {
    let (repository, ..) = initialized(&[
        ("services/a/package.json", "{}"),
        ("services/b/package.json", "{}"),
        ("tools/a/go.mod", ""),
        ("tools/b/package.json", "{}"),
        ("tools/notes/readme.txt", ""),
    ]);
    let workspace = std::fs::read_to_string(repository.path().join("nestling.yml")).unwrap();
    assert!(workspace.contains("match: [\"services/*\", \"tools/b\"]"), "{workspace}");
    assert!(workspace.contains("match: \"tools/a\""), "{workspace}");
}

#[test]
fn a_repository_without_projects_gets_a_unit_all_the_same() {
    let (_repository, _, plan) = initialized(&[("README.md", ""), ("scripts/run", "")]);
    assert_eq!(units(&plan), ["scripts"]);
    let (_repository, _, plan) = initialized(&[("README.md", "")]);
    assert_eq!(units(&plan), ["example"]);
}

#[test]
fn a_pipeline_that_is_there_is_left_alone_and_told_what_to_include() {
    let own = "lint:\n  script: echo lint\n";
    let (repository, said, _) = initialized(&[(".gitlab-ci.yml", own), ("a/package.json", "{}")]);
    assert_eq!(std::fs::read_to_string(repository.path().join(".gitlab-ci.yml")).unwrap(), own);
    assert!(said.contains("include: [{ local: nestling.gitlab-ci.yml }]"), "{said}");
    let again = output(nestling(repository.path()).arg("init"));
    assert!(!again.contains("wrote"), "{again}");
}

#[test]
fn the_parents_that_it_writes_pass_gitlabs_reader_and_schema() {
    let test = "the_parents_that_it_writes_pass_gitlabs_reader_and_schema";
    let (fresh, ..) = initialized(&[("a/package.json", "{}")]);
    let (beside, ..) =
        initialized(&[("a/package.json", "{}"), (".gitlab-ci.yml", "lint:\n  script: echo\n")]);
    let files = [fresh.path().join(".gitlab-ci.yml"), beside.path().join("nestling.gitlab-ci.yml")];
    judge::psych(test, &files);
    judge::schema(test, &files);
}
