//! `when-form`: `when`, `start_in`, `allow_failure` and `manual_confirmation` of a job.

use super::Index;
use super::rules_form::start_in;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::pipeline::keywords::JOB_WHEN;
use crate::pipeline::rule::{has_when, rules};
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "when-form",
    severities: &[Error, Warning],
    summary: "`when`, `start_in` or `allow_failure` of a job is invalid",
    documentation: "`when` is one of on_success, on_failure, always, manual, delayed and never (the last in `rules` only). `delayed` \
requires `start_in`, at most one week. `allow_failure` is `true`, `false`, or a mapping with `exit_codes`. \
`manual_confirmation` is a string, and applies to manual jobs only.",
    source: "https://docs.gitlab.com/ci/yaml/#when",
    bad: Example::Pipeline("a: { script: x, when: on_sucess, allow_failure: \"true\" }\n"),
    good: Example::Pipeline(
        "a: { script: x, when: delayed, start_in: 1 hour, allow_failure: { exit_codes: [1, 2] } }\n",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        if let Some(node) = form::value(&job.body, "when") {
            problems.extend(form::one_of(&RULE, "when", node, JOB_WHEN));
        }
        // Beside `rules`, `start_in` is an error of its own, and the rules decide what is delayed.
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
    let is_delayed = has_when(&job.body, "delayed");
    match job.body.entry("start_in").filter(|entry| !entry.value.is_null()) {
        None if is_delayed => {
            let origin = job.body.get("when").map_or(job.origin, |node| node.origin);
            let problem = Diagnostic::error(&RULE, origin, "`when: delayed` requires `start_in`");
            Some(problem.with_help("add, for example, `start_in: 30 minutes`"))
        }
        None => None,
        Some(entry) if !is_delayed => {
            let problem = Diagnostic::error(&RULE, entry.key.origin, "`start_in` requires `when: delayed`");
            Some(problem.with_help("add `when: delayed`, or remove `start_in`"))
        }
        Some(entry) => start_in(&RULE, &entry.value),
    }
}

fn allow_failure(node: &Node) -> Vec<Diagnostic> {
    let Some(map) = node.as_map() else {
        return form::boolean(&RULE, "allow_failure", node).into_iter().collect();
    };
    let mut problems = form::keywords(&RULE, "allow_failure", map, &["exit_codes"]);
    problems.extend(exit_codes(&RULE, map));
    problems
}

/// Checks `exit_codes`: a number, or a list of numbers.
pub(super) fn exit_codes(rule: &'static Rule, map: &Map) -> Option<Diagnostic> {
    let node = form::value(map, "exit_codes")?;
    let items = node.items_or_self();
    let wrong = items.iter().find(|item| item.as_int().is_none())?;
    Some(form::wrong(rule, "exit_codes", "a whole number or a list of them", wrong))
}

fn confirmation(job: &Job) -> Option<Diagnostic> {
    let entry = job.body.entry("manual_confirmation").filter(|entry| !entry.value.is_null())?;
    if entry.value.as_str().is_none() {
        return Some(form::wrong(&RULE, "manual_confirmation", "a string", &entry.value));
    }
    let rules = rules(&job.body).unwrap_or_default();
    if has_when(&job.body, "manual") || rules.iter().any(|rule| has_when(rule.body, "manual")) {
        return None;
    }
    let message = format!("`manual_confirmation` has no effect: `{}` is not a manual job", job.name);
    Some(Diagnostic::warning(&RULE, entry.key.origin, message).with_help("add `when: manual`"))
}
