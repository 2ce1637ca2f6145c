//! The rules of yaml.

use crate::diagnostic::Example;
use crate::diagnostic::Severity::{Error, Warning};
use crate::rules;

rules! {
    /// All of them.
    RULES;

    YAML_SYNTAX = "yaml-syntax" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    YAML_DOCUMENTS = "yaml-documents" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    YAML_DUPLICATE_KEY = "yaml-duplicate-key" {
        severities: &[Error, Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    YAML_FOLDED_ITEM = "yaml-folded-item" {
        severities: &[Error, Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    YAML_KEY = "yaml-key" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    YAML_LIMIT = "yaml-limit" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    YAML_MERGE = "yaml-merge" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }
}
