//! Stop jobs that start by themselves.

use super::{Index, Rule};
use crate::diagnostic::Diagnostic;
use crate::pipeline::rule::Presence;
use crate::pipeline::rule::is_manual;

pub(super) const RULE: Rule = Rule {
    id: "stop-manual",
    summary: "a stop job is not manual",
    doc: "GitLab plays the stop job when the environment is stopped. It has to be `when: manual`: otherwise it runs with \
the rest of the pipeline, and takes down what was just deployed, and GitLab finds no manual action to stop with.",
    source: "https://docs.gitlab.com/ci/environments/#stopping-an-environment",
    good: "deploy: { script: d, environment: { name: e, on_stop: stop } }\n\
stop: { script: s, when: manual, environment: { name: e, action: stop } }\n",
    bad: "deploy: { script: d, environment: { name: e, on_stop: stop } }\n\
stop: { script: s, environment: { name: e, action: stop } }\n",
    check,
};

fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for pair in index.stops().filter(|pair| index.presence[pair.stop_at] != Presence::Never) {
        if !is_manual(&pair.stop.body) {
            let message = format!("the stop job `{}` starts by itself", pair.stop.name);
            problems.push(
                Diagnostic::warning(RULE.id, pair.stop.origin, message)
                    .with_label(pair.named.origin, "named here")
                    .with_help("add `when: manual`, in every rule where it has `rules`"),
            );
        }
    }
}
