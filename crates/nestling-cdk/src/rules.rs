//! Rules of CDK assemblies and of what cannot be converted from their CodePipelines.

use nestling_gitlab::diagnostic::Example;
use nestling_gitlab::diagnostic::ExampleFile;
use nestling_gitlab::diagnostic::Severity::{Error, Warning};
use nestling_gitlab::diagnostic::file;
use nestling_gitlab::rules;

/// The root of each example.
const WORKSPACE: ExampleFile = file(
    "nestling.yml",
    "\
workspace:
  environments:
    production:
      when: default_branch
",
);

/// A unit that deploys the stack `Api`.
const UNIT: ExampleFile = file(
    "infra/nestling.yml",
    "\
unit:
  cdk:
    from: none
    stages:
      Api: production
",
);

/// The assembly of each example: a stack with a topic, and a CodePipeline that deploys it.
const MANIFEST: ExampleFile = file("infra/cdk.out/manifest.json", include_str!("rules/manifest.json"));
const API: ExampleFile = file("infra/cdk.out/Api.template.json", include_str!("rules/api.json"));
const API_ONLY: ExampleFile = file(
    "infra/cdk.out/manifest.json",
    "\
{
  \"version\": \"36.0.0\",
  \"artifacts\": {
    \"Api\": {
      \"type\": \"aws:cloudformation:stack\",
      \"properties\": { \"templateFile\": \"Api.template.json\" }
    }
  }
}
",
);
const PIPE: ExampleFile = file("infra/cdk.out/Pipe.template.json", include_str!("rules/pipe.json"));

