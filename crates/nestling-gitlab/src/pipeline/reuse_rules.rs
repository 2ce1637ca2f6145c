//! Rules of `extends` and `!reference`, by which jobs take over parts of others.

use crate::diagnostic::Example;
use crate::diagnostic::Severity::Error;
use crate::rules;

rules! {
    /// All rules of `extends` and `!reference`.
    RULES;

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
.local:
  tags: [docker]
audit:
  extends: [.local, .remote]
  script: make audit
"),
        ]),
        good: Example::Repository(&[
            crate::diagnostic::file("nestling.yml", "\
workspace: {}
---
include: https://ci.shop.example/base.yml
.local:
  tags: [docker]
audit:
  extends: [.remote, .local]
  script: make audit
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
