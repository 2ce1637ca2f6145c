//! The rules of unit.

use nestling_gitlab::diagnostic::Example;
use nestling_gitlab::diagnostic::Severity::{Error, Warning};
use nestling_gitlab::rules;

rules! {
    /// All of them.
    RULES;

    WORKFLOW_IN_UNIT = "workflow-in-unit" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    ENVIRONMENT_UNBOUND = "environment-unbound" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    JOB_NAME_CLASH = "job-name-clash" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    STOP_BLOCK = "stop-block" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    STOP_ARTIFACTS_EXPIRE = "stop-artifacts-expire" {
        severities: &[Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    STOP_CHECKOUT = "stop-checkout" {
        severities: &[Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }
}
