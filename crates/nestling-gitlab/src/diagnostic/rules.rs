//! The rules of diagnostic.

use crate::diagnostic::Example;
use crate::diagnostic::Severity::Error;
use crate::rules;

rules! {
    /// All of them.
    RULES;

    ENCODING = "encoding" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }
}
