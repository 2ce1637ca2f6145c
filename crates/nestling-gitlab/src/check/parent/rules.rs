//! The rules of the parent pipeline.

use crate::diagnostic::Example;
use crate::diagnostic::Severity::{Note, Warning};
use crate::diagnostic::file;
use crate::rules;

const WORKSPACE: &str = "workspace: {}\n";
const UNIT: &str = "build:\n  script: make\n";

/// A parent of which nothing is reported.
const GOOD: Example = Example::Repository(&[
    file("nestling.yml", WORKSPACE),
    file("api/nestling.yml", UNIT),
    file(
        ".gitlab-ci.yml",
        "\
stages: [plan, run]
workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      auto_cancel:
        on_new_commit: none
plan:
  stage: plan
  image: registry.example.com/nestling:0.1.0
  script: nestling generate --output child.yml
  artifacts:
    paths: [child*.yml]
run:
  stage: run
  needs: [plan]
  trigger:
    include:
      - artifact: child.yml
        job: plan
    strategy: depend
",
    ),
]);

rules! {
    /// All rules of the parent pipeline.
    RULES;

    PARENT_STAGES = "parent-stages" {
        severities: &[Warning],
        summary: "the parent's plan job and trigger job are in `.pre` and `.post`",
        documentation: "GitLab does not create a pipeline whose jobs are all in `.pre` and `.post`. If all other jobs of the parent have conditions, only these two may be left, and nothing runs. Move the trigger job to a stage in between. With `needs` it starts as soon as the artifact exists, whatever its stage. The jobs of the component `plan` are in the stage of its input `stage`, by default `test`: GitLab rejects the pipeline if `stages` does not list it.",
        source: "https://docs.gitlab.com/ci/yaml/#stage-pre",
        bad: Example::Repository(&[file("nestling.yml", WORKSPACE), file("api/nestling.yml", UNIT), file(".gitlab-ci.yml", "\
workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      auto_cancel:
        on_new_commit: none
plan:
  stage: .pre
  image: registry.example.com/nestling:0.1.0
  script: nestling generate --output child.yml
  artifacts:
    paths: [child*.yml]
run:
  stage: .post
  needs: [plan]
  trigger:
    include:
      - artifact: child.yml
        job: plan
    strategy: depend
")]),
        good: GOOD,
    }

    PARENT_NEEDS = "parent-needs" {
        severities: &[Warning, Note],
        summary: "the parent's trigger job does not need the job that generates its artifact",
        documentation: "A trigger job that does not wait for its artifact may start too early and fail. One in a later stage without `needs` waits for all jobs of earlier stages, which is a note.",
        source: "https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#dynamic-child-pipelines",
        bad: Example::Repository(&[file("nestling.yml", WORKSPACE), file("api/nestling.yml", UNIT), file(".gitlab-ci.yml", "\
stages: [plan, run]
workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      auto_cancel:
        on_new_commit: none
plan:
  stage: plan
  image: registry.example.com/nestling:0.1.0
  script: nestling generate --output child.yml
  artifacts:
    paths: [child*.yml]
run:
  stage: run
  needs: []
  trigger:
    include:
      - artifact: child.yml
        job: plan
    strategy: depend
")]),
        good: GOOD,
    }

    PARENT_AUTO_CANCEL = "parent-auto-cancel" {
        severities: &[Warning],
        summary: "a newer push can cancel the parent's pipeline of a branch",
        documentation: "A push to a branch is compared with the commit before it. The remaining jobs of a canceled pipeline are not among the changes of the next one, so they never run. Merge requests are compared as a whole and may be canceled. `generate` writes the same setting into the child pipeline of a branch. The rule does not apply before GitLab 16.9, or if `workspace: { pipelines: { branch: … } }` compares with something else.",
        source: "https://docs.gitlab.com/ci/yaml/#workflowrulesauto_cancel",
        bad: Example::Repository(&[file("nestling.yml", WORKSPACE), file("api/nestling.yml", UNIT), file(".gitlab-ci.yml", "\
stages: [plan, run]
workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
plan:
  stage: plan
  image: registry.example.com/nestling:0.1.0
  script: nestling generate --output child.yml
  artifacts:
    paths: [child*.yml]
run:
  stage: run
  needs: [plan]
  trigger:
    include:
      - artifact: child.yml
        job: plan
    strategy: depend
")]),
        good: GOOD,
    }

    PARENT_IMAGE = "parent-image" {
        severities: &[Warning],
        summary: "the image of the parent's plan job does not contain `nestling`",
        documentation: "Official images of Docker Hub contain a system or a language. If the first command of the job is `nestling` and there is no `before_script`, nothing can have installed it. Other images are not checked.",
        source: "parent.md",
        bad: Example::Repository(&[file("nestling.yml", WORKSPACE), file("api/nestling.yml", UNIT), file(".gitlab-ci.yml", "\
stages: [plan, run]
workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      auto_cancel:
        on_new_commit: none
plan:
  stage: plan
  image: debian:bookworm-slim
  script: nestling generate --output child.yml
  artifacts:
    paths: [child*.yml]
run:
  stage: run
  needs: [plan]
  trigger:
    include:
      - artifact: child.yml
        job: plan
    strategy: depend
")]),
        good: GOOD,
    }

    PARENT_ARTIFACT = "parent-artifact" {
        severities: &[Warning],
        summary: "the parent's trigger job includes a file that its job does not write or keep",
        documentation: "GitLab reads the child pipeline from the artifacts of the job that `include: [{ artifact: FILE, job: JOB }]` names: a job of this name, whose `nestling generate --output FILE` writes the file, and whose `artifacts: paths` contain it. Otherwise the trigger job fails. Names with variables, and scripts that may move the file, are not checked.",
        source: "https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#dynamic-child-pipelines",
        bad: Example::Repository(&[file("nestling.yml", WORKSPACE), file("api/nestling.yml", UNIT), file(".gitlab-ci.yml", "\
stages: [plan, run]
workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      auto_cancel:
        on_new_commit: none
plan:
  stage: plan
  image: registry.example.com/nestling:0.1.0
  script: nestling generate --output out/child.yml
  artifacts:
    paths: [out]
run:
  stage: run
  needs: [plan]
  trigger:
    include:
      - artifact: child.yml
        job: plan
    strategy: depend
")]),
        good: GOOD,
    }
}
