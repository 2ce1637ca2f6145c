//! Stop jobs that start by themselves.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::presence::State;
use crate::pipeline::rule::is_manual;

pub(super) static RULE: Rule = Rule {
    id: "stop-manual",
    severities: &[Warning],
    summary: "a stop job is not manual",
    documentation: "GitLab plays the stop job when the environment is stopped. It has to be `when: manual`: otherwise it runs with \
the rest of the pipeline, and takes down what was just deployed, and GitLab finds no manual action to stop with.",
    source: "https://docs.gitlab.com/ci/environments/#stopping-an-environment",
    bad: Example::Pipeline(
        "deploy: { script: d, environment: { name: e, on_stop: stop } }\n\
stop: { script: s, environment: { name: e, action: stop } }\n",
    ),
    good: Example::Pipeline(
        "deploy: { script: d, environment: { name: e, on_stop: stop } }\n\
stop: { script: s, when: manual, environment: { name: e, action: stop } }\n",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for pair in index.stops().filter(|pair| index.state(pair.stop_at) != State::Out) {
        if !is_manual(&pair.stop.body) {
            let message = format!("the stop job `{}` starts by itself", pair.stop.name);
            problems.push(
                Diagnostic::warning(&RULE, pair.stop.origin, message)
                    .with_label(pair.named.origin, "named here")
                    .with_help("add `when: manual`, in every rule where it has `rules`"),
            );
        }
    }
}
