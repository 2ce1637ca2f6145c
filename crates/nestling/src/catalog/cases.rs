//! The rules of [`testing`](crate::testing), which stands below the catalogue: its runs apply `allow`.

use nestling_gitlab::diagnostic::Example;
use nestling_gitlab::diagnostic::Severity::Error;
use nestling_gitlab::rules;

rules! {
    /// All of them.
    RULES;

    CASE = "case" {
        severities: &[Error],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }
}
