//! Rules of jobs, and of `default` and the keywords at the top level that GitLab folds into them.

use crate::diagnostic::Example;
use crate::diagnostic::Severity::{Error, Warning};
use crate::rules;

rules! {
    /// All rules of jobs and of their defaults.
    RULES;

    ROOT_MAP = "root-map" {
        severities: &[Error],
        summary: "a file of jobs is not a mapping",
        documentation: "The top level of a GitLab configuration maps names to jobs.",
        source: "https://docs.gitlab.com/ci/yaml/",
        bad: Example::Pipeline("\
- build
- test
"),
        good: Example::Pipeline("build:
  script: make
test:
  script: make test
"),
    }

    JOB_MAP = "job-map" {
        severities: &[Error],
        summary: "a job is not a mapping",
        documentation: "Every key at the top level that is not a keyword is a job, and a job is a mapping with a \
            `script`, a `run` or a `trigger`. A misspelled keyword is the usual cause.",
        source: "https://docs.gitlab.com/ci/jobs/",
        bad: Example::Pipeline("stage: [build, test]
build:
  stage: build
  script: make
"),
        good: Example::Pipeline("stages: [build, test]
build:
  stage: build
  script: make
"),
    }

    JOB_NAME = "job-name" {
        severities: &[Error, Warning],
        summary: "a job has a name that GitLab refuses or reads as something else",
        documentation: "A name cannot be empty, a keyword, or longer than 255 characters. A job under the name of a keyword, such \
            as `image` or `cache`, is read as that keyword. A job called `variables` is a warning, because its keys are \
            valid names of variables. GitLab's YAML reader takes an \
            unquoted `on`, `123` or `2026-01-05` for a boolean, a number or a date: put such a name in quotes.",
        source: "https://docs.gitlab.com/ci/jobs/#job-names",
        bad: Example::Pipeline("on:
  script: make
"),
        good: Example::Pipeline("\"on\":
  script: make
"),
    }

    JOB_DUPLICATE = "job-duplicate" {
        severities: &[Warning],
        summary: "a file defines a job twice",
        documentation: "The YAML reader refuses a key that a file has twice; a program that builds a tree itself can still give two jobs one name. GitLab silently uses the last of \
            them. Rename one, or merge their keys.",
        source: "https://docs.gitlab.com/ci/jobs/#job-names",
        bad: Example::None,
        good: Example::None,
    }

    GLOBAL_MAP = "global-map" {
        severities: &[Error],
        summary: "`default`, `variables` or `workflow` is not a mapping",
        documentation: "These keywords hold names and values. GitLab refuses a list or a string.",
        source: "https://docs.gitlab.com/ci/yaml/#global-keywords",
        bad: Example::Pipeline("variables: [LEVEL=debug]
build:
  script: make
"),
        good: Example::Pipeline("variables:
  LEVEL: debug
build:
  script: make
"),
    }

    DEFAULT_KEY = "default-key" {
        severities: &[Error, Warning],
        summary: "`default` has a key that GitLab does not accept there",
        documentation: "Only some keywords of a job can have a default. Others belong in each job, or into a hidden \
            job that they extend. A key that resembles no known one may be newer than this version of Nestling: it is \
            passed on with a warning.",
        source: "https://docs.gitlab.com/ci/yaml/#default",
        bad: Example::Pipeline("default:
  stage: build
build:
  script: make
"),
        good: Example::Pipeline("default:
  image: \"alpine:3\"
build:
  stage: build
  script: make
"),
    }

    DEFAULT_TIMEOUT = "default-timeout" {
        severities: &[Warning],
        summary: "`default` sets a `timeout`",
        documentation: "GitLab accepts `default:timeout`, and it has no effect. Set the `timeout` of each job, or that \
            of the project.",
        source: "https://docs.gitlab.com/ci/yaml/#timeout",
        bad: Example::Pipeline("default:
  timeout: 10 minutes
build:
  script: make
"),
        good: Example::Pipeline("build:
  script: make
  timeout: 10 minutes
"),
    }

    DEFAULT_TWICE = "default-twice" {
        severities: &[Error],
        summary: "a default is set both under `default` and at the top level",
        documentation: "`image`, `services`, `cache`, `before_script` and `after_script` at the top level are the \
            deprecated form of `default`. GitLab refuses a file that has both.",
        source: "https://docs.gitlab.com/ci/yaml/deprecated_keywords/#globally-defined-image-services-cache-before_script-after_script",
        bad: Example::Pipeline("image: \"alpine:3\"
default:
  image: \"debian:12\"
build:
  script: make
"),
        good: Example::Pipeline("default:
  image: \"debian:12\"
build:
  script: make
"),
    }

    INHERIT = "inherit" {
        severities: &[Error],
        summary: "`inherit` has a form that GitLab refuses",
        documentation: "`inherit` maps `default` and `variables` to `true`, `false`, or a list of names.",
        source: "https://docs.gitlab.com/ci/yaml/#inherit",
        bad: Example::Pipeline("\
default:
  image: \"alpine:3\"
build:
  script: make
  inherit:
    default: [imgae]
"),
        good: Example::Pipeline("\
default:
  image: \"alpine:3\"
build:
  script: make
  inherit:
    default: [image]
"),
    }
}
