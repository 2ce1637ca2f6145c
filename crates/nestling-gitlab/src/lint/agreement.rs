//! GitLab's own verdict on every keyword with every kind of value, against this crate's.

use super::{Options, lint_kinds};
use crate::diagnostic::{Diagnostic, Severity, Sources};
use crate::facts::PipelineFacts;
use crate::instance::Gitlab;
use serde_json::Value;
use std::fs;

/// Rows of [`FORMS`] whose verdict differs on purpose, each with the reason. `*` at the end stands for any value.
const ACCEPTED: [(&str, &str); 2] = [
    (
        "trigger.include.local=*",
        "the linter takes it, and the downstream pipeline fails: the path must be a string (external/mapper)",
    ),
    (
        "kind/var-cycle*",
        "the linter takes it, and no pipeline is created: circular variable reference (variables/collection/sort)",
    ),
];

/// Rows of [`ODD_FORMS`] whose verdict differs on purpose.
const ACCEPTED_ODD: [(&str, &str); 9] = [
    (
        "tier/*",
        "the edition that judged knows other tiers than GitLab's own files (environment/deployment_tier)",
    ),
    ("auto-stop/*", "the linter takes any text, and the job fails when it starts (build/duration_parser)"),
    (
        "policy/*",
        "the linter looks for `pull` or `push` anywhere in the text, and the runner knows three words",
    ),
    ("length/*", "the linter takes it, and the database does not (ci/stage, environment)"),
    ("circle/*", "as `kind/var-cycle*` above"),
    ("downstream/*", "the linter takes it, and the downstream pipeline fails"),
    (
        "keyword-job/*",
        "GitLab makes a job of it, which hardly anyone means, or which its documentation excludes",
    ),
    ("no-job/*", "a file without a visible job may be there to be included: a warning"),
    ("symbol-name/*", "a job or a workflow that is named by a symbol loses its colon"),
];

/// Returns `true` for a row of a pattern.
fn fits(pattern: &str, id: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => id.starts_with(start),
        None => pattern == id,
    }
}

/// Returns the errors in a file, as `nestling check FILE --gitlab-version 18.11` reports them.
fn errors(text: &str) -> Vec<Diagnostic> {
    let gitlab = Gitlab { version: Some((18, 11)), ..Gitlab::default() };
    let options = Options { gitlab: &gitlab, files: None, pipeline: None };
    let facts = PipelineFacts::local(None, None, None);
    let linted = lint_kinds(".gitlab-ci.yml", text, &options, &facts, &Sources::default());
    linted.diagnostics.into_iter().filter(|problem| problem.severity == Severity::Error).collect()
}

/// Each keyword with each kind of value.
const FORMS: &str = "forms.jsonl";

/// Odd ones: rare paths, values and combinations, and everything that was once judged otherwise.
const ODD_FORMS: &str = "odd_forms.jsonl";

#[test]
fn every_form_gets_gitlabs_verdict() {
    agrees(FORMS, &ACCEPTED);
}

#[test]
fn every_odd_form_gets_gitlabs_verdict() {
    agrees(ODD_FORMS, &ACCEPTED_ODD);
}

fn agrees(file: &str, accepted: &[(&str, &str)]) {
    let table = format!("{}/../../tests/oracles/data/{file}", env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(table).unwrap();
    assert!(table.lines().count() > 600, "{file}");
    let mut different = Vec::new();
    let mut unused: Vec<&str> = accepted.iter().map(|(pattern, _)| *pattern).collect();
    for line in table.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let id = row["id"].as_str().unwrap();
        let found = errors(row["yaml"].as_str().unwrap());
        let takes = row["gitlab"] == "accepts";
        if takes == found.is_empty() {
            continue;
        }
        unused.retain(|pattern| !fits(pattern, id));
        if !accepted.iter().any(|(pattern, _)| fits(pattern, id)) {
            let found: Vec<_> = found.iter().map(|problem| problem.message.as_str()).collect();
            different.push(format!("{id}: GitLab {} / {found:?} / {}", row["gitlab"], row["yaml"]));
        }
    }
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
    assert!(unused.is_empty(), "no longer different: {unused:?}");
}
