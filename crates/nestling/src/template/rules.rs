//! The rules of template.

use nestling_gitlab::diagnostic::Example;
use nestling_gitlab::diagnostic::Severity::{Error, Warning};
use nestling_gitlab::rules;

rules! {
    /// All of them.
    RULES;

    TEMPLATE = "template" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    TEMPLATE_SYNTAX = "template-syntax" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    TEMPLATE_UNDEFINED = "template-undefined" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    TEMPLATE_UNKNOWN = "template-unknown" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    TEMPLATE_MISSING = "template-missing" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    TEMPLATE_LIMIT = "template-limit" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    TEMPLATE_BLOCK = "template-block" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    TEMPLATE_CHARACTER = "template-character" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    TEMPLATE_VALUE = "template-value" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    INPUT_DEFINITION = "input-definition" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    INPUT_UNKNOWN = "input-unknown" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    INPUT_MISSING = "input-missing" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    INPUT_VALUE = "input-value" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    COMPONENT_BLOCK = "component-block" {
        severities: &[Error, Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    SCRIPT_INJECTION = "script-injection" {
        severities: &[Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }
}
