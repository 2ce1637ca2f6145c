//! `cache`: files that later jobs and pipelines reuse.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::keywords::SAVE_WHEN;
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "cache",
    severities: &[Error, Warning],
    summary: "`cache` is invalid",
    documentation: "`cache` is a mapping, or a list of at most four. `key` is a string without `/` that is not `.`, or a mapping with \
one or two `files`. `policy` is pull, push or pull-push; `when` is on_success, on_failure or always.",
    source: "https://docs.gitlab.com/ci/yaml/#cache",
    bad: Example::Pipeline("a: { script: x, cache: { key: a/b, paths: .cache } }\n"),
    good: Example::Pipeline(
        "a: { script: x, cache: [{ key: { files: [a.lock] }, paths: [.cache], policy: pull }] }\n",
    ),
};

const KEYS: &[&str] = &["key", "paths", "untracked", "unprotect", "when", "policy", "fallback_keys"];

/// Values of `policy` (<https://docs.gitlab.com/ci/yaml/#cachepolicy>).
const POLICIES: &[&str] = &["pull", "push", "pull-push"];

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let limit = index.settings.gitlab.limits.caches;
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "cache") else { continue };
        let items = node.items_or_self();
        if let Some(over) = items.get(limit) {
            let message = format!("`{}` has {} caches; GitLab allows {limit}", job.name, items.len());
            problems.push(Diagnostic::error(&RULE, over.origin, message));
        }
        for item in items.iter().filter(|item| !item.is_reference()) {
            match item.as_map() {
                Some(map) => mapping(map, problems),
                None => problems.push(form::wrong(&RULE, "cache", "a mapping or a list of mappings", item)),
            }
        }
    }
}

fn mapping(map: &Map, problems: &mut Vec<Diagnostic>) {
    problems.extend(form::keywords(&RULE, "cache", map, KEYS));
    for key in ["paths", "fallback_keys"] {
        if let Some(node) = form::value(map, key) {
            problems.extend(form::strings(&RULE, key, node));
        }
    }
    for key in ["untracked", "unprotect"] {
        problems.extend(form::value(map, key).and_then(|node| form::boolean(&RULE, key, node)));
    }
    for (key, known) in [("when", SAVE_WHEN), ("policy", POLICIES)] {
        let Some(node) = form::value(map, key) else { continue };
        // GitLab expands variables here, so the value is known only when the job runs.
        if !node.as_str().is_some_and(|text| text.starts_with('$')) {
            problems.extend(form::one_of(&RULE, key, node, known));
        }
    }
    problems.extend(form::value(map, "key").and_then(key));
}

fn key(node: &Node) -> Option<Diagnostic> {
    if let Some(map) = node.as_map() {
        return key_files(node, map);
    }
    let message = match node.as_str() {
        None if node.as_int().is_some() => return Some(form::wrong(&RULE, "key", "a string", node)),
        None => return Some(form::wrong(&RULE, "key", "a string or a mapping with `files`", node)),
        // GitLab refuses the percent-encoded forms as well. What a variable brings in is not known here.
        Some(text) if text.contains('/') || text.to_ascii_lowercase().contains("%2f") => {
            "cache `key` cannot contain a slash"
        }
        Some("." | ".." | "%2e" | "%2E") => "cache `key` cannot be `.` or `..`",
        Some(_) => return None,
    };
    Some(Diagnostic::error(&RULE, node.origin, message))
}

/// Checks a key that is computed from the content of files.
fn key_files(node: &Node, map: &Map) -> Option<Diagnostic> {
    let unknown = form::keywords(&RULE, "cache:key", map, &["files", "files_commits", "prefix"]);
    if let Some(problem) = unknown.into_iter().next() {
        return Some(problem);
    }
    let files = map.get("files").or_else(|| map.get("files_commits")).and_then(Node::as_seq);
    if matches!(files.unwrap_or_default().len(), 1 | 2) {
        return None;
    }
    Some(Diagnostic::error(&RULE, node.origin, "cache `key` requires one or two `files`"))
}
