//! Rules of units that a change removes.

use nestling_gitlab::diagnostic::Example;
use nestling_gitlab::diagnostic::Severity::Warning;
use nestling_gitlab::diagnostic::file;
use nestling_gitlab::rules;

rules! {
    /// All rules of removed units.
    RULES;

    REMOVED_UNIT = "removed-unit" {
        severities: &[Warning],
        summary: "a change removes a unit whose environments cannot be stopped by themselves",
        documentation: "The pipeline that removes a unit gets the stop jobs of its deploys, as they were at the base \
            commit. That fails if the unit cannot be rendered there any more, or if a stop job needs files of the \
            directory that is gone. Stop the environments before the directory is removed, or let the script fetch the \
            files from the commit that Nestling names.",
        source: "environments.md",
        bad: Example::Change {
            base: &[
                file("nestling.yml", "workspace: { environments: { review: {} } }\n"),
                file("old/nestling.yml", "\
deploy:
  script: ./deploy.sh
  environment: [review]
  stop: { script: old/destroy.sh, variables: { GIT_STRATEGY: fetch } }
"),
            ],
            head: &[
                file("nestling.yml", "workspace: { environments: { review: {} } }\n"),
            ],
        },
        good: Example::Change {
            base: &[
                file("nestling.yml", "workspace: { environments: { review: {} } }\n"),
                file("old/nestling.yml", "\
deploy:
  script: ./deploy.sh
  environment: [review]
  stop: { script: curl --request DELETE https://deploy.shop.example/review }
"),
            ],
            head: &[
                file("nestling.yml", "workspace: { environments: { review: {} } }\n"),
            ],
        },
    }
}
