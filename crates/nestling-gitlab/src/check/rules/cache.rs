//! What jobs hand on to later pipelines.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "cache",
    severities: &[Error, Warning],
    summary: "`cache` has a form that GitLab refuses",
    documentation: "`cache` is a mapping, or a list of at most four. `key` is a text without `/` that is not `.`, or a mapping with \
one or two `files`. `policy` is pull, push or pull-push; `when` is on_success, on_failure or always.",
    source: "https://docs.gitlab.com/ci/yaml/#cache",
    bad: Example::Pipeline("a: { script: x, cache: { key: a/b, paths: .cache } }\n"),
    good: Example::Pipeline(
        "a: { script: x, cache: [{ key: { files: [a.lock] }, paths: [.cache], policy: pull }] }\n",
    ),
};

const KEYS: &[&str] = &["key", "paths", "untracked", "unprotect", "when", "policy", "fallback_keys"];

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
                None => problems.push(form::wrong(&RULE, "cache", "a mapping or a list of them", item)),
                Some(map) => mapping(map, problems),
            }
        }
    }
}

fn mapping(map: &Map, problems: &mut Vec<Diagnostic>) {
    problems.extend(form::keys(&RULE, "`cache`", map, KEYS));
    for key in ["paths", "fallback_keys"] {
        problems.extend(form::value(map, key).into_iter().flat_map(|node| form::texts(&RULE, key, node)));
    }
    for key in ["untracked", "unprotect"] {
        problems.extend(form::value(map, key).and_then(|node| form::flag(&RULE, key, node)));
    }
    let words: [(&str, &[&str]); 2] =
        [("when", &["on_success", "on_failure", "always"]), ("policy", &["pull", "push", "pull-push"])];
    for (key, known) in words {
        let Some(node) = form::value(map, key) else { continue };
        if !node.as_str().is_some_and(|text| text.starts_with('$')) {
            problems.extend(form::one_of(&RULE, key, node, known));
        }
    }
    problems.extend(form::value(map, "key").and_then(key));
}

fn key(node: &Node) -> Option<Diagnostic> {
    let error = |message: &str| Some(Diagnostic::error(&RULE, node.origin, message));
    if let Some(map) = node.as_map() {
        let unknown = form::keys(&RULE, "`key`", map, &["files", "files_commits", "prefix"]);
        let files = map.get("files").or_else(|| map.get("files_commits")).and_then(Node::as_seq);
        let count = files.map(<[Node]>::len);
        return unknown.into_iter().next().or_else(|| match count {
            Some(1 | 2) => None,
            _ => error("`key` takes one or two `files`"),
        });
    }
    match node.as_str() {
        None if node.as_int().is_some() => Some(form::wrong(&RULE, "key", "a text", node)),
        None => Some(form::wrong(&RULE, "key", "a text, or a mapping with `files`", node)),
        // What a variable brings in is not known here.
        Some(text) if text.contains('/') || text.to_ascii_lowercase().contains("%2f") => {
            error("the `key` of a cache cannot hold a slash")
        }
        Some("." | ".." | "%2e" | "%2E") => error("the `key` of a cache cannot be `.` or `..`"),
        Some(_) => None,
    }
}
