//! `image` and `services`: the containers of a job.

pub(super) use super::by_table as check;

use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "image",
    severities: &[Error, Warning],
    summary: "`image` or `services` is invalid",
    documentation: "An image is a string, or a mapping with `name`, `entrypoint`, `docker`, `kubernetes` and `pull_policy`. `services` \
is a list of images, with `alias`, `command` and `variables` as well.",
    source: "https://docs.gitlab.com/ci/yaml/#image",
    bad: Example::Pipeline(
        "\
a:
  script: x
  image:
    name: node:22
    entrypoint: \"\"
  services: postgres
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  image:
    name: node:22
    entrypoint: [\"\"]
  services:
    - name: postgres:17
      alias: db
",
    ),
};
