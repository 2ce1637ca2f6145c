//! `only` and `except`, which do not do in a child pipeline what they do elsewhere.

use super::Index;
use crate::check::{Level, form};
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "only-except",
    severities: &[Error, Warning],
    summary: "`only` or `except` asks for what a child pipeline never is",
    documentation: "A child pipeline's source is its parent: `only: [merge_requests]`, `schedules`, `web` and the like never match \
there. And `only` with branches and tags, which is also what `only` means where it names no refs, drops the job from the \
children of merge requests. GitLab no longer develops `only` and `except`; write `rules`.",
    source: "https://docs.gitlab.com/ci/yaml/deprecated_keywords/#only--except",
    bad: Example::Pipeline("a: { script: x, only: [merge_requests] }\n"),
    good: Example::Pipeline("a: { script: x, rules: [{ if: $CI_MERGE_REQUEST_IID }] }\n"),
};

/// Refs that mean a pipeline's source.
const SOURCES: &[&str] = &[
    "api",
    "chat",
    "external",
    "external_pull_requests",
    "merge_requests",
    "pipelines",
    "pushes",
    "schedules",
    "triggers",
    "web",
];
const KEYS: &[&str] = &["refs", "kubernetes", "variables", "changes"];

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        for key in ["only", "except"] {
            let Some(entry) = job.body.entry(key).filter(|entry| !entry.value.is_null()) else { continue };
            let node = &entry.value;
            match node.as_map() {
                Some(map) => problems.extend(form::keys(&RULE, &format!("`{key}`"), map, KEYS)),
                None if node.as_seq().is_none() => {
                    problems.push(form::wrong(&RULE, key, "a list of refs", node));
                    continue;
                }
                None => {}
            }
            if index.settings.level == Level::Root {
                continue;
            }
            let sources: Vec<&Node> = refs(node).iter().filter(is_source).collect();
            problems.extend(sources.iter().map(|item| never(key, item)));
            if key == "only" && sources.is_empty() {
                let message = format!("`only` keeps `{}` out of the children of merge requests", job.name);
                problems.push(
                    Diagnostic::warning(&RULE, entry.key.origin, message)
                        .with_help("write `rules: [{ if: … }]`"),
                );
            }
        }
    }
}

fn refs(node: &Node) -> &[Node] {
    let list = node.as_map().map_or(Some(node), |map: &Map| map.get("refs"));
    list.and_then(Node::as_seq).unwrap_or_default()
}

fn is_source(item: &&Node) -> bool {
    item.text().is_some_and(|text| SOURCES.contains(&text))
}

fn never(key: &str, item: &Node) -> Diagnostic {
    let source = item.text().unwrap_or_default();
    let message = format!("a child pipeline is never one of `{source}`, so `{key}` finds nothing here");
    Diagnostic::warning(&RULE, item.origin, message).with_help(match source {
        "merge_requests" => "write `rules: [{ if: $CI_MERGE_REQUEST_IID }]`",
        _ => "write `rules`, and ask for a variable that the trigger job hands over",
    })
}
