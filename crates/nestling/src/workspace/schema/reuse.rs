//! The schema of `reuse:`.

use super::shape::{choice, flag, object, text};
use serde_json::{Value, json};

/// Returns the schema of the workspace's `reuse:`.
pub(super) fn reuse() -> Value {
    json!({ "anyOf": [{ "const": false }, policy(&["trust"])] })
}

/// Returns the schema of `reuse:` of a job or of a template's header, which overrides that of the workspace.
pub(super) fn reuse_of_jobs() -> Value {
    json!({
        "description": "Nestling's own: whether jobs that have passed with the same content are left out",
        "anyOf": [{ "type": "boolean" }, policy(&[])],
    })
}

fn policy(required: &[&str]) -> Value {
    object(
        "Jobs that have passed with the same content are left out",
        required,
        vec![
            (
                "trust",
                choice(
                    "Whose pipelines count: those of all branches and merge requests of the project, or of protected branches alone",
                    &["members", "protected"],
                ),
            ),
            ("within", text("The age up to which a record counts (default: 7 days)")),
            (
                "reports",
                flag("Whether jobs with reports or coverage are left out on the default branch, too"),
            ),
        ],
    )
}
