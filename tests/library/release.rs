//! The jobs of `nestling/release`, run with git-cliff and curl, and a server that keeps releases as GitLab does.

use super::job::{Pipeline, SHELLS};
use super::server::Server;
use crate::support::tool::{Tool, need, optional};
use crate::support::{root, said};
use serde_json::Value;

const WORKSPACE: &str = "\
workspace:
  stages: [build, test, deploy]
  units:
    - match: [services/*, .]
      use: nestling/release
";

/// Runs `changelog` of a unit and returns what it passes on: the tag and the version.
fn next(pipeline: &Pipeline, unit: &str) -> (String, String) {
    let programs = [root().join(".cache/tools/venv/bin")];
    let output = pipeline.run(&format!("{unit}:changelog"), SHELLS[1], &[], &programs);
    assert!(output.status.success(), "{}", said(&output));
    let text = std::fs::read_to_string(pipeline.repository.path().join("release.env")).unwrap();
    let values: Vec<&str> = text.lines().map(|line| line.split_once('=').unwrap().1).collect();
    assert_eq!(values[1], values[2]);
    (values[0].to_owned(), values[1].to_owned())
}

fn publish(pipeline: &Pipeline, server: &Server, unit: &str, tag: &str, token: &str) -> (bool, String) {
    let api = server.api();
    let variables = [
        ("CI_API_V4_URL", api.as_str()),
        ("CI_PROJECT_ID", "7"),
        ("CI_JOB_TOKEN", token),
        ("CI_COMMIT_SHA", "8d95dfc1"),
        ("RELEASE_TAG", tag),
    ];
    let output = pipeline.run(&format!("{unit}:publish"), SHELLS[1], &variables, &[]);
    (output.status.success(), said(&output))
}

#[test]
fn each_unit_has_versions_of_its_own_and_each_is_released_once() {
    let test = "each_unit_has_versions_of_its_own_and_each_is_released_once";
    let tools = (need(Tool::GitCliff, test), optional("curl", test), Server::start("releases-server", test));
    let (Some(_), Some(_), Some(server)) = tools else { return };
    let files = [("nestling.yml", WORKSPACE), ("services/a b/x", "1"), ("services/other/x", "1")];
    let pipeline = Pipeline::generate(&files, Some("branch:main"));
    let repository = &pipeline.repository;
    repository.write("services/a b/x", "2").commit("feat: begin");
    assert_eq!(next(&pipeline, "services/a b"), ("services/a-b/v0.1.0".to_owned(), "0.1.0".to_owned()));
    repository.git(&["tag", "services/a-b/v0.1.0"]);
    repository.git(&["tag", "services/other/v7.0.0"]);
    repository.git(&["tag", "v2.0.0"]);
    repository.write("services/a b/x", "3").commit("fix: mend what was broken");
    repository.write("services/other/x", "3").commit("feat!: break");
    assert_eq!(next(&pipeline, "services/a b").0, "services/a-b/v0.1.1");
    let notes = std::fs::read_to_string(repository.path().join("release-notes.md")).unwrap();
    assert!(notes.contains("Mend what was broken") && !notes.contains("Break"), "{notes}");
    let (published, log) = publish(&pipeline, &server, "services/a b", "services/a-b/v0.1.1", "job-token");
    assert!(published, "{log}");
    let releases = std::fs::read_to_string(server.folder().join("releases.json")).unwrap();
    let releases: Value = serde_json::from_str(&releases).unwrap();
    assert_eq!(releases[0]["tag_name"], "services/a-b/v0.1.1");
    assert_eq!(releases[0]["ref"], "8d95dfc1");
    assert!(releases[0]["description"].as_str().unwrap().contains("Mend what was broken"), "{releases}");
    let (published, log) = publish(&pipeline, &server, "services/a b", "services/a-b/v0.1.1", "job-token");
    assert!(published && log.contains("is released already"), "{log}");
    let (published, log) = publish(&pipeline, &server, "services/other", "services/other/v8.0.0", "x");
    assert!(!published && log.contains("GitLab answered with 401"), "{log}");
    assert_eq!(next(&pipeline, "services/other").1, "8.0.0");
    assert_eq!(next(&pipeline, "root").0, "v3.0.0");
}
