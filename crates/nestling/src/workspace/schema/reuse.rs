//! The schema of `reuse:`.

use super::shape::{choice, flag, object, text};
use serde_json::{Value, json};

/// Returns the schema of the workspace's `reuse:`.
pub(super) fn reuse() -> Value {
    json!({
        "description": "Omit jobs that have passed with the same content",
        "anyOf": [{ "const": false }, policy(&["trust"])],
    })
}

/// Returns the schema of `reuse:` of a job or of a template's header, which overrides that of the workspace.
pub(super) fn reuse_of_jobs() -> Value {
    json!({
        "description": "Omit jobs that have passed with the same content (Nestling's own key)",
        "anyOf": [{ "type": "boolean" }, policy(&[])],
    })
}

fn policy(required: &[&str]) -> Value {
    object(
        "Omit jobs that have passed with the same content",
        required,
        vec![
            (
                "trust",
                choice(
                    "Pipelines whose records count: those of all branches and merge requests of the project, or only of protected branches",
                    &["members", "protected"],
                ),
            ),
            ("within", text("Maximum age of a record")),
            ("reports", flag("Also omit jobs with reports or coverage on the default branch")),
        ],
    )
}
