//! What `rules` may look like.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::yaml::{Entry, Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "rules-form",
    severities: &[Error, Warning],
    summary: "`rules` have a form that GitLab refuses",
    documentation: "`rules` is a list of mappings. Each may have `if`, `changes`, `exists`, `when`, `start_in`, `allow_failure`, \
`variables`, `needs` and `interruptible`. `changes` and `exists` hold at most 50 patterns. `start_in` goes with `when: \
delayed` and nothing else, and is a week at most. A job with `rules` cannot have `only`, `except` or `start_in`.",
    source: "https://docs.gitlab.com/ci/yaml/#rules",
    bad: Example::Pipeline("a: { script: x, only: [tags], rules: [{ if: $X, whne: always }] }\n"),
    good: Example::Pipeline(
        "a: { script: x, rules: [{ if: $X, when: delayed, start_in: 5 minutes }, { changes: [src/**/*] }] }\n",
    ),
};

const KEYS: &[&str] =
    &["if", "changes", "exists", "when", "start_in", "allow_failure", "variables", "needs", "interruptible"];
pub(super) const WHEN: &[&str] = &["on_success", "on_failure", "always", "never", "manual", "delayed"];

/// Patterns in one `changes` or `exists`.
const PATTERNS: usize = 50;
const WEEK: f64 = 604_800.0;

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "rules") else { continue };
        for key in ["only", "except", "start_in"] {
            problems.extend(job.body.entry(key).filter(|it| !it.value.is_null()).map(|it| beside(job, it)));
        }
        match node.as_seq() {
            None => problems.push(form::wrong(&RULE, "rules", "a list of rules", node)),
            Some(items) => items.iter().for_each(|item| one(index, item, problems)),
        }
    }
}

fn beside(job: &Job, entry: &Entry) -> Diagnostic {
    let message = format!("`{}` has `{}` beside `rules`, which GitLab refuses", job.name, entry.key.text());
    Diagnostic::error(&RULE, entry.key.origin, message).with_help("say it in `rules`")
}

fn one(index: &Index<'_>, item: &Node, problems: &mut Vec<Diagnostic>) {
    if item.is_reference() {
        return;
    }
    // Lists in the list are flattened.
    if let Some(items) = item.as_seq() {
        return items.iter().for_each(|item| one(index, item, problems));
    }
    let Some(rule) = item.as_map() else {
        problems.push(form::wrong(&RULE, "rules", "mappings such as `{ if: $X }`", item));
        return;
    };
    if rule.is_empty() {
        problems.push(Diagnostic::error(&RULE, item.origin, "this rule is empty"));
    }
    problems.extend(form::keys(&RULE, "a rule", rule, KEYS));
    problems.extend(form::value(rule, "when").and_then(|node| form::one_of(&RULE, "when", node, WHEN)));
    for key in ["allow_failure", "interruptible"] {
        problems.extend(form::value(rule, key).and_then(|node| form::flag(&RULE, key, node)));
    }
    problems.extend(
        form::value(rule, "variables")
            .filter(|node| node.as_map().is_none())
            .map(|node| form::wrong(&RULE, "variables", "a mapping of names and values", node)),
    );
    problems.extend(delay(rule, item));
    for key in ["changes", "exists"] {
        problems.extend(form::value(rule, key).into_iter().flat_map(|node| patterns(index, key, node)));
    }
}

/// `start_in`, of a rule or of a job.
pub(super) fn delay(body: &Map, whole: &Node) -> Option<Diagnostic> {
    let delayed = body.get("when").and_then(Node::text) == Some("delayed");
    match form::value(body, "start_in") {
        None if delayed => {
            let problem = Diagnostic::error(&RULE, whole.origin, "`when: delayed` needs `start_in`");
            Some(problem.with_help("add such as `start_in: 30 minutes`"))
        }
        None => None,
        Some(node) if !delayed => {
            let problem = Diagnostic::error(&RULE, node.origin, "`start_in` goes with `when: delayed` only");
            Some(problem.with_help("add `when: delayed`, or take it out"))
        }
        Some(node) => too_long(&RULE, node),
    }
}

pub(super) fn too_long(rule: &'static Rule, node: &Node) -> Option<Diagnostic> {
    form::length_of_time(rule, "start_in", node, form::Also::Nothing).or_else(|| {
        let seconds = node.as_str().and_then(crate::pipeline::duration::seconds)?;
        (seconds > WEEK).then(|| Diagnostic::error(rule, node.origin, "`start_in` is one week at most"))
    })
}

fn patterns(index: &Index<'_>, key: &str, node: &Node) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let list = match node.as_map() {
        None => Some(node),
        Some(map) => {
            let known: &[&str] = if key == "changes" {
                &["paths", "compare_to", "regexp"]
            } else {
                &["paths", "project", "ref"]
            };
            problems.extend(form::keys(&RULE, &format!("`{key}`"), map, known));
            problems
                .extend(map.entry("regexp").filter(|_| key == "changes").and_then(|it| regexp(index, it)));
            if !map.contains("paths") && !map.contains("regexp") {
                problems.push(Diagnostic::error(&RULE, node.origin, format!("`{key}` has no `paths`")));
            }
            map.get("paths")
        }
    };
    let Some(list) = list else { return problems };
    problems.extend(form::texts(&RULE, key, list));
    if let Some(over) = list.as_seq().and_then(|items| items.get(PATTERNS)) {
        let message = format!("`{key}` holds more than {PATTERNS} patterns");
        problems.push(Diagnostic::error(&RULE, over.origin, message).with_help("join some with `{a,b}`"));
    }
    problems
}

fn regexp(index: &Index<'_>, entry: &Entry) -> Option<Diagnostic> {
    (!index.settings.gitlab.is_at_least(19, 2))
        .then(|| Diagnostic::error(&RULE, entry.key.origin, "`changes:regexp` came with GitLab 19.2"))
}