rules! {
    /// All rules of CDK.
    RULES;

    CDK_HEADER = "cdk-header" {
        severities: &[Error, Warning],
        summary: "the `cdk` settings of a unit do not fit its assembly",
        documentation: "The settings name stages, stacks, pipelines and outputs of the assembly. A name that the assembly \
            does not have, or has several times, is an error; a key of `stages` that is probably misspelled is a warning.",
        source: "cdk.md",
        bad: Example::Repository(&[WORKSPACE, MANIFEST, API, PIPE, file("infra/nestling.yml", "\
unit:
  cdk:
    from: none
    pipeline: Pip
    stages:
      Api: production
")]),
        good: Example::Repository(&[WORKSPACE, MANIFEST, API, PIPE, UNIT]),
    }

    CDK_ASSEMBLY = "cdk-assembly" {
        severities: &[Error, Warning],
        summary: "a cloud assembly cannot be read",
        documentation: "`cdk synth` writes the assembly, by default to `cdk.out`. It is missing, broken, or of a newer \
            schema than this version of Nestling knows (a warning).",
        source: "cdk.md",
        bad: Example::Repository(&[WORKSPACE, UNIT, API, PIPE]),
        good: Example::Repository(&[WORKSPACE, UNIT, API, PIPE, MANIFEST]),
    }

    CDK_MISSING_CONTEXT = "cdk-missing-context" {
        severities: &[Error],
        summary: "a cloud assembly has unresolved context lookups",
        documentation: "For lookups that fail, `cdk synth` writes placeholder values, and `cdk deploy` would deploy them. Run `cdk synth` once with credentials, commit `cdk.context.json`, and synthesize again.",
        source: "https://docs.aws.amazon.com/cdk/v2/guide/context.html",
        bad: Example::Repository(&[WORKSPACE, UNIT, API, file("infra/cdk.out/manifest.json", "\
{
  \"version\": \"36.0.0\",
  \"missing\": [{ \"key\": \"availability-zones:account=1:region=eu-west-1\", \"provider\": \"availability-zones\", \"props\": {} }],
  \"artifacts\": {
    \"Api\": {
      \"type\": \"aws:cloudformation:stack\",
      \"properties\": { \"templateFile\": \"Api.template.json\" }
    }
  }
}
")]),
        good: Example::Repository(&[WORKSPACE, UNIT, API, PIPE, MANIFEST]),
    }

    CDK_STAGE_UNLISTED = "cdk-stage-unlisted" {
        severities: &[Error],
        summary: "the `cdk` settings have no environment for a stage or a stack",
        documentation: "`stages` maps each stage, or each stack outside of a stage, to an environment of the catalogue, \
            or to `skip`. Silently omitting one would deploy less than the assembly has.",
        source: "cdk.md",
        bad: Example::Repository(&[WORKSPACE, API_ONLY, API, file("infra/nestling.yml", "\
unit:
  cdk:
    from: none
")]),
        good: Example::Repository(&[WORKSPACE, API_ONLY, API, UNIT]),
    }

    CDK_SYNTH = "cdk-synth" {
        severities: &[Error],
        summary: "the `synth` command of a unit fails, or would run on other files than the planned ones",
        documentation: "`nestling generate` runs the commands in the unit's directory. They read the work tree, so \
            the commit that is planned must be checked out.",
        source: "cdk.md",
        bad: Example::Repository(&[WORKSPACE, API, PIPE, MANIFEST, file("infra/nestling.yml", "\
unit:
  cdk:
    from: none
    synth: \"exit 3\"
    stages:
      Api: production
")]),
        good: Example::Repository(&[WORKSPACE, API, PIPE, MANIFEST, file("infra/nestling.yml", "\
unit:
  cdk:
    from: none
    synth: \"true\"
    stages:
      Api: production
")]),
    }

    CDK_ROLE = "cdk-role" {
        severities: &[Error, Warning],
        summary: "a job needs permissions that the role of its CodePipeline step had",
        documentation: "The role of the CodeBuild project had permissions that the role of the GitLab job must have as well. Add the statements to that role. Then acknowledge it with `allow`: `--strict-cdk` reports only new items.",
        source: "cdk.md",
        bad: Example::Repository(&[WORKSPACE, UNIT, MANIFEST, API, PIPE]),
        good: Example::Repository(&[WORKSPACE, MANIFEST, API, PIPE, file("infra/nestling.yml", "\
unit:
  cdk:
    from: none
    stages:
      Api: production
  allow:
    - rule: cdk-role
      where: \"Live.Smoke\"
      reason: the role of the jobs has the policy
")]),
    }

    CDK_VARIABLE = "cdk-variable" {
        severities: &[Error, Warning],
        summary: "a value of a CodePipeline must be provided as a CI/CD variable",
        documentation: "Secrets and parameters that CodeBuild read are CI/CD variables in GitLab. Add them under Settings > CI/CD > Variables, masked if they are secret. Then acknowledge it with `allow`: `--strict-cdk` reports only new items.",
        source: "cdk.md",
        bad: Example::Repository(&[WORKSPACE, UNIT, MANIFEST, API, PIPE]),
        good: Example::Repository(&[WORKSPACE, MANIFEST, API, PIPE, file("infra/nestling.yml", "\
unit:
  cdk:
    from: none
    stages:
      Api: production
  allow:
    - rule: cdk-variable
      reason: they are masked variables of the group
")]),
    }

    CDK_RUNNER = "cdk-runner" {
        severities: &[Error, Warning],
        summary: "a job has special requirements for its runner",
        documentation: "A step ran in a VPC, on a larger machine, with Docker, or in an image that exists only in CodeBuild. `cdk: { images: … }` maps images, and `default: { tags: … }` below the `---` chooses runners. Then acknowledge it with `allow`: `--strict-cdk` reports only new items.",
        source: "cdk.md",
        bad: Example::Repository(&[WORKSPACE, UNIT, MANIFEST, API, PIPE]),
        good: Example::Repository(&[WORKSPACE, MANIFEST, API, PIPE, file("infra/nestling.yml", "\
unit:
  cdk:
    from: none
    stages:
      Api: production
  allow:
    - rule: cdk-runner
      reason: the runners of the group are in the VPC
")]),
    }

    CDK_SOURCE = "cdk-source" {
        severities: &[Error, Warning],
        summary: "a step of a CodePipeline reads another repository",
        documentation: "A second source of the pipeline is another project in GitLab. `cdk: { sources: { NAME: PROJECT } }` names it. Then acknowledge it with `allow`: `--strict-cdk` reports only new items.",
        source: "cdk.md",
        bad: Example::Repository(&[WORKSPACE, UNIT, MANIFEST, API, PIPE]),
        good: Example::Repository(&[WORKSPACE, MANIFEST, API, PIPE, file("infra/nestling.yml", "\
unit:
  cdk:
    from: none
    stages:
      Api: production
  allow:
    - rule: cdk-source
      reason: the job clones it itself
")]),
    }

    CDK_TRIGGER = "cdk-trigger" {
        severities: &[Error, Warning],
        summary: "a trigger or a notification of a CodePipeline is not converted",
        documentation: "Set up schedules, webhooks and notifications in the GitLab project: Build > Pipeline schedules, and Settings > Webhooks and Integrations. Then acknowledge it with `allow`: `--strict-cdk` reports only new items.",
        source: "cdk.md",
        bad: Example::Repository(&[WORKSPACE, UNIT, MANIFEST, API, PIPE]),
        good: Example::Repository(&[WORKSPACE, MANIFEST, API, PIPE, file("infra/nestling.yml", "\
unit:
  cdk:
    from: none
    stages:
      Api: production
  allow:
    - rule: cdk-trigger
      reason: there is a pipeline schedule
")]),
    }

    CDK_UNSUPPORTED = "cdk-unsupported" {
        severities: &[Error, Warning],
        summary: "an action of a CodePipeline cannot be converted to a job",
        documentation: "A failing job is the placeholder of the action. Write a job of this name below the `---`: its keys override the placeholder's. Then acknowledge it with `allow`: `--strict-cdk` reports only new items.",
        source: "cdk.md",
        bad: Example::Repository(&[WORKSPACE, UNIT, MANIFEST, API, PIPE]),
        good: Example::Repository(&[WORKSPACE, MANIFEST, API, PIPE, file("infra/nestling.yml", "\
unit:
  cdk:
    from: none
    stages:
      Api: production
  allow:
    - rule: cdk-unsupported
      reason: the function is called by the deploy itself now
")]),
    }

    CDK_SETTING = "cdk-setting" {
        severities: &[Error, Warning],
        summary: "a setting of a CodePipeline has no counterpart in GitLab",
        documentation: "The setting is dropped. If the job needs it, write it below the `---`. Then acknowledge it with `allow`: `--strict-cdk` reports only new items.",
        source: "cdk.md",
        bad: Example::Repository(&[WORKSPACE, UNIT, MANIFEST, API, PIPE]),
        good: Example::Repository(&[WORKSPACE, MANIFEST, API, PIPE, file("infra/nestling.yml", "\
unit:
  cdk:
    from: none
    stages:
      Api: production
  allow:
    - rule: cdk-setting
      reason: the logs are kept by GitLab
")]),
    }

    CDK_STACK = "cdk-stack" {
        severities: &[Error, Warning],
        summary: "a stack needs your attention",
        documentation: "A stack has termination protection, is deployed by no job, has the name of another one, or is built with the credentials of another account. Check that this is intended. Then acknowledge it with `allow`: `--strict-cdk` reports only new items.",
        source: "cdk.md",
        bad: Example::Repository(&[WORKSPACE, file("infra/nestling.yml", "\
unit:
  cdk:
    from: none
    stages:
      Api:
        environment: production
        stop: true
"), MANIFEST, API, PIPE]),
        good: Example::Repository(&[WORKSPACE, MANIFEST, API, PIPE, file("infra/nestling.yml", "\
unit:
  cdk:
    from: none
    stages:
      Api:
        environment: production
        stop: true
  allow:
    - rule: cdk-stack
      where: \"stack Api\"
      reason: the stack is never destroyed
")]),
    }
}
