//! The rules of configuration.

use crate::diagnostic::Example;
use crate::diagnostic::Severity::{Error, Note, Warning};
use crate::rules;

rules! {
    /// All of them.
    RULES;

    STAGES = "stages" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    STAGE_NAME = "stage-name" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    UNREADABLE = "unreadable" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    WORKFLOW_KEY = "workflow-key" {
        severities: &[Error, Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    INCLUDE = "include" {
        severities: &[Error, Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }

    INCLUDE_UNREAD = "include-unread" {
        severities: &[Note],
        summary: "an include is not read",
        documentation: "`nestling check FILE` reads local files that a file includes. Those of other projects, remote files, \
templates, components, and local files that get inputs or whose rules ask for unknown variables are not read. What they may define is \
not known, so nothing is reported as undefined: bases, references, needed jobs, stages, stop jobs.",
        source: "https://docs.gitlab.com/ci/yaml/#include",
        bad: Example::Pipeline("include: [{ template: Jobs/SAST.gitlab-ci.yml }]\na: { script: x }\n"),
        good: Example::Pipeline("a: { script: x }\n"),
    }

    DOCUMENT_DROPPED = "document-dropped" {
        severities: &[Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }
}
