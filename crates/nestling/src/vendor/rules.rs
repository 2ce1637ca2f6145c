//! Rules of components and of vendored files.

use nestling_gitlab::diagnostic::Example;
use nestling_gitlab::diagnostic::Severity::{Error, Warning};
use nestling_gitlab::diagnostic::file;
use nestling_gitlab::rules;

/// The lock file has its SHA-256.
const COMPONENT: &str = "\
spec:
  inputs:
    job:
      default: test
---
$[[ inputs.job ]]:
  script: make test
";

const UNIT: &str = "\
unit:
  use:
    - component: gitlab.com/components/make/test@1
";

const LOCK: &str = "\
version: 1
components:
  \"gitlab.com/components/make/test@1\":
    file: \"templates/test.yml\"
    version: \"1.0.0\"
    tag: \"1.0.0\"
    commit: \"8164348b5a6d1e0f3c2b9a7d4e5f60718293a4b5\"
    files:
      \"templates/test.yml\": \"5ca0e1ecb7eeb4947e2b284a5cb243d0fedd1a8a91bee769a954b628186b9073\"
";

const LOCK_PATH: &str = "ci/vendor/nestling-vendor.lock";
const FILE_PATH: &str = "ci/vendor/gitlab.com/components/make/test@1/templates/test.yml";

/// A repository in which everything is right.
const GOOD: Example = Example::Repository(&[
    file("nestling.yml", "workspace: {}\n"),
    file("api/nestling.yml", UNIT),
    file(LOCK_PATH, LOCK),
    file(FILE_PATH, COMPONENT),
]);

rules! {
    /// All rules of vendored components.
    RULES;

    COMPONENT_PATH = "component-path" {
        severities: &[Error],
        summary: "the path of a component is invalid",
        documentation: "The path of a component is `host/group/project/name@version`, as in GitLab's `include: component`. The version is a tag, the \
            first numbers of a semantic version (`1`, `1.2`), `~latest`, a branch, or the ID of a commit. Variables such as \
            `$CI_SERVER_FQDN` are not possible: `nestling vendor` resolves the path once, outside of pipelines.",
        source: "vendor.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("api/nestling.yml", "unit:\n  use:\n    - component: gitlab.com/components/make/test\n"),
        ]),
        good: GOOD,
    }

    VENDOR_MISSING = "vendor-missing" {
        severities: &[Error],
        summary: "a unit uses a component that is not vendored",
        documentation: "The files of components are part of the repository, so that a pipeline needs no network and always has the \
            same jobs. `nestling vendor` fetches the components that units use and writes them to `ci/vendor`.",
        source: "vendor.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("api/nestling.yml", UNIT),
        ]),
        good: GOOD,
    }

    VENDOR_CHANGED = "vendor-changed" {
        severities: &[Error],
        summary: "a vendored file is missing, or is not the file that was fetched",
        documentation: "The lock file has the SHA-256 of each vendored file. A file that differs was edited or damaged. `nestling vendor` \
            restores it from the commit in the lock file. To change a component, copy it to a template directory.",
        source: "vendor.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("api/nestling.yml", UNIT),
            file(LOCK_PATH, LOCK),
            file(FILE_PATH, "test:\n  script: make check\n"),
        ]),
        good: GOOD,
    }

    VENDOR_UNUSED = "vendor-unused" {
        severities: &[Warning],
        summary: "a vendored component or file is not used",
        documentation: "No unit uses the component, or the lock file does not have the file. `nestling vendor` removes components that no \
            unit uses.",
        source: "vendor.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("api/nestling.yml", "test:\n  script: make test\n"),
            file(LOCK_PATH, LOCK),
            file(FILE_PATH, COMPONENT),
        ]),
        good: GOOD,
    }

    VENDOR_LOCK = "vendor-lock" {
        severities: &[Error],
        summary: "the lock file of vendored components is invalid",
        documentation: "`nestling vendor` writes the file, and nobody should edit it. After a merge conflict, accept either side and run \
            `nestling vendor`.",
        source: "vendor.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("api/nestling.yml", UNIT),
            file(LOCK_PATH, "version: 1\ncomponents: []\n"),
            file(FILE_PATH, COMPONENT),
        ]),
        good: GOOD,
    }
}
