//! Rules of jobs and of the keywords that GitLab folds into them: `default`, `extends` and `!reference`.

use crate::diagnostic::Example;
use crate::diagnostic::Severity::{Error, Warning};
use crate::rules;

rules! {
    /// All rules of jobs and of what is folded into them.
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
            `script`, a `run` or a `trigger`. A misspelt keyword is the usual cause.",
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
            as `image` or `cache`, is read as that keyword; under `variables` its keys are valid names of variables, so \
            that is a warning. GitLab's YAML reader takes an \
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
        summary: "`default` has a key that GitLab does not take there",
        documentation: "Only some keywords of a job can have a default. Others belong into each job, or into a hidden \
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
        bad: Example::Pipeline("default:
  image: \"alpine:3\"
build:
  script: make
  inherit: { default: [imgae] }
"),
        good: Example::Pipeline("default:
  image: \"alpine:3\"
build:
  script: make
  inherit: { default: [image] }
"),
    }

    EXTENDS_UNDEFINED = "extends-undefined" {
        severities: &[Error],
        summary: "a job extends one that is not defined",
        documentation: "`extends` names jobs of the same configuration, which an `include` may bring in. GitLab refuses \
            a name that it does not find.",
        source: "https://docs.gitlab.com/ci/yaml/#extends",
        bad: Example::Pipeline(".node:
  image: \"node:22\"
test:
  extends: .noed
  script: npm test
"),
        good: Example::Pipeline(".node:
  image: \"node:22\"
test:
  extends: .node
  script: npm test
"),
    }

    EXTENDS_CYCLE = "extends-cycle" {
        severities: &[Error],
        summary: "`extends` is circular",
        documentation: "A job cannot extend itself, directly or through others. Move what they share into a hidden job that extends none of them.",
        source: "https://docs.gitlab.com/ci/yaml/#extends",
        bad: Example::Pipeline(".a:
  extends: .b
  image: \"alpine:3\"
.b:
  extends: .a
  tags: [docker]
test:
  extends: .a
  script: make test
"),
        good: Example::Pipeline(".a:
  extends: .b
  image: \"alpine:3\"
.b:
  tags: [docker]
test:
  extends: .a
  script: make test
"),
    }

    EXTENDS_DEPTH = "extends-depth" {
        severities: &[Error],
        summary: "a job extends others through more levels than GitLab follows",
        documentation: "GitLab follows at most eleven levels of `extends` and recommends no more than three.",
        source: "https://docs.gitlab.com/ci/yaml/yaml_optimization/#use-extends-to-reuse-configuration-sections",
        bad: Example::Pipeline(".a0:
  tags: [docker]
.a1:
  extends: .a0
.a2:
  extends: .a1
.a3:
  extends: .a2
.a4:
  extends: .a3
.a5:
  extends: .a4
.a6:
  extends: .a5
.a7:
  extends: .a6
.a8:
  extends: .a7
.a9:
  extends: .a8
.a10:
  extends: .a9
.a11:
  extends: .a10
test:
  extends: .a11
  script: make test
"),
        good: Example::Pipeline(".a0:
  tags: [docker]
.a1:
  extends: .a0
test:
  extends: .a1
  script: make test
"),
    }

    EXTENDS_ORDER = "extends-order" {
        severities: &[Error],
        summary: "a job extends one that only GitLab can read, on top of one of its own file",
        documentation: "Nestling folds the jobs of its own files and leaves an `extends` of a remote include to GitLab. \
            GitLab would then apply the remote job last, although it is not named last. Name it first, or copy what it \
            defines.",
        source: "https://docs.gitlab.com/ci/yaml/#extends",
        bad: Example::Repository(&[
            crate::diagnostic::file("nestling.yml", "\
workspace: {}
---
include: https://ci.shop.example/base.yml
.local: { tags: [docker] }
audit: { extends: [.local, .remote], script: make audit }
"),
        ]),
        good: Example::Repository(&[
            crate::diagnostic::file("nestling.yml", "\
workspace: {}
---
include: https://ci.shop.example/base.yml
.local: { tags: [docker] }
audit: { extends: [.remote, .local], script: make audit }
"),
        ]),
    }

    REFERENCE_FORM = "reference-form" {
        severities: &[Error],
        summary: "`!reference` is not followed by a list of keys",
        documentation: "`!reference [.setup, script]` names the job and the key below it.",
        source: "https://docs.gitlab.com/ci/yaml/yaml_optimization/#reference-tags",
        bad: Example::Pipeline(".setup:
  script: [npm ci]
test:
  script: !reference .setup
"),
        good: Example::Pipeline(".setup:
  script: [npm ci]
test:
  script: !reference [.setup, script]
"),
    }

    REFERENCE_UNDEFINED = "reference-undefined" {
        severities: &[Error],
        summary: "`!reference` names something that is not defined, or itself",
        documentation: "GitLab refuses a reference to a job or a key that does not exist, a circle of references, and a \
            chain of more than ten.",
        source: "https://docs.gitlab.com/ci/yaml/yaml_optimization/#reference-tags",
        bad: Example::Pipeline(".setup:
  script: [npm ci]
test:
  script: [!reference [.setup, scirpt], npm test]
"),
        good: Example::Pipeline(".setup:
  script: [npm ci]
test:
  script: [!reference [.setup, script], npm test]
"),
    }

    REFERENCE_SIZE = "reference-size" {
        severities: &[Error],
        summary: "the references or `extends` of a file expand to more than fits into memory",
        documentation: "References to references multiply. Nestling stops at a million nodes (at two million for `extends`), \
            where GitLab would run out of memory or time; 32 bytes of text count as one more. Point at fewer keys, or at smaller ones.",
        source: "https://docs.gitlab.com/ci/yaml/yaml_optimization/#reference-tags",
        bad: Example::Pipeline(".a:
  s: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
.b:
  s: [!reference [.a, s], !reference [.a, s], !reference [.a, s], !reference [.a, s], !reference [.a, s], !reference [.a, s], !reference [.a, s], !reference [.a, s], !reference [.a, s], !reference [.a, s]]
.c:
  s: [!reference [.b, s], !reference [.b, s], !reference [.b, s], !reference [.b, s], !reference [.b, s], !reference [.b, s], !reference [.b, s], !reference [.b, s], !reference [.b, s], !reference [.b, s]]
.d:
  s: [!reference [.c, s], !reference [.c, s], !reference [.c, s], !reference [.c, s], !reference [.c, s], !reference [.c, s], !reference [.c, s], !reference [.c, s], !reference [.c, s], !reference [.c, s]]
.e:
  s: [!reference [.d, s], !reference [.d, s], !reference [.d, s], !reference [.d, s], !reference [.d, s], !reference [.d, s], !reference [.d, s], !reference [.d, s], !reference [.d, s], !reference [.d, s]]
.f:
  s: [!reference [.e, s], !reference [.e, s], !reference [.e, s], !reference [.e, s], !reference [.e, s], !reference [.e, s], !reference [.e, s], !reference [.e, s], !reference [.e, s], !reference [.e, s]]
.g:
  s: [!reference [.f, s], !reference [.f, s], !reference [.f, s], !reference [.f, s], !reference [.f, s], !reference [.f, s], !reference [.f, s], !reference [.f, s], !reference [.f, s], !reference [.f, s]]
test:
  script: [!reference [.g, s]]
"),
        good: Example::Pipeline(".setup:
  script: [npm ci]
test:
  script: [!reference [.setup, script], npm test]
"),
    }

    LIST_DEPTH = "list-depth" {
        severities: &[Error],
        summary: "a script has lists inside lists, deeper than GitLab flattens",
        documentation: "References and anchors may nest lists in a `script`. GitLab flattens ten levels and refuses \
            more.",
        source: "https://docs.gitlab.com/ci/yaml/yaml_optimization/#yaml-anchors-for-scripts",
        bad: Example::Pipeline("test:
  script: [[[[[[[[[[[[make test]]]]]]]]]]]]
"),
        good: Example::Pipeline("test:
  script: [[make test]]
"),
    }
}
