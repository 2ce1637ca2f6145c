//! Rules of the comments and entries that allow a warning.

use crate::diagnostic::Example;
use crate::diagnostic::Severity::Warning;
use crate::rules;

rules! {
    /// All of them.
    RULES;

    ALLOW_UNKNOWN = "allow-unknown" {
        severities: &[Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }
}
