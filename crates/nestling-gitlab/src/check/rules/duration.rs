//! `timeout` and `expire_in`: durations in words.

use super::Index;
use crate::check::form::{self, Also};
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "duration",
    severities: &[Error],
    summary: "`timeout` or `expire_in` is not a duration",
    documentation: "GitLab reads strings such as `42`, `3 mins 4 sec`, `2h20min` and `1 week`. An unquoted number is not a string; without \
a unit, a duration is in seconds. `expire_in` can be `never`. Neither expands variables.",
    source: "https://docs.gitlab.com/ci/yaml/#timeout",
    bad: Example::Pipeline(
        "a: { script: x, timeout: 90, artifacts: { paths: [a], expire_in: one fortnight } }\n",
    ),
    good: Example::Pipeline(
        "a: { script: x, timeout: 1h 30m, artifacts: { paths: [a], expire_in: never } }\n",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        if let Some(node) = form::value(&job.body, "timeout") {
            problems.extend(form::duration(&RULE, "timeout", node, Also::Nothing));
        }
        let artifacts = job.body.get("artifacts").and_then(Node::as_map);
        if let Some(node) = artifacts.and_then(|map| form::value(map, "expire_in")) {
            problems.extend(form::duration(&RULE, "expire_in", node, Also::Never));
        }
    }
}
