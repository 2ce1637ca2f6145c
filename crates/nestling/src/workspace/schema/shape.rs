//! The few shapes that all schemas are made of.

use serde_json::{Map, Value, json};

pub(super) fn properties(keys: Vec<(&str, Value)>) -> Value {
    Value::Object(keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
}

/// A mapping that takes these keys and no others.
pub(super) fn object(description: &str, required: &[&str], keys: Vec<(&str, Value)>) -> Value {
    let mut object = json!({
        "description": description,
        "type": "object",
        "properties": properties(keys),
        "additionalProperties": false,
    });
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}

pub(super) fn text(description: &str) -> Value {
    json!({ "description": description, "type": "string" })
}

pub(super) fn flag(description: &str) -> Value {
    json!({ "description": description, "type": "boolean", "default": false })
}

pub(super) fn any(description: &str) -> Value {
    json!({ "description": description })
}

pub(super) fn texts(description: &str) -> Value {
    json!({ "description": description, "type": "array", "items": { "type": "string" } })
}

pub(super) fn choice(description: &str, values: &[&str]) -> Value {
    json!({ "description": description, "enum": values })
}

/// One of something, or a list of them.
pub(super) fn one_or_many(description: &str, one: &Value) -> Value {
    json!({ "description": description, "anyOf": [one, { "type": "array", "items": one }] })
}
