//! GitLab's own verdict on every keyword with every kind of value, against this crate's.

use super::{Options, lint_kinds};
use crate::diagnostic::{Diagnostic, Severity, Sources};
use crate::facts::PipelineFacts;
use crate::instance::Gitlab;
use serde_json::Value;
use std::fs;

/// Rows whose verdict differs on purpose, each with the reason. `*` at the end stands for any value.
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

#[test]
fn every_form_gets_gitlabs_verdict() {
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/oracles/data/forms.jsonl");
    let table = fs::read_to_string(table).unwrap();
    let mut different = Vec::new();
    let mut unused: Vec<&str> = ACCEPTED.iter().map(|(pattern, _)| *pattern).collect();
    for line in table.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let id = row["id"].as_str().unwrap();
        let found = errors(row["yaml"].as_str().unwrap());
        let takes = row["gitlab"] == "accepts";
        if takes == found.is_empty() {
            continue;
        }
        unused.retain(|pattern| !fits(pattern, id));
        if !ACCEPTED.iter().any(|(pattern, _)| fits(pattern, id)) {
            let found: Vec<_> = found.iter().map(|problem| problem.message.as_str()).collect();
            different.push(format!(
                "{id}: GitLab {}: {} / {found:?} / {}",
                row["gitlab"], row["message"], row["yaml"]
            ));
        }
    }
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
    assert!(unused.is_empty(), "no longer different: {unused:?}");
}
