//! The jobs of `nestling/scan`: detect-secrets by itself, and programs that refuse what Semgrep and the audits refuse.

use super::job::{Pipeline, SHELLS, fakes};
use crate::support::tool::{Tool, need};
use crate::support::{said, setting};
use serde_json::Value;
use std::process::Output;

const WORKSPACE: &str = "\
workspace:
  stages: [test]
  units: [{ match: services/*, use: { template: nestling/scan, inputs: { rules: [rules/shell.yml], infrastructure: true, exclude: [testdata] } } }]
";

/// A key that is none, in two parts so that nothing that looks for keys finds it here.
fn key(end: &str) -> String {
    format!("key = \"{}{end}\"\n", "AKIA1234567890")
}

/// A unit with a secret, a finding in the code and a vulnerable dependency of each kind.
fn pipeline() -> Pipeline {
    let secret = key("ABCDEF");
    let files = [
        ("nestling.yml", WORKSPACE),
        ("rules/shell.yml", "rules: []\n"),
        ("services/a b/key.py", secret.as_str()),
        ("services/a b/shell.py", "call('ls', shell=True)\n"),
        ("services/a b/package-lock.json", "{ \"vulnerable\": true }\n"),
        ("services/a b/requirements.txt", "vulnerable\n"),
        ("services/a b/Cargo.lock", "vulnerable\n"),
        ("services/a b/Dockerfile", "FROM debian:latest\n"),
    ];
    Pipeline::generate(&files, Some("merge_request"))
}

/// Runs a job with the fakes, as in a merge request that starts from a commit, or in none.
fn run(pipeline: &Pipeline, job: &str, shell: &[&str], base: &str, more: &[(&str, &str)]) -> Output {
    let (programs, state) = fakes();
    let mut variables =
        vec![("FAKES", state.path().to_str().unwrap()), ("CI_MERGE_REQUEST_DIFF_BASE_SHA", base)];
    let certificates = setting("PIP_CERT").unwrap_or_default();
    if !certificates.is_empty() {
        variables.push(("PIP_CERT", &certificates));
    }
    variables.extend(more);
    pipeline.run(&format!("services/a b:{job}"), shell, &variables, &[programs.join("scan")])
}

fn head(pipeline: &Pipeline) -> String {
    pipeline.repository.git(&["rev-parse", "HEAD"]).trim().to_owned()
}

#[test]
fn a_secret_that_a_merge_request_adds_fails_and_older_ones_are_reported() {
    let test = "a_secret_that_a_merge_request_adds_fails_and_older_ones_are_reported";
    if need(Tool::Python, test).is_none() {
        return;
    }
    let pipeline = pipeline();
    let base = head(&pipeline);
    let real = [("REAL", "yes")];
    let report = || {
        let text =
            std::fs::read_to_string(pipeline.repository.path().join("gl-code-quality-report.json")).unwrap();
        serde_json::from_str::<Vec<Value>>(&text).unwrap()
    };
    let elsewhere = run(&pipeline, "scan secrets", SHELLS[1], "", &real);
    assert!(elsewhere.status.success(), "{}", said(&elsewhere));
    let unchanged = run(&pipeline, "scan secrets", SHELLS[0], &base, &real);
    assert!(
        unchanged.status.success() && said(&unchanged).contains("no secrets beyond"),
        "{}",
        said(&unchanged)
    );
    assert_eq!(report()[0]["location"]["path"], "services/a b/key.py");
    assert_eq!(report()[0]["severity"], "major");
    pipeline.repository.write("services/a b/moved.py", &(String::from("\n") + &key("ABCDEF")));
    pipeline.repository.commit("a known secret in another file");
    let moved = run(&pipeline, "scan secrets", SHELLS[0], &base, &real);
    assert!(moved.status.success(), "{}", said(&moved));
    pipeline.repository.write("services/a b/new.py", &key("FEDCBA"));
    pipeline.repository.commit("a new secret");
    let added = run(&pipeline, "scan secrets", SHELLS[1], &base, &real);
    assert!(!added.status.success(), "{}", said(&added));
    assert!(said(&added).contains("services/a b/new.py:1: AWS Access Key"), "{}", said(&added));
    assert_eq!(
        report().iter().filter(|finding| finding["severity"] == "blocker").count(),
        1,
        "{:?}",
        report()
    );
}

#[test]
fn code_and_dependencies_fail_where_a_merge_request_changes_them() {
    let test = "code_and_dependencies_fail_where_a_merge_request_changes_them";
    if need(Tool::Python, test).is_none() {
        return;
    }
    let pipeline = pipeline();
    let base = head(&pipeline);
    let jobs = [
        // It fails where anything of the unit changes, and so comes first.
        ("scan infrastructure", "Dockerfile", "FROM alpine:latest\n"),
        ("scan code", "shell.py", "call('ls', shell=True)\ncall('rm', shell=True)\n"),
        ("scan npm packages", "package-lock.json", "{ \"vulnerable\": 2 }\n"),
        ("scan python packages", "requirements.txt", "vulnerable>=2\n"),
        ("scan crates", "Cargo.lock", "vulnerable 2\n"),
    ];
    for (job, file, changed) in jobs {
        for (base, shell) in [(base.as_str(), SHELLS[0]), ("", SHELLS[1])] {
            let known = run(&pipeline, job, shell, base, &[]);
            assert!(known.status.success(), "{job}\n{}", said(&known));
        }
        pipeline.repository.write(format!("services/a b/{file}"), changed);
        pipeline.repository.commit("a change");
        let added = run(&pipeline, job, SHELLS[1], &base, &[]);
        assert_eq!(added.status.code(), Some(1), "{job}\n{}", said(&added));
        let elsewhere = run(&pipeline, job, SHELLS[0], "", &[]);
        assert!(elsewhere.status.success(), "{job}\n{}", said(&elsewhere));
        if job != "scan code" {
            let offline = run(&pipeline, job, SHELLS[0], "", &[("OFFLINE", "yes")]);
            assert!(!offline.status.success(), "{job}: a database that is not there\n{}", said(&offline));
        }
    }
}
