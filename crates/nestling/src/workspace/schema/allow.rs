//! The schema of accepted warnings.

use super::shape::{object, one_or_many, text};
use serde_json::{Value, json};

pub(super) fn allow() -> Value {
    let place = json!({ "type": "string" });
    let entry = object(
        "An accepted warning",
        &["rule", "reason"],
        vec![
            ("rule", text("ID of the rule, such as `retry`")),
            ("where", one_or_many("Globs of files, jobs, or subjects of a CDK report", &place)),
            ("reason", text("Why the warning is accepted")),
        ],
    );
    json!({ "description": "Accepted warnings, which are not reported", "type": "array", "items": entry })
}
