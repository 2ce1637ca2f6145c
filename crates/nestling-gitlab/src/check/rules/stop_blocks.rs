//! `stop-blocks`: stop jobs that block the pipeline.

use super::Index;
use super::manual_only::blocks;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "stop-blocks",
    severities: &[Warning],
    summary: "a stop job blocks the pipeline",
    documentation: "In `rules`, `when: manual` blocks the pipeline until someone runs the job, unless the rule has \
`allow_failure: true`. A stop job may not run for weeks, and the child pipeline and the parent that depends on it would wait \
as long.",
    source: "https://docs.gitlab.com/ci/environments/#stopping-an-environment",
    bad: Example::Pipeline(
        "\
deploy:
  script: d
  rules:
    - if: $X
  environment:
    name: e
    on_stop: stop
stop:
  script: s
  rules:
    - if: $X
      when: manual
  environment:
    name: e
    action: stop
",
    ),
    good: Example::Pipeline(
        "\
deploy:
  script: d
  rules:
    - if: $X
  environment:
    name: e
    on_stop: stop
stop:
  script: s
  rules:
    - if: $X
      when: manual
      allow_failure: true
  environment:
    name: e
    action: stop
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for pair in index.stops() {
        if blocks(&pair.stop.body) {
            let message = format!("stop job `{}` blocks the pipeline until someone runs it", pair.stop.name);
            let problem = Diagnostic::warning(&RULE, pair.stop.origin, message);
            problems.push(problem.with_help("add `allow_failure: true` next to `when: manual`"));
        }
    }
}
