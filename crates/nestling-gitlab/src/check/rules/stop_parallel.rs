//! `stop-parallel`: deploy and stop jobs with `parallel`.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "stop-parallel",
    severities: &[Warning],
    summary: "a deploy job or its stop job uses `parallel`",
    documentation: "GitLab finds a stop job by its name, and `parallel` renames `stop` to `stop: [eu]`: no environment of a matrix can \
be stopped. Write one deploy and one stop job for each environment; Nestling does this for jobs that name several entries of \
the catalogue.",
    source: "https://docs.gitlab.com/ci/environments/#stopping-an-environment",
    bad: Example::Pipeline(
        "\
deploy:
  script: d
  parallel:
    matrix:
      - R: [eu, us]
  environment:
    name: e/$R
    on_stop: stop
stop:
  script: s
  when: manual
  parallel:
    matrix:
      - R: [eu, us]
  environment:
    name: e/$R
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
        for job in [pair.deploy, pair.stop] {
            let Some(entry) = job.body.entry("parallel") else { continue };
            let message =
                format!("`{}` uses `parallel`: GitLab cannot pair a stop job with each instance", job.name);
            let problem = Diagnostic::warning(&RULE, entry.key.origin, message);
            problems.push(problem.with_help("write one deploy and one stop job for each environment"));
        }
    }
}
