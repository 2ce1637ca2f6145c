//! The parent pipeline: one job plans the child pipeline, one job triggers it.

/// GitLab's own file.
pub(super) const FILE: &str = ".gitlab-ci.yml";

/// The file of the jobs if there is a pipeline already.
pub(super) const BESIDE: &str = "nestling.gitlab-ci.yml";

/// Returns the pipeline of a repository that has none.
pub(super) fn whole() -> String {
    format!(
        "# The parent pipeline: one job plans, one job starts what was planned.\nstages: [plan, run]\n\n{WORKFLOW}\n{}",
        jobs("plan", "run")
    )
}

/// Returns the two jobs for a repository that has a pipeline, in stages that every pipeline has.
pub(super) fn beside() -> String {
    format!("# Included by {FILE}:\n#   include:\n#     - local: {BESIDE}\n{}", jobs(".pre", ".post"))
}

/// Three kinds of pipelines, and never two for one push.
const WORKFLOW: &str = "\
workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
    - if: $CI_COMMIT_TAG
";

fn jobs(plan: &str, run: &str) -> String {
    format!(
        "\
nestling:plan:
  stage: {plan}
  image: debian:bookworm-slim     # any image with `nestling` in it
  variables:
    GIT_CHECKOUT: \"false\"         # files are read from git's objects, none from disk
  script:
    - nestling generate --output child-pipeline.yml --report nestling-report
  artifacts:
    when: always
    paths: [child-pipeline*.yml, nestling-report]
    expire_in: 1 week
    reports:
      annotations: nestling-report/annotations.json
      codequality: nestling-report/codequality.json

nestling:run:
  stage: {run}
  needs: [\"nestling:plan\"]        # without it, GitLab may start the trigger before the artifact is there
  inherit:
    variables: false              # forwarded variables would win over those of the child's jobs
  variables:
    PARENT_PIPELINE_ID: $CI_PIPELINE_ID
  trigger:
    include:
      - artifact: child-pipeline.yml
        job: nestling:plan
    strategy: depend
"
    )
}
