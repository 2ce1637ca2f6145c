//! Rules of the way from many units to one pipeline.

use nestling_gitlab::diagnostic::Example;
use nestling_gitlab::diagnostic::ExampleFile;
use nestling_gitlab::diagnostic::Severity::{Error, Warning};
use nestling_gitlab::diagnostic::file;
use nestling_gitlab::rules;

/// Units whose builds leave artifacts.
const BUILDS_A: ExampleFile = file(
    "a/nestling.yml",
    "\
build:
  script: make
  artifacts:
    paths: [a/out]
",
);
const BUILDS_B: ExampleFile = file(
    "b/nestling.yml",
    "\
build:
  script: make
  artifacts:
    paths: [b/out]
",
);
const BUILDS_C: ExampleFile = file(
    "c/nestling.yml",
    "\
build:
  script: make
  artifacts:
    paths: [c/out]
",
);

/// A unit that depends on them.
const BUILDS_WEB: ExampleFile = file(
    "web/nestling.yml",
    "\
unit:
  depends_on: [a, b, c]
---
build:
  script: make
  needs: [^build]
",
);

rules! {
    /// All rules of the one pipeline.
    RULES;

    STAGES_ORDER = "stages-order" {
        severities: &[Error],
        summary: "two lists of stages contradict each other",
        documentation: "The stages of all units are merged into one list that keeps the order of each. That is impossible if one list has `test` before `build` and another `build` before `test`, or if a list has a duplicate stage. List the stages \
            once, in `workspace: { stages: […] }`.",
        source: "files/workspace.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("api/nestling.yml", "\
stages: [build, test]
test:
  script: make test
"),
            file("web/nestling.yml", "\
stages: [test, build]
test:
  script: make test
"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace:\n  stages: [build, test]\n"),
            file("api/nestling.yml", "test:\n  script: make test\n"),
            file("web/nestling.yml", "test:\n  script: make test\n"),
        ]),
    }

    ORDER_STAGES = "order-stages" {
        severities: &[Warning],
        summary: "a unit must run after another, but the stages make that impossible",
        documentation: "`order: true` makes the jobs of a unit wait for the jobs of the other one. A job cannot wait \
            for jobs of later stages. Move the job to a later stage, or remove `order`.",
        source: "monorepo.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace:\n  stages: [build, test]\n"),
            file("libs/core/nestling.yml", "\
test:
  stage: test
  script: make test
"),
            file("web/nestling.yml", "\
unit:
  depends_on:
    unit: libs/core
    order: true
---
build:
  stage: build
  script: make
"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace:\n  stages: [build, test]\n"),
            file("libs/core/nestling.yml", "\
build:
  stage: build
  script: make
"),
            file("web/nestling.yml", "\
unit:
  depends_on:
    unit: libs/core
    order: true
---
build:
  stage: build
  script: make
"),
        ]),
    }

    ORDER_ARTIFACTS = "order-artifacts" {
        severities: &[Warning],
        summary: "an ordered job loses artifacts, since GitLab allows no more needs",
        documentation: "A job without `needs` gets the artifacts of all earlier stages. With `order: true` on a unit that has \
            jobs in the same stage it gets `needs`, and one for each job whose artifacts it had. If that is more than GitLab allows, the artifacts of other units are omitted. List the jobs whose artifacts it reads in its own `needs`, or move it to a later stage, where it needs no `needs`.",
        source: "monorepo.md",
        bad: Example::Repository(&[
            file("nestling.yml", "\
workspace:
  stages: [build, deploy]
  gitlab:
    needs: 2
"),
            file("net/nestling.yml", "\
unit: {}
---
a:
  stage: build
  script: make a
  artifacts:
    paths: [a]
b:
  stage: build
  script: make b
  artifacts:
    paths: [b]
apply:
  stage: deploy
  script: ./apply
"),
            file("web/nestling.yml", "\
unit:
  depends_on:
    unit: net
    order: true
---
apply:
  stage: deploy
  script: ./apply
"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "\
workspace:
  stages: [build, deploy]
  gitlab:
    needs: 2
"),
            file("net/nestling.yml", "\
unit: {}
---
a:
  stage: build
  script: make a
  artifacts:
    paths: [a]
b:
  stage: build
  script: make b
  artifacts:
    paths: [b]
apply:
  stage: deploy
  script: ./apply
"),
            file("web/nestling.yml", "\
unit:
  depends_on:
    unit: net
    order: true
---
apply:
  stage: deploy
  script: ./apply
  needs: []
"),
        ]),
    }

    ROLE_ARTIFACTS = "role-artifacts" {
        severities: &[Warning],
        summary: "a job with `^` in its needs loses artifacts, since GitLab allows no more needs",
        documentation: "`needs: [^build]` means the job `build` of each unit that this one depends on. If there are more than GitLab allows, a job that only waits replaces some of them, and their artifacts are lost. Those of the nearest dependencies are kept. Raise the limit (`gitlab: { needs: … }`) if the instance has a higher one, or pass artifacts on: a job that needs `^build` can publish what it downloaded.",
        source: "templates-guide.md",
        bad: Example::Repository(&[
            file("nestling.yml", "\
workspace:
  gitlab:
    needs: 2
"),
            BUILDS_A,
            BUILDS_B,
            BUILDS_C,
            BUILDS_WEB,
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            BUILDS_A,
            BUILDS_B,
            BUILDS_C,
            BUILDS_WEB,
        ]),
    }

    STOP_ARTIFACTS_OTHER_UNIT = "stop-artifacts-other-unit" {
        severities: &[Error],
        summary: "a stop job would get artifacts of another unit's job",
        documentation: "A stop job downloads the artifacts that its deploy job downloads, and Nestling extends their lifetime: GitLab fails a job whose artifacts have expired. It cannot do that for another unit's job. Write `stop: { dependencies: [], … }` if the stop script needs none, or pass them on as artifacts of the deploy job itself.",
        source: "environments.md",
        bad: Example::Repository(&[
            file("nestling.yml", "\
workspace:
  environments:
    review:
      auto_stop_in: 1 week
"),
            file("lib/nestling.yml", "\
build:
  stage: build
  script: make
  artifacts:
    paths: [out]
"),
            file("api/nestling.yml", "\
deploy:
  stage: deploy
  environment: [review]
  needs: [\"lib:build\"]
  script: ./deploy
  stop:
    script: ./destroy
"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "\
workspace:
  environments:
    review:
      auto_stop_in: 1 week
"),
            file("lib/nestling.yml", "\
build:
  stage: build
  script: make
  artifacts:
    paths: [out]
"),
            file("api/nestling.yml", "\
deploy:
  stage: deploy
  environment: [review]
  needs: [\"lib:build\"]
  script: ./deploy
  stop:
    script: ./destroy
    dependencies: []
"),
        ]),
    }
}
