//! Rules of documents, of the keywords beside the jobs, and of includes.

use crate::diagnostic::Example;
use crate::diagnostic::Severity::{Error, Note, Warning};
use crate::diagnostic::file;
use crate::rules;

rules! {
    /// All rules of documents and includes.
    RULES;

    DOCUMENT_DROPPED = "document-dropped" {
        severities: &[Warning],
        summary: "a file has a document that GitLab never reads",
        documentation: "GitLab reads one document of a file: the second if the first is a `spec` header, otherwise the first. It silently drops all others. Remove the line `---` between them.",
        source: "https://docs.gitlab.com/ci/yaml/#header-keywords",
        bad: Example::Pipeline("build:
  script: make
---
test:
  script: make test
"),
        good: Example::Pipeline("build:
  script: make
test:
  script: make test
"),
    }

    STAGES = "stages" {
        severities: &[Error],
        summary: "`stages` is not a list",
        documentation: "`stages` lists the names of the stages in the order in which they run.",
        source: "https://docs.gitlab.com/ci/yaml/#stages",
        bad: Example::Pipeline("stages: build
compile:
  stage: build
  script: make
"),
        good: Example::Pipeline("stages: [build]
compile:
  stage: build
  script: make
"),
    }

    STAGE_NAME = "stage-name" {
        severities: &[Error],
        summary: "a stage has a name that GitLab rejects",
        documentation: "The name of a stage is a string of 1 to 255 characters.",
        source: "https://docs.gitlab.com/ci/yaml/#stages",
        bad: Example::Pipeline("stages: [build, \"\"]
compile:
  stage: build
  script: make
"),
        good: Example::Pipeline("stages: [build, test]
compile:
  stage: build
  script: make
"),
    }

    WORKFLOW_KEY = "workflow-key" {
        severities: &[Error, Warning],
        summary: "`workflow` has a key that GitLab does not know",
        documentation: "A key that resembles a known one is an error. Any other may be newer than this version of \
            Nestling: it is passed on with a warning.",
        source: "https://docs.gitlab.com/ci/yaml/#workflow",
        bad: Example::Pipeline("workflow:
  nmae: Nightly
build:
  script: make
"),
        good: Example::Pipeline("workflow:
  name: Nightly
build:
  script: make
"),
    }

    INCLUDE = "include" {
        severities: &[Error, Warning],
        summary: "an `include` of a unit or a workspace cannot be resolved",
        documentation: "Nestling resolves local includes of units itself. The file must exist in the repository, a \
            wildcard should match at least one file, files cannot include each other, and a pipeline may \
            include at most 150 files. `nestling vendor` fetches components, which units use with `use:`. What else only GitLab can read (a \
            remote file, a project's) belongs below the `---` of the root's `nestling.yml`.",
        source: "https://docs.gitlab.com/ci/yaml/#includelocal",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("ci/node.yml", ".node:\n  image: \"node:22\"\n"),
            file("web/nestling.yml", "\
include: ci/noed.yml
test:
  script: npm test
"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("ci/node.yml", ".node:\n  image: \"node:22\"\n"),
            file("web/nestling.yml", "\
include: ci/node.yml
test:
  extends: .node
  script: npm test
"),
        ]),
    }

    INCLUDE_UNREAD = "include-unread" {
        severities: &[Note],
        summary: "an include is not read",
        documentation: "`nestling check FILE` reads local files that a file includes. Those of other projects, remote files, \
templates, components, and local files that get inputs or whose rules ask for unknown variables are not read. Since they may define anything, nothing is reported as undefined: bases, references, needed jobs, stages, stop jobs.",
        source: "https://docs.gitlab.com/ci/yaml/#include",
        bad: Example::Pipeline("\
include:
  - template: Jobs/SAST.gitlab-ci.yml
a:
  script: x
"),
        good: Example::Pipeline("a:
  script: x
"),
    }

    UNREADABLE = "unreadable" {
        severities: &[Error],
        summary: "a file cannot be read",
        documentation: "The file system or git could not read a file: permissions, a failing disk, or a missing object in a damaged clone. `git fsck` finds missing objects.",
        source: "https://git-scm.com/docs/git-fsck",
        bad: Example::None,
        good: Example::None,
    }
}
