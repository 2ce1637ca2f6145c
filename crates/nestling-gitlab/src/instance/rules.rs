//! The rule of the headers that configure Nestling.

use crate::diagnostic::Example;
use crate::diagnostic::Severity::Error;
use crate::rules;

rules! {
    /// All of them.
    RULES;

    HEADER = "header" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }
}
