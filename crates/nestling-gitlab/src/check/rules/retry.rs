//! `retry`: the retries of a failed job.

pub(super) use super::by_table as check;

use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "retry",
    severities: &[Error, Warning],
    summary: "`retry` is invalid",
    documentation: "`retry` is 0, 1 or 2, or a mapping with `max`, `when` and `exit_codes`. `when` lists failure reasons.",
    source: "https://docs.gitlab.com/ci/yaml/#retry",
    bad: Example::Pipeline(
        "a:
  script: x
  retry: 3
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  retry:
    max: 2
    when: [runner_system_failure]
",
    ),
};
