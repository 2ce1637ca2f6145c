//! `tags`: the tags that select a runner.

pub(super) use super::by_table as check;

use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "tags",
    severities: &[Error],
    summary: "`tags` is invalid",
    documentation: "`tags` is a list, even for a single tag, of at most 49 strings.",
    source: "https://docs.gitlab.com/ci/yaml/#tags",
    bad: Example::Pipeline(
        "a:
  script: x
  tags: docker
",
    ),
    good: Example::Pipeline(
        "a:
  script: x
  tags: [docker]
",
    ),
};
