//! `environment-key`: keywords and values of `environment`.

pub(super) use super::by_table as check;

use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "environment-key",
    severities: &[Error, Warning],
    summary: "`environment` has an unknown keyword or an invalid value",
    documentation: "`action` is one of start, stop, prepare, verify and access; `deployment_tier` is one of production, \
staging, testing, development and other; `auto_stop_in` is a duration in words, quoted if it is a number, or `never`; `url` \
has at most 255 characters.",
    source: "https://docs.gitlab.com/ci/yaml/#environment",
    bad: Example::Pipeline("a: { script: d, environment: { name: e, auto_stop_in: 3 } }\n"),
    good: Example::Pipeline(
        "a: { script: d, environment: { name: e, auto_stop_in: 1 week, deployment_tier: staging } }\n",
    ),
};
