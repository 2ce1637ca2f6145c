//! The rules of the diagnostics of this crate.

use nestling_gitlab::diagnostic::Example;
use nestling_gitlab::diagnostic::Severity::{Error, Warning};
use nestling_gitlab::rules;

rules! {
    /// All of them.
    RULES;

    CDK_ASSEMBLY = "cdk-assembly" {
        severities: &[Error, Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    CDK_HEADER = "cdk-header" {
        severities: &[Error, Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    CDK_ROLE = "cdk-role" {
        severities: &[Error, Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    CDK_VARIABLE = "cdk-variable" {
        severities: &[Error, Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    CDK_RUNNER = "cdk-runner" {
        severities: &[Error, Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    CDK_SOURCE = "cdk-source" {
        severities: &[Error, Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    CDK_TRIGGER = "cdk-trigger" {
        severities: &[Error, Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    CDK_UNSUPPORTED = "cdk-unsupported" {
        severities: &[Error, Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    CDK_SETTING = "cdk-setting" {
        severities: &[Error, Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    CDK_STACK = "cdk-stack" {
        severities: &[Error, Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    CDK_MISSING_CONTEXT = "cdk-missing-context" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    CDK_STAGE_UNLISTED = "cdk-stage-unlisted" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    CDK_SYNTH = "cdk-synth" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }
}
