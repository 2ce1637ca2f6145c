//! Stop jobs that `parallel` takes the name of.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "stop-parallel",
    severities: &[Warning],
    summary: "a deploy or its stop job is multiplied by `parallel`",
    documentation: "GitLab finds a stop job by its name, and `parallel` makes `stop: [eu]` of `stop`: none of the environments of a \
matrix can be stopped. Write one deploy and one stop job for each environment; Nestling does that for jobs that name \
several entries of the catalogue.",
    source: "https://docs.gitlab.com/ci/environments/#stopping-an-environment",
    bad: Example::Pipeline(
        "deploy: { script: d, parallel: { matrix: [{ R: [eu, us] }] }, environment: { name: e/$R, on_stop: stop } }\n\
stop: { script: s, when: manual, parallel: { matrix: [{ R: [eu, us] }] }, environment: { name: e/$R, action: stop } }\n",
    ),
    good: Example::Pipeline(
        "deploy: { script: d, environment: { name: e, on_stop: stop } }\n\
stop: { script: s, when: manual, environment: { name: e, action: stop } }\n",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for pair in index.stops() {
        for (job, what) in [(pair.deploy, "the deploy"), (pair.stop, "the stop job")] {
            if let Some(entry) = job.body.entry("parallel") {
                let message = format!("{what} `{}` is multiplied, and GitLab cannot pair the jobs", job.name);
                problems.push(
                    Diagnostic::warning(&RULE, entry.key.origin, message)
                        .with_help("write one deploy and one stop job for each environment"),
                );
            }
        }
    }
}
