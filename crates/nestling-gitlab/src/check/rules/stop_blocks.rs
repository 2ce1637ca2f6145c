//! Stop jobs that the pipeline waits for.

use super::Index;
use super::manual_only::blocks;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "stop-blocks",
    severities: &[Warning],
    summary: "a stop job keeps the pipeline waiting",
    documentation: "In `rules`, `when: manual` holds the pipeline up until somebody plays the job, unless `allow_failure: true` \
stands beside it. A stop job is not played for weeks: the child pipeline, and the parent that depends on it, would wait \
as long.",
    source: "https://docs.gitlab.com/ci/environments/#stopping-an-environment",
    bad: Example::Pipeline(
        "deploy: { script: d, rules: [{ if: $X }], environment: { name: e, on_stop: stop } }\n\
stop: { script: s, rules: [{ if: $X, when: manual }], environment: { name: e, action: stop } }\n",
    ),
    good: Example::Pipeline(
        "deploy: { script: d, rules: [{ if: $X }], environment: { name: e, on_stop: stop } }\n\
stop: { script: s, rules: [{ if: $X, when: manual, allow_failure: true }], environment: { name: e, action: stop } }\n",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for pair in index.stops() {
        if blocks(&pair.stop.body) {
            let message =
                format!("the pipeline waits until somebody plays the stop job `{}`", pair.stop.name);
            problems.push(
                Diagnostic::warning(&RULE, pair.stop.origin, message)
                    .with_help("add `allow_failure: true` beside `when: manual`"),
            );
        }
    }
}
