//! Rules of a unit's jobs, its deploys and their stop jobs.

use nestling_gitlab::diagnostic::Example;
use nestling_gitlab::diagnostic::ExampleFile;
use nestling_gitlab::diagnostic::Severity::{Error, Note, Warning};
use nestling_gitlab::diagnostic::file;
use nestling_gitlab::rules;

/// The root of each example.
const WORKSPACE: ExampleFile = file(
    "nestling.yml",
    "\
workspace:
  environments:
    review:
      auto_stop_in: 1 week
",
);

/// A catalogue with an order.
const AFTER_STAGING: &str = "\
workspace:
  environments:
    staging:
      deployment_tier: staging
    production:
      deployment_tier: production
      after: staging
";

rules! {
    /// All rules of a unit's jobs, deploys and stop jobs.
    RULES;

    WORKFLOW_IN_UNIT = "workflow-in-unit" {
        severities: &[Error, Note],
        summary: "a unit sets `workflow`",
        documentation: "A pipeline has one `workflow`, and that of a unit would apply to the jobs of all units. It belongs below the `---` of the root's `nestling.yml`. That of a component (a template with a `spec` header) is omitted, with a note.",
        source: "files/workspace.md",
        bad: Example::Repository(&[WORKSPACE, file("api/nestling.yml", "\
workflow:
  name: API
build:
  script: make
")]),
        good: Example::Repository(&[
            file("nestling.yml", "\
workspace: {}
---
workflow:
  name: API
"),
            file("api/nestling.yml", "build:\n  script: make\n"),
        ]),
    }

    ENVIRONMENT_ONLY = "environment-only" {
        severities: &[Error],
        summary: "a job with `only` or `except` deploys to an environment that has conditions",
        documentation: "The conditions of an environment (`when: { if: … }`, `freeze: true`, and those of the environments that \
            it comes `after`) are written into the `rules` of each of its jobs. GitLab does not accept `rules` together with `only` or `except`. Use `rules` in the job.",
        source: "environments.md",
        bad: Example::Repository(&[
            file("nestling.yml", "\
workspace:
  environments:
    production:
      freeze: true
"),
            file("api/nestling.yml", "\
deploy:
  script: ./deploy.sh
  environment: [production]
  only: [main]
"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "\
workspace:
  environments:
    production:
      freeze: true
"),
            file("api/nestling.yml", "\
deploy:
  script: ./deploy.sh
  environment: [production]
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
"),
        ]),
    }

    AFTER_RULES = "after-rules" {
        severities: &[Warning],
        summary: "a deploy may not wait for the environment that it comes `after`",
        documentation: "`after: staging` excludes the later deploy job from pipelines without the earlier one, by adding the conditions of the earlier one. If these have `changes`, `exists` or a `never` between others, that is not possible, and the later job runs even if the earlier one is absent. Give both the same rules, or accept it: `after: { environment: staging, optional: true }`.",
        source: "environments.md",
        bad: Example::Repository(&[
            file("nestling.yml", AFTER_STAGING),
            file("api/nestling.yml", "\
deploy:
  script: ./deploy.sh
  environment: [staging, production]
#% if environment.name == \"staging\"
  rules:
    - changes: [api/**/*]
#% endif
"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", AFTER_STAGING),
            file("api/nestling.yml", "\
deploy:
  script: ./deploy.sh
  environment: [staging, production]
  rules:
    - changes: [api/**/*]
"),
        ]),
    }

    JOB_NAME_CLASH = "job-name-clash" {
        severities: &[Error],
        summary: "two jobs of the pipeline get the same name",
        documentation: "The jobs of a unit are called `UNIT:JOB`, followed by the environment for a deploy job and its stop job. Names of units and jobs that contain a colon can therefore clash. Rename one of them.",
        source: "monorepo.md",
        bad: Example::Repository(&[
            file("nestling.yml", "\
workspace: {}
---
api:build:
  script: make all
"),
            file("api/nestling.yml", "build:\n  script: make\n"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "\
workspace: {}
---
build-all:
  script: make all
"),
            file("api/nestling.yml", "build:\n  script: make\n"),
        ]),
    }

    ENVIRONMENT_UNBOUND = "environment-unbound" {
        severities: &[Error],
        summary: "a template uses `environment` in a job that deploys to no entry of the catalogue",
        documentation: "`environment.*` has a value in jobs with a list of names of the catalogue, such as \
            `environment: [review]`.",
        source: "environments.md",
        bad: Example::Repository(&[
            file("nestling.yml", "\
workspace:
  templates: [ci]
  environments:
    review: {}
"),
            file("ci/deploy.yml", "deploy:\n  script: ./deploy.sh ${{ environment.name }}\n"),
            file("api/nestling.yml", "unit:\n  use: deploy\n"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "\
workspace:
  templates: [ci]
  environments:
    review: {}
"),
            file("ci/deploy.yml", "\
deploy:
  script: \"./deploy.sh ${{ environment.name }}\"
  environment: [review]
  stop:
    script: ./destroy.sh
"),
            file("api/nestling.yml", "unit:\n  use: deploy\n"),
        ]),
    }

    STOP_BLOCK = "stop-block" {
        severities: &[Error],
        summary: "a `stop` block cannot become a stop job that GitLab pairs with its deploy",
        documentation: "Nestling generates the stop job from the block, with the environment, the rules and the needs of its deploy job. The block requires a `script`, cannot set keys that must equal those of the deploy job, and belongs in a job that starts an environment.",
        source: "environments.md",
        bad: Example::Repository(&[WORKSPACE, file("api/nestling.yml", "\
deploy:
  script: ./deploy.sh
  environment: [review]
  stop:
    script: ./destroy.sh
    when: on_success
")]),
        good: Example::Repository(&[WORKSPACE, file("api/nestling.yml", "\
deploy:
  script: ./deploy.sh
  environment: [review]
  stop:
    script: ./destroy.sh
")]),
    }

    STOP_ARTIFACTS_EXPIRE = "stop-artifacts-expire" {
        severities: &[Warning],
        summary: "the artifacts that a stop job downloads expire before its environment is stopped",
        documentation: "GitLab fails a job whose artifacts have expired, and the environment remains. Keep the artifacts longer than the environment, or write `dependencies: []` in the block if the stop job needs none.",
        source: "environments.md",
        bad: Example::Repository(&[WORKSPACE, file("api/nestling.yml", "\
deploy:
  script: ./deploy.sh
  artifacts:
    paths: [terraform.tfstate]
    expire_in: 1 day
  environment: [review]
  stop:
    script: ./destroy.sh
")]),
        good: Example::Repository(&[WORKSPACE, file("api/nestling.yml", "\
deploy:
  script: ./deploy.sh
  artifacts:
    paths: [terraform.tfstate]
    expire_in: 1 day
  environment: [review]
  stop:
    script: ./destroy.sh
    dependencies: []
")]),
    }

    STOP_CHECKOUT = "stop-checkout" {
        severities: &[Warning],
        summary: "a stop job checks out a branch that may have been deleted when it runs",
        documentation: "GitLab stops a review environment when its branch is deleted, and a job that fetches the branch fails then. Without its own `GIT_STRATEGY`, the stop job of a branch pipeline has no checkout. Deploy in the pipeline of the merge request, whose refs remain, or pass what the stop job needs as artifacts.",
        source: "environments.md",
        bad: Example::Branch(&[WORKSPACE, file("api/nestling.yml", "\
deploy:
  script: ./deploy.sh
  environment: [review]
  stop:
    script: ./destroy.sh
    variables:
      GIT_STRATEGY: fetch
")]),
        good: Example::Branch(&[WORKSPACE, file("api/nestling.yml", "\
deploy:
  script: ./deploy.sh
  environment: [review]
  stop:
    script: curl --request DELETE https://deploy.shop.example/review
")]),
    }
}
