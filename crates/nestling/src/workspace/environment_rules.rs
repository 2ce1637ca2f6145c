//! Rules of the environment catalogue, and of references to it.

use nestling_gitlab::diagnostic::Example;
use nestling_gitlab::diagnostic::Severity::Error;
use nestling_gitlab::diagnostic::file;
use nestling_gitlab::rules;

rules! {
    /// All rules of the environment catalogue.
    RULES;

    ENVIRONMENT_BLOCKING = "environment-blocking" {
        severities: &[Error],
        summary: "an environment is `blocking` but not `manual`",
        documentation: "`blocking` makes the pipeline wait for the person who starts a manual deploy. An automatic deploy has nobody to wait for.",
        source: "environments.md",
        bad: Example::Repository(&[file("nestling.yml", "workspace:\n  environments:\n    production:\n      blocking: true\n")]),
        good: Example::Repository(&[file("nestling.yml", "\
workspace:
  environments:
    production:
      manual: true
      blocking: true
")]),
    }

    ENVIRONMENT_AFTER = "environment-after" {
        severities: &[Error],
        summary: "`after` names an undefined environment, or is circular",
        documentation: "`after` names the environment of the catalogue that a unit must have been deployed to before, \
            in the same pipeline.",
        source: "environments.md",
        bad: Example::Repository(&[file("nestling.yml", "\
workspace:
  environments:
    staging: {}
    production:
      after: stagging
")]),
        good: Example::Repository(&[file("nestling.yml", "\
workspace:
  environments:
    staging: {}
    production:
      after: staging
")]),
    }

    ENVIRONMENT_WHEN = "environment-when" {
        severities: &[Error],
        summary: "an environment has an unknown condition",
        documentation: "`when` lists the pipelines that deploy to an environment: `merge_request`, `default_branch`, `branch`, `tag`, `schedule`, `always`, or `if` with an expression.",
        source: "files/workspace.md#workspaceenvironmentsname",
        bad: Example::Repository(&[file("nestling.yml", "workspace:\n  environments:\n    review:\n      when: merge_requests\n")]),
        good: Example::Repository(&[file("nestling.yml", "workspace:\n  environments:\n    review:\n      when: merge_request\n")]),
    }

    ENVIRONMENT_UNDEFINED = "environment-undefined" {
        severities: &[Error],
        summary: "a job or a unit names an environment that the catalogue does not have",
        documentation: "A list of names under a job's `environment`, the keys of `environments` of a use, and the stages \
            of a CDK unit refer to `workspace: { environments: … }`. An environment outside of the catalogue is written \
            as a string or a mapping, as in GitLab.",
        source: "environments.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace:\n  environments:\n    production: {}\n"),
            file("api/nestling.yml", "deploy:\n  script: ./deploy.sh\n  environment: [prodution]\n"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace:\n  environments:\n    production: {}\n"),
            file("api/nestling.yml", "deploy:\n  script: ./deploy.sh\n  environment: [production]\n"),
        ]),
    }
}
