//! Change detection by the binary in real repositories: the edge cases that other tools get wrong, and those that
//! only a whole run shows. `docs/change-detection.md` tells the same to people.

use crate::support::repository::Repository;
use crate::support::{nestling, output, read, run, said};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Eight packages of which package `i` depends on `i / 2`, each with a review environment, as other tools were measured
/// on; then `main` moves on, and the branch `feature` is checked out at the first commit.
fn packages() -> Repository {
    let repository = Repository::new();
    let workspace = "workspace:\n  templates: [ci]\n  environments:\n    review: { when: merge_request, name: \"review/${{ unit.slug }}\" }\n";
    repository.write("nestling.yml", workspace);
    let template = "test: { stage: test, script: t }\ndeploy:\n  stage: deploy\n  environment: [review]\n  script: d\n  stop: { script: s }\n";
    repository.write("ci/package.yml", template);
    for package in 1..=8 {
        let depends_on =
            if package == 1 { String::new() } else { format!("  depends_on: [p{}]\n", package / 2) };
        repository.write(format!("p{package}/nestling.yml"), &format!("unit:\n{depends_on}  use: package\n"));
        repository.write(format!("p{package}/src"), &format!("{package}\n"));
    }
    repository.commit("packages");
    repository.git(&["checkout", "--quiet", "-b", "feature"]);
    repository.git(&["checkout", "--quiet", "main"]);
    repository.write("p2/src", "main moved on\n").commit("main moved on");
    repository.git(&["checkout", "--quiet", "feature"]);
    repository
}

/// Output of `affected --format json` for the branch; the variables are those of a merge request's pipeline.
fn affected(repository: &Path, variables: &[(&str, &str)]) -> Value {
    let mut command = nestling(repository);
    command.envs(variables.iter().copied()).args(["affected", "--format", "json"]);
    serde_json::from_str(&output(&mut command)).unwrap()
}

fn names<'a>(listed: &'a Value, key: &str) -> Vec<&'a str> {
    listed[key].as_array().unwrap().iter().map(|unit| unit["name"].as_str().unwrap()).collect()
}

#[test]
fn a_leaf_that_is_deleted_is_torn_down_and_nothing_else_runs() {
    let repository = packages();
    repository.git(&["rm", "--quiet", "-r", "p8"]);
    repository.commit("p8 is gone");
    let listed = affected(repository.path(), &[]);
    assert_eq!((names(&listed, "units"), names(&listed, "removed")), (vec![], vec!["p8"]));
    let preview = output(nestling(repository.path()).args(["preview", "--as", "merge_request"]));
    assert!(
        preview.contains("removed\np8  it was removed: its environments are stopped\n└─ deploy:review:stop"),
        "{preview}"
    );
    let explained = output(nestling(repository.path()).args(["explain", "p8", "--as", "merge_request"]));
    assert!(
        explained.starts_with("p8 was removed\n  because it was removed: its environments are stopped\n"),
        "{explained}"
    );
    assert!(explained.contains("p8:deploy:review:stop"), "{explained}");
    let file = output(nestling(repository.path()).args(["generate", "--as", "merge_request", "-o", "-"]));
    assert!(file.contains("action: stop") && file.contains("needs: []"), "{file}");
}

#[test]
fn a_package_in_the_middle_that_is_deleted_selects_its_dependents() {
    let repository = packages();
    repository.git(&["rm", "--quiet", "-r", "p4"]);
    repository.write("p8/nestling.yml", "unit: { use: package }\n");
    repository.commit("p4 is gone");
    let listed = affected(repository.path(), &[]);
    assert_eq!((names(&listed, "units"), names(&listed, "removed")), (vec!["p8"], vec!["p4"]));
    let reasons = listed["units"][0]["reasons"].to_string();
    assert!(reasons.contains("depended on p4, which was removed"), "{reasons}");
}

#[test]
fn a_root_file_that_nobody_owns_does_what_the_workspace_says() {
    let repository = packages();
    repository.write("Makefile", "all:\n").commit("a root file");
    assert_eq!(names(&affected(repository.path(), &[]), "units"), [""; 0]);
    let told = output(nestling(repository.path()).args(["explain", "Makefile"]));
    assert_eq!(told, "Makefile was added\n  it does not belong to a unit\n");
    let workspace = std::fs::read_to_string(repository.path().join("nestling.yml")).unwrap();
    repository.write("nestling.yml", &(workspace + "  everything: [Makefile]\n"));
    repository.commit("it concerns everything");
    let listed = affected(repository.path(), &[]);
    assert_eq!(names(&listed, "units").len(), 8);
    let reason = listed["units"][0]["reasons"][0].as_str().unwrap();
    assert_eq!(reason, "Makefile changed, which `Makefile` of `everything` matches");
}

