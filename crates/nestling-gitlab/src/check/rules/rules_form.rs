//! `rules-form`: the keywords and values of `rules`.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::keywords::{JOB_RULE, RULE_WHEN};
use crate::pipeline::rule::has_when;
use crate::pipeline::{Job, duration};
use crate::yaml::{Entry, Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "rules-form",
    severities: &[Error, Warning],
    summary: "`rules` is invalid",
    documentation: "`rules` is a list of mappings. Each can have `if`, `changes`, `exists`, `when`, `start_in`, `allow_failure`, \
`variables`, `needs` and `interruptible`. `changes` and `exists` have at most 50 patterns. `start_in` requires `when: \
delayed`, and is at most one week. A job with `rules` cannot have `only`, `except` or `start_in`.",
    source: "https://docs.gitlab.com/ci/yaml/#rules",
    bad: Example::Pipeline("a: { script: x, only: [tags], rules: [{ if: $X, whne: always }] }\n"),
    good: Example::Pipeline(
        "a: { script: x, rules: [{ if: $X, when: delayed, start_in: 5 minutes }, { changes: [src/**/*] }] }\n",
    ),
};

/// Patterns that one `changes` or `exists` can have (<https://docs.gitlab.com/ci/yaml/#ruleschanges>).
const PATTERN_LIMIT: usize = 50;

/// Seconds that a delayed job can wait (<https://docs.gitlab.com/ci/jobs/job_control/#run-a-job-after-a-delay>).
const DELAY_LIMIT: f64 = 604_800.0;

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "rules") else { continue };
        for key in ["only", "except", "start_in"] {
            let entry = job.body.entry(key).filter(|entry| !entry.value.is_null());
            problems.extend(entry.map(|entry| conflict(job, entry)));
        }
        match node.as_seq() {
            Some(items) => items.iter().for_each(|item| rule(index, item, problems)),
            None => problems.push(form::wrong(&RULE, "rules", "a list of rules", node)),
        }
    }
}

fn conflict(job: &Job, entry: &Entry) -> Diagnostic {
    let message = format!("`{}` conflicts with `rules` in `{}`", entry.key.text(), job.name);
    Diagnostic::error(&RULE, entry.key.origin, message).with_help("move it into `rules`")
}

fn rule(index: &Index<'_>, item: &Node, problems: &mut Vec<Diagnostic>) {
    if item.is_reference() {
        return;
    }
    // GitLab flattens lists in the list.
    if let Some(items) = item.as_seq() {
        return items.iter().for_each(|item| rule(index, item, problems));
    }
    let Some(body) = item.as_map() else {
        problems.push(form::wrong(&RULE, "rules", "a list of mappings such as `{ if: $X }`", item));
        return;
    };
    if body.is_empty() {
        problems.push(Diagnostic::error(&RULE, item.origin, "a rule cannot be empty"));
    }
    problems.extend(form::keywords(&RULE, "rules", body, JOB_RULE));
    problems.extend(form::value(body, "when").and_then(|node| form::one_of(&RULE, "when", node, RULE_WHEN)));
    for key in ["allow_failure", "interruptible"] {
        problems.extend(form::value(body, key).and_then(|node| form::boolean(&RULE, key, node)));
    }
    if let Some(variables) = form::value(body, "variables").filter(|node| node.as_map().is_none()) {
        problems.push(form::wrong(&RULE, "variables", "a mapping of names to values", variables));
    }
    problems.extend(delay(body, item));
    for key in ["changes", "exists"] {
        if let Some(node) = form::value(body, key) {
            problems.extend(patterns(index, key, node));
        }
    }
}

fn delay(body: &Map, rule: &Node) -> Option<Diagnostic> {
    let is_delayed = has_when(body, "delayed");
    match form::value(body, "start_in") {
        None if is_delayed => {
            let problem = Diagnostic::error(&RULE, rule.origin, "`when: delayed` requires `start_in`");
            Some(problem.with_help("add, for example, `start_in: 30 minutes`"))
        }
        None => None,
        Some(node) if !is_delayed => {
            let problem = Diagnostic::error(&RULE, node.origin, "`start_in` requires `when: delayed`");
            Some(problem.with_help("add `when: delayed`, or remove `start_in`"))
        }
        Some(node) => start_in(&RULE, node),
    }
}

/// Checks the value of `start_in`, in a rule or in a job.
pub(super) fn start_in(rule: &'static Rule, node: &Node) -> Option<Diagnostic> {
    let invalid = form::duration(rule, "start_in", node, form::Also::Nothing);
    if invalid.is_some() {
        return invalid;
    }
    let seconds = node.as_str().and_then(duration::seconds)?;
    if seconds <= DELAY_LIMIT {
        return None;
    }
    Some(Diagnostic::error(rule, node.origin, "`start_in` cannot be longer than one week"))
}

/// Checks `changes` or `exists`: a list of patterns, or a mapping with one.
fn patterns(index: &Index<'_>, key: &str, node: &Node) -> Vec<Diagnostic> {
    let Some(map) = node.as_map() else { return pattern_list(key, node) };
    let known: &[&str] =
        if key == "changes" { &["paths", "compare_to", "regexp"] } else { &["paths", "project", "ref"] };
    let mut problems = form::keywords(&RULE, &format!("rules:{key}"), map, known);
    if let Some(entry) = map.entry("regexp").filter(|_| key == "changes") {
        problems.extend(regexp(index, entry));
    }
    match map.get("paths") {
        Some(paths) => problems.extend(pattern_list(key, paths)),
        None if map.contains("regexp") => {}
        None => problems.push(Diagnostic::error(&RULE, node.origin, format!("`{key}` requires `paths`"))),
    }
    problems
}

fn pattern_list(key: &str, list: &Node) -> Vec<Diagnostic> {
    let mut problems = form::strings(&RULE, key, list);
    if let Some(excess) = list.as_seq().and_then(|items| items.get(PATTERN_LIMIT)) {
        let message = format!("`{key}` has more than {PATTERN_LIMIT} patterns");
        problems
            .push(Diagnostic::error(&RULE, excess.origin, message).with_help("combine some with `{a,b}`"));
    }
    problems
}

fn regexp(index: &Index<'_>, entry: &Entry) -> Option<Diagnostic> {
    if index.settings.gitlab.is_at_least(19, 2) {
        return None;
    }
    Some(Diagnostic::error(&RULE, entry.key.origin, "`changes:regexp` requires GitLab 19.2"))
}
