//! Rules of what changed: a base that is unknown, and units that a change removes.

use nestling_gitlab::diagnostic::Example;
use nestling_gitlab::diagnostic::Severity::{Error, Warning};
use nestling_gitlab::diagnostic::file;
use nestling_gitlab::rules;

rules! {
    /// All rules of what changed.
    RULES;

    BASE_UNKNOWN = "base-unknown" {
        severities: &[Warning],
        summary: "the base commit is unknown, so that all units are selected",
        documentation: "The base commit comes from GitLab's variables, or is the merge base with the default branch. If the clone does not contain it, all units run, and the message names the reason. `--strict-base` makes this an error. A base that you set (`--base`, `NESTLING_BASE`, `since:` with a revision) and that does not exist is always an error.",
        source: "change-detection.md",
        bad: Example::None,
        good: Example::None,
    }

    CHANGES_FROM = "changes-from" {
        severities: &[Warning],
        summary: "the list of changed paths has an entry that exists on neither side of the comparison",
        documentation: "`--changes-from` takes paths from the root of the repository, as `git diff` and `git status` write them. \
            A path that is misspelled or relative to another directory does not belong to a unit, so that nothing would run for it. Without `--base`, a path without a status that does not exist at head may have been deleted.",
        source: "change-detection.md",
        bad: Example::None,
        good: Example::None,
    }

    REMOVED_UNIT = "removed-unit" {
        severities: &[Warning],
        summary: "a change removes a unit whose environments cannot be stopped automatically",
        documentation: "The pipeline that removes a unit has the stop jobs of its environments, rendered from the base commit. That fails if the unit cannot be rendered there, or if a stop job needs files of the removed directory. Stop the environments before you remove the directory, or let the script fetch the files from the commit that Nestling names.",
        source: "environments.md",
        bad: Example::Change {
            base: &[
                file("nestling.yml", "\
workspace:
  environments:
    review: {}
"),
                file("old/nestling.yml", "\
deploy:
  script: ./deploy.sh
  environment: [review]
  stop:
    script: old/destroy.sh
    variables:
      GIT_STRATEGY: fetch
"),
            ],
            head: &[
                file("nestling.yml", "\
workspace:
  environments:
    review: {}
"),
            ],
        },
        good: Example::Change {
            base: &[
                file("nestling.yml", "\
workspace:
  environments:
    review: {}
"),
                file("old/nestling.yml", "\
deploy:
  script: ./deploy.sh
  environment: [review]
  stop:
    script: curl --request DELETE https://deploy.shop.example/review
"),
            ],
            head: &[
                file("nestling.yml", "\
workspace:
  environments:
    review: {}
"),
            ],
        },
    }

    ROLE_UNKNOWN = "role-unknown" {
        severities: &[Error, Warning],
        summary: "a need by role means a job that no unit can have, or a unit that does not exist",
        documentation: "`needs: [build?]` means the job `build` if the unit has it, and `^build` that of each unit that this one \
            depends on. Where none has it, nothing is needed, silently: that is what a role is for. If no unit of the workspace \
            has a job of that name, and no template defines one, the name is probably misspelled (warning). A role of a unit that \
            is not in the workspace (`libs/core:build?`) is an error.",
        source: "templates-guide.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("web/nestling.yml", "\
build:
  script: make
test:
  script: make test
  needs: [\"biuld?\"]
"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("web/nestling.yml", "\
build:
  script: make
test:
  script: make test
  needs: [\"build?\"]
"),
        ]),
    }

    TARGET_SHARED = "target-shared" {
        severities: &[Error, Warning],
        summary: "jobs of two units or two environments deploy to the same target",
        documentation: "`target` of a job names what it deploys or publishes to: a bucket, a release, a repository of images. \
            Two units, or two environments, with one target replace each other's work, while GitLab shows both as deployed. A target that ends with `/` \
            includes all that begins with it. If each merge request has an environment of its own, the target has to differ between them, too. \
            It is a warning if the target differs between merge requests and the environment does not: GitLab then stops only the newest. \
            The environments of all kinds of pipelines are compared. The built-in templates name the targets of their jobs.",
        source: "environments.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: { environments: { staging: {} } }\n"),
            file("api/nestling.yml", "\
deploy:
  script: ./deploy.sh
  environment: [staging]
  target: s3://site/
"),
            file("web/nestling.yml", "\
deploy:
  script: ./deploy.sh
  environment: [staging]
  target: s3://site/web/
"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace: { environments: { staging: {} } }\n"),
            file("api/nestling.yml", "\
deploy:
  script: ./deploy.sh
  environment: [staging]
  target: s3://site/api/
"),
            file("web/nestling.yml", "\
deploy:
  script: ./deploy.sh
  environment: [staging]
  target: s3://site/web/
"),
        ]),
    }
}
