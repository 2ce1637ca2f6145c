//! The rules of plan.

use nestling_gitlab::diagnostic::Example;
use nestling_gitlab::diagnostic::Severity::Warning;
use nestling_gitlab::rules;

rules! {
    /// All of them.
    RULES;

    REMOVED_UNIT = "removed-unit" {
        severities: &[Warning],
        summary: "",
        documentation: "",
        source: "",
        bad: Example::Repository(&[]),
        good: Example::Repository(&[]),
    }
}