#[test]
fn a_depth_1_clone_sees_the_branchs_change_alone_or_says_that_it_cannot() {
    let origin = packages();
    origin.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    origin.write("p7/src", "changed\n");
    let head = origin.commit("p7 changes");
    let base = origin.git(&["merge-base", "main", "feature"]);
    let variables = [
        ("GITLAB_CI", "true"),
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_MERGE_REQUEST_EVENT_TYPE", "detached"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.trim()),
        ("CI_COMMIT_SHA", &head),
    ];
    let folder = tempfile::tempdir().unwrap();
    let clone = folder.path().join("clone");
    let url = format!("file://{}", origin.path().display());
    output(Command::new("git").args(["clone", "--quiet", "--depth=1", "--branch=feature", &url]).arg(&clone));
    let mut unable = nestling(&clone);
    unable.envs(variables).args(["affected", "--no-fetch", "--format", "json"]);
    let listed: Value = serde_json::from_str(&output(&mut unable)).unwrap();
    assert_eq!(names(&listed, "units").len(), 8, "everything, and not what is only on main");
    assert!(listed["units"][0]["reasons"][0].as_str().unwrap().contains("is not in this clone"), "{listed}");
    assert_eq!(names(&affected(&clone, &variables), "units"), ["p7"], "p2 changed on main only");
    let mut generate = nestling(&clone);
    let file = output(generate.envs(variables).args(["generate", "-o", "-"]));
    let short = &base[..8];
    let told = format!(
        "# Base: {short} (CI_MERGE_REQUEST_DIFF_BASE_SHA)\n# Head: {} (CI_COMMIT_SHA)\n# Clone: shallow, 1 commit deep\n",
        &head[..8]
    );
    assert!(file.contains(&told), "{file}");
}

#[test]
fn a_comment_in_a_template_selects_nothing_and_explain_says_why() {
    let repository = packages();
    let template = std::fs::read_to_string(repository.path().join("ci/package.yml")).unwrap();
    repository.write("ci/package.yml", &format!("# a comment\n{template}")).commit("a comment");
    assert_eq!(names(&affected(repository.path(), &[]), "units"), [""; 0]);
    let told = output(nestling(repository.path()).args(["explain", "p3"]));
    let why = "ci/package.yml, which it is generated from, changed, but its jobs are the same as at base";
    assert!(told.contains(why), "{told}");
    repository.write("ci/package.yml", &template.replace("script: t", "script: u")).commit("another script");
    assert_eq!(names(&affected(repository.path(), &[]), "units").len(), 8);
    let told = output(nestling(repository.path()).args(["explain", "ci/package.yml"]));
    assert!(told.contains("→ p1 is generated from it: job `test` differs in script: p1:test"), "{told}");
    let json = output(nestling(repository.path()).args(["explain", "p3:test", "--format", "json"]));
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["because"][0][1]["text"], "job `test` differs in script");
}

#[test]
fn a_list_of_paths_may_come_with_statuses_and_with_nul_bytes() {
    let repository = packages();
    let list = |text: &str, options: &[&str]| {
        repository.write("list", text);
        let mut command = nestling(repository.path());
        output(command.args(["affected", "--changes-from", "list"]).args(options))
    };
    assert_eq!(list("M\tp7/src\nR100\tp5/a\tp6/a\n", &[]), "p5\np6\np7\n");
    assert_eq!(list("A\0p7/line\nbreak\0", &["-z"]), "p7\n");
    assert_eq!(list("p7/line\nbreak", &["-z"]), "p7\n", "one path without an end");
    let wrong = run(nestling(repository.path()).args(["explain", "p77"]));
    assert!(said(&wrong).contains("unknown unit, job, path or rule `p77`"), "{}", said(&wrong));
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn repositories_that_libgit2_does_not_know_give_the_same_answer() {
    let usual = packages();
    usual.write("p4/src", "changed\n").commit("p4 changes");
    let expected = output(nestling(usual.path()).args(["affected"]));
    assert_eq!(expected, "p4\np8\n");
    for kind in ["--object-format=sha256", "--ref-format=reftable"] {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("other");
        output(Command::new("git").args(["init", "--quiet", "--initial-branch=main", kind]).arg(&place));
        let export =
            Command::new("git").current_dir(usual.path()).args(["fast-export", "--all"]).output().unwrap();
        let stream = folder.path().join("stream");
        std::fs::write(&stream, export.stdout).unwrap();
        let input = std::fs::File::open(&stream).unwrap();
        let imported =
            Command::new("git").current_dir(&place).args(["fast-import", "--quiet"]).stdin(input).status();
        assert!(imported.unwrap().success());
        output(Command::new("git").current_dir(&place).args(["checkout", "--quiet", "feature"]));
        assert_eq!(output(nestling(&place).args(["affected"])), expected, "{kind}");
        let by_commit =
            output(nestling(&place).args(["affected", "--head", "feature", "--base", "feature~1"]));
        assert_eq!(by_commit, expected, "{kind}");
    }
}

/// The cases above have a row each in the book.
#[test]
fn the_book_tells_the_edge_cases() {
    let book = read("docs/change-detection.md");
    for row in [
        "delete a leaf",
        "delete a package in the middle",
        "a root file that no package owns",
        "clone of depth 1",
    ] {
        assert!(book.lines().any(|line| line.starts_with('|') && line.contains(row)), "{row}");
    }
}
