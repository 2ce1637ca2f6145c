//! `retry`: the retries of a failed job.

use super::Index;
use super::when_form::exit_codes;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule, Suggestion};
use crate::pipeline::keywords::PASSED_ON;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "retry",
    severities: &[Error, Warning],
    summary: "`retry` is invalid",
    documentation: "`retry` is 0, 1 or 2, or a mapping with `max`, `when` and `exit_codes`. `when` lists failure reasons.",
    source: "https://docs.gitlab.com/ci/yaml/#retry",
    bad: Example::Pipeline("a: { script: x, retry: 3 }\n"),
    good: Example::Pipeline("a: { script: x, retry: { max: 2, when: [runner_system_failure] } }\n"),
};

/// Failure reasons (<https://docs.gitlab.com/ci/yaml/#retrywhen>).
const FAILURES: &[&str] = &[
    "always",
    "unknown_failure",
    "script_failure",
    "api_failure",
    "stuck_or_timeout_failure",
    "stuck_pending_without_matching_runners",
    "runner_system_failure",
    "runner_unsupported",
    "runner_configuration_error",
    "runner_external_dependency_failure",
    "stale_schedule",
    "job_execution_timeout",
    "archived_failure",
    "unmet_prerequisites",
    "scheduler_failure",
    "data_integrity_failure",
    "missing_dependency_failure",
];

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "retry") else { continue };
        let Some(map) = node.as_map() else {
            problems.extend(times("retry", node));
            continue;
        };
        problems.extend(form::keywords(&RULE, "retry", map, &["max", "when", "exit_codes"]));
        problems.extend(form::value(map, "max").and_then(|node| times("max", node)));
        problems.extend(exit_codes(&RULE, map));
        if let Some(when) = form::value(map, "when") {
            let items = when.items_or_self();
            problems.extend(items.iter().filter_map(failure));
        }
    }
}

fn times(key: &str, node: &Node) -> Option<Diagnostic> {
    match node.as_int() {
        Some(0..=2) => None,
        Some(times) => {
            let message = format!("`{key}` must be 0, 1 or 2, found {times}");
            Some(Diagnostic::error(&RULE, node.origin, message))
        }
        None => Some(form::wrong(&RULE, key, "0, 1 or 2", node)),
    }
}

fn failure(node: &Node) -> Option<Diagnostic> {
    let Some(name) = node.as_str() else { return form::string(&RULE, "when", node) };
    if FAILURES.contains(&name) {
        return None;
    }
    let message = format!("unknown failure reason `{name}` in `retry:when`");
    let suggestion = Suggestion::among(name, FAILURES.iter().copied());
    Some(Diagnostic::misspelt(&RULE, node.origin, message, suggestion, PASSED_ON))
}
