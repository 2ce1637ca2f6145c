//! When a job starts, and whether its failure counts.

use super::Index;
use super::rules_form::too_long;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "when-form",
    severities: &[Error, Warning],
    summary: "`when`, `start_in` or `allow_failure` of a job has a value that GitLab refuses",
    documentation: "`when` is one of on_success, on_failure, always, manual, delayed and never (the last in `rules` only). `delayed` \
goes with `start_in`, a week at most. `allow_failure` is `true`, `false`, or a mapping with `exit_codes`. \
`manual_confirmation` is a text, and is read of manual jobs only.",
    source: "https://docs.gitlab.com/ci/yaml/#when",
    bad: Example::Pipeline("a: { script: x, when: on_sucess, allow_failure: \"true\" }\n"),
    good: Example::Pipeline(
        "a: { script: x, when: delayed, start_in: 1 hour, allow_failure: { exit_codes: [1, 2] } }\n",
    ),
};

const WHEN: &[&str] = &["on_success", "on_failure", "always", "manual", "delayed"];

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        if let Some(node) = form::value(&job.body, "when") {
            problems.extend(form::one_of(&RULE, "when", node, WHEN));
        }
        if !job.body.contains("rules") {
            problems.extend(delay(job));
        }
        if let Some(node) = form::value(&job.body, "allow_failure") {
            problems.extend(allow_failure(node));
        }
        problems.extend(confirmation(job));
    }
}

fn delay(job: &Job) -> Option<Diagnostic> {
    let delayed = job.body.get("when").and_then(Node::text) == Some("delayed");
    match job.body.entry("start_in").filter(|entry| !entry.value.is_null()) {
        None if delayed => {
            let origin = job.body.get("when").map_or(job.origin, |node| node.origin);
            let problem = Diagnostic::error(&RULE, origin, "`when: delayed` needs `start_in`");
            Some(problem.with_help("add such as `start_in: 30 minutes`"))
        }
        None => None,
        Some(entry) if !delayed => {
            let message = "`start_in` goes with `when: delayed` only";
            let problem = Diagnostic::error(&RULE, entry.key.origin, message);
            Some(problem.with_help("add `when: delayed`, or take it out"))
        }
        Some(entry) => too_long(&RULE, &entry.value),
    }
}

fn allow_failure(node: &Node) -> Vec<Diagnostic> {
    let Some(map) = node.as_map() else {
        return form::flag(&RULE, "allow_failure", node).into_iter().collect();
    };
    let mut problems = form::keys(&RULE, "`allow_failure`", map, &["exit_codes"]);
    problems.extend(exit_codes(&RULE, map));
    problems
}

/// A number, or a list of them.
pub(super) fn exit_codes(rule: &'static Rule, map: &Map) -> Option<Diagnostic> {
    let node = form::value(map, "exit_codes")?;
    let items = node.items_or_self();
    let wrong = items.iter().find(|item| item.as_int().is_none())?;
    Some(form::wrong(rule, "exit_codes", "whole numbers", wrong))
}

fn confirmation(job: &Job) -> Option<Diagnostic> {
    let entry = job.body.entry("manual_confirmation").filter(|entry| !entry.value.is_null())?;
    if entry.value.as_str().is_none() {
        return Some(form::wrong(&RULE, "manual_confirmation", "a text", &entry.value));
    }
    let manual = |map: &Map| map.get("when").and_then(Node::text) == Some("manual");
    let rules = job.body.get("rules").and_then(Node::as_seq).unwrap_or_default();
    let any = manual(&job.body) || rules.iter().filter_map(Node::as_map).any(manual);
    (!any).then(|| {
        let message = format!("nobody is asked before `{}`: it is not a manual job", job.name);
        Diagnostic::warning(&RULE, entry.key.origin, message).with_help("add `when: manual`")
    })
}
