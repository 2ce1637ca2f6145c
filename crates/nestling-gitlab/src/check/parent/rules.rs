//! The rules of the parent pipeline.

use crate::diagnostic::Example;
use crate::diagnostic::Severity::{Note, Warning};
use crate::diagnostic::file;
use crate::rules;

const WORKSPACE: &str = "workspace: {}\n";
const UNIT: &str = "build: { script: make }\n";

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
      auto_cancel: { on_new_commit: none }
plan:
  stage: plan
  image: registry.example.com/nestling:0.1.0
  script: nestling generate --output child.yml
  artifacts: { paths: [child*.yml] }
run:
  stage: run
  needs: [plan]
  trigger: { include: [{ artifact: child.yml, job: plan }], strategy: depend }
",
    ),
]);

rules! {
    /// All rules of the parent pipeline.
    RULES;

    PARENT_STAGES = "parent-stages" {
        severities: &[Warning],
        summary: "the parent's jobs that generate and trigger the child pipeline are in `.pre` and `.post` alone",
        documentation: "GitLab creates no pipeline of which all jobs are in `.pre` and `.post`. Where every other job of the parent has conditions, a \
            change can leave only these two, and nothing runs. Move the trigger job to a stage between them. With `needs` it starts as soon \
            as the artifact is there, whatever its stage. The jobs of the component `plan` are in the stage of its input `stage`, by \
            default `test`: GitLab rejects the pipeline if `stages` does not list it.",
        source: "https://docs.gitlab.com/ci/yaml/#stage-pre",
        bad: Example::Repository(&[file("nestling.yml", WORKSPACE), file("api/nestling.yml", UNIT), file(".gitlab-ci.yml", "\
workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      auto_cancel: { on_new_commit: none }
plan:
  stage: .pre
  image: registry.example.com/nestling:0.1.0
  script: nestling generate --output child.yml
  artifacts: { paths: [child*.yml] }
run:
  stage: .post
  needs: [plan]
  trigger: { include: [{ artifact: child.yml, job: plan }], strategy: depend }
")]),
        good: GOOD,
    }

    PARENT_NEEDS = "parent-needs" {
        severities: &[Warning, Note],
        summary: "the parent's trigger job does not name the job that generates its artifact in `needs`",
        documentation: "A trigger job that does not wait for the artifact which it includes may start before it is there, and fails. One in a later \
            stage without `needs` waits for all jobs of earlier stages, which is a note.",
        source: "https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#dynamic-child-pipelines",
        bad: Example::Repository(&[file("nestling.yml", WORKSPACE), file("api/nestling.yml", UNIT), file(".gitlab-ci.yml", "\
stages: [plan, run]
workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      auto_cancel: { on_new_commit: none }
plan:
  stage: plan
  image: registry.example.com/nestling:0.1.0
  script: nestling generate --output child.yml
  artifacts: { paths: [child*.yml] }
run:
  stage: run
  needs: []
  trigger: { include: [{ artifact: child.yml, job: plan }], strategy: depend }
")]),
        good: GOOD,
    }

    PARENT_AUTO_CANCEL = "parent-auto-cancel" {
        severities: &[Warning],
        summary: "a newer push can cancel the parent's pipeline of a branch",
        documentation: "A push to a branch is compared with the commit before it. What a cancelled pipeline left undone is not among the changes of \
            the next one, so it never runs. Merge requests are compared as a whole and may be cancelled. `generate` writes the same \
            setting into the child pipeline of a branch. The rule is silent for GitLab before 16.10, and where \
            `workspace: { pipelines: { branch: … } }` compares with something else.",
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
  artifacts: { paths: [child*.yml] }
run:
  stage: run
  needs: [plan]
  trigger: { include: [{ artifact: child.yml, job: plan }], strategy: depend }
")]),
        good: GOOD,
    }

    PARENT_IMAGE = "parent-image" {
        severities: &[Warning],
        summary: "the image of the parent's job that generates the child pipeline does not have `nestling`",
        documentation: "Official images of Docker Hub hold a system or a language. Where the first command of the job is `nestling` and there is no \
            `before_script`, nothing can have installed it. Other images are not judged.",
        source: "parent.md",
        bad: Example::Repository(&[file("nestling.yml", WORKSPACE), file("api/nestling.yml", UNIT), file(".gitlab-ci.yml", "\
stages: [plan, run]
workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      auto_cancel: { on_new_commit: none }
plan:
  stage: plan
  image: debian:bookworm-slim
  script: nestling generate --output child.yml
  artifacts: { paths: [child*.yml] }
run:
  stage: run
  needs: [plan]
  trigger: { include: [{ artifact: child.yml, job: plan }], strategy: depend }
")]),
        good: GOOD,
    }

    PARENT_ARTIFACT = "parent-artifact" {
        severities: &[Warning],
        summary: "the parent's trigger job includes a file that its job does not write, or does not keep",
        documentation: "GitLab reads the child pipeline from the artifacts of the job that `include: [{ artifact: FILE, job: JOB }]` names: a job of \
            this name, whose `nestling generate --output FILE` writes this file, and whose `artifacts: paths` hold it. Otherwise the trigger \
            job fails. A name with a variable, and a script that may move the file, are not judged.",
        source: "https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#dynamic-child-pipelines",
        bad: Example::Repository(&[file("nestling.yml", WORKSPACE), file("api/nestling.yml", UNIT), file(".gitlab-ci.yml", "\
stages: [plan, run]
workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      auto_cancel: { on_new_commit: none }
plan:
  stage: plan
  image: registry.example.com/nestling:0.1.0
  script: nestling generate --output out/child.yml
  artifacts: { paths: [out] }
run:
  stage: run
  needs: [plan]
  trigger: { include: [{ artifact: child.yml, job: plan }], strategy: depend }
")]),
        good: GOOD,
    }
}
