//! The schema of a file that makes a unit of its directory.

use super::shape::{object, one_or_many, text};
use serde_json::{Value, json};

pub(super) fn marker() -> Value {
    object(
        "A file whose directory becomes a unit",
        &["marker"],
        vec![
            ("marker", text("Name of the file, such as `go.mod`; one `*` stands for anything")),
            (
                "in",
                one_or_many(
                    "Globs of the directories that count; by default all but the root and those below `node_modules`",
                    &json!({ "type": "string" }),
                ),
            ),
        ],
    )
}
