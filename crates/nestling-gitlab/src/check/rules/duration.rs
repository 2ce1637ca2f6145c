//! `timeout` and `expire_in`: durations in words.

pub(super) use super::by_table as check;

use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "duration",
    severities: &[Error],
    summary: "`timeout` or `expire_in` is not a duration",
    documentation: "GitLab reads strings such as `42`, `3 mins 4 sec`, `2h20min` and `1 week`. An unquoted number is not a string; without \
a unit, a duration is in seconds. `expire_in` can be `never`. Neither expands variables.",
    source: "https://docs.gitlab.com/ci/yaml/#timeout",
    bad: Example::Pipeline(
        "\
a:
  script: x
  timeout: 90
  artifacts:
    paths: [a]
    expire_in: one fortnight
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  timeout: 1h 30m
  artifacts:
    paths: [a]
    expire_in: never
",
    ),
};
