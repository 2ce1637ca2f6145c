//! `stop-manual`: stop jobs that start automatically.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::presence::State;
use crate::pipeline::rule::is_manual;

pub(super) static RULE: Rule = Rule {
    id: "stop-manual",
    severities: &[Warning],
    summary: "a stop job is not manual",
    documentation: "GitLab runs the stop job when the environment is stopped. The job must have `when: manual`: otherwise it runs with \
the rest of the pipeline and stops what was just deployed, and GitLab finds no manual job to stop the environment with.",
    source: "https://docs.gitlab.com/ci/environments/#stopping-an-environment",
    bad: Example::Pipeline(
        "\
deploy:
  script: d
  environment:
    name: e
    on_stop: stop
stop:
  script: s
  environment:
    name: e
    action: stop
",
    ),
    good: Example::Pipeline(
        "\
deploy:
  script: d
  environment:
    name: e
    on_stop: stop
stop:
  script: s
  when: manual
  environment:
    name: e
    action: stop
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for pair in index.stops() {
        if index.state(pair.stop_position) == State::Out || is_manual(&pair.stop.body) {
            continue;
        }
        let message = format!("stop job `{}` starts automatically", pair.stop.name);
        problems.push(
            Diagnostic::warning(&RULE, pair.stop.origin, message)
                .with_label(pair.on_stop.origin, "named here")
                .with_help("add `when: manual`, to each rule if the job has `rules`"),
        );
    }
}
