//! `job-key`: keywords of a job.

pub(super) use super::by_table as check;

use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "job-key",
    severities: &[Error, Warning],
    summary: "a job has an unknown keyword",
    documentation: "GitLab rejects a pipeline with an unknown job keyword. A keyword that resembles a known one is an error. Any \
other is passed on with a warning, since a newer GitLab may know it.",
    source: "https://docs.gitlab.com/ci/yaml/#job-keywords",
    bad: Example::Pipeline(
        "a:
  script: make
  alow_failure: true
",
    ),
    good: Example::Pipeline(
        "a:
  script: make
  allow_failure: true
",
    ),
};
