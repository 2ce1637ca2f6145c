//! How long things may take and be kept.

use super::{Index, Rule};
use crate::check::form::{self, Also};
use crate::diagnostic::Diagnostic;
use crate::yaml::Node;

pub(super) const RULE: Rule = Rule {
    id: "duration",
    summary: "a `timeout` or an `expire_in` is no duration that GitLab reads",
    doc: "GitLab reads texts such as `42`, `3 mins 4 sec`, `2h20min` and `1 week`. A number without quotes is no text, and \
without a unit it counts seconds. `expire_in` may be `never`; neither takes variables.",
    source: "https://docs.gitlab.com/ci/yaml/#timeout",
    good: "a: { script: x, timeout: 1h 30m, artifacts: { paths: [a], expire_in: never } }\n",
    bad: "a: { script: x, timeout: 90, artifacts: { paths: [a], expire_in: one fortnight } }\n",
    check,
};

fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        if let Some(node) = form::value(&job.body, "timeout") {
            problems.extend(form::length_of_time(RULE.id, "timeout", node, Also::Nothing));
        }
        let artifacts = job.body.get("artifacts").and_then(Node::as_map);
        if let Some(node) = artifacts.and_then(|map| form::value(map, "expire_in")) {
            problems.extend(form::length_of_time(RULE.id, "expire_in", node, Also::Never));
        }
    }
}
