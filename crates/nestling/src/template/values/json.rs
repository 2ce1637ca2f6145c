//! Data between trees, JSON and the engine, before anything is rendered.

use crate::template::marks::private_use::escape;
use minijinja::Value;
use minijinja::value::ValueKind;
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::yaml::{Entry, Key, Kind, Map, Meaning, Node};
use serde_json::{Number, Value as Json};

/// Returns a tree as plain data, for headers: each scalar as GitLab's YAML reader understands it.
pub(crate) fn plain_value(node: &Node) -> Json {
    match &node.kind {
        Kind::Seq(items) => Json::Array(items.iter().map(plain_value).collect()),
        Kind::Map(map) => {
            Json::Object(map.iter().map(|(key, value)| (key.to_owned(), plain_value(value))).collect())
        }
        Kind::Scalar(scalar) => match scalar.meaning() {
            Meaning::Null => Json::Null,
            Meaning::Bool(value) => Json::Bool(value),
            // Numbers that JSON cannot hold keep their digits, as strings.
            Meaning::Int(value) => match i64::try_from(value) {
                Ok(value) => Json::Number(value.into()),
                Err(_) => Json::String(scalar.text.to_string()),
            },
            Meaning::Float(value) => match Number::from_f64(value) {
                Some(value) => Json::Number(value),
                None => Json::String(scalar.text.to_string()),
            },
            Meaning::Date | Meaning::Symbol | Meaning::Text(_) => Json::String(scalar.text.to_string()),
        },
    }
}

/// Returns the value of an array input. `versions: [3.9, 3.10]` is a list of versions: numbers with a fraction are strings, and so
/// is each integer or boolean that would be printed otherwise than it is written. GitLab makes 3.1 of the second.
pub(crate) fn array_value(node: &Node) -> Json {
    match &node.kind {
        Kind::Seq(items) => Json::Array(items.iter().map(array_value).collect()),
        Kind::Map(map) => {
            Json::Object(map.iter().map(|(key, value)| (key.to_owned(), array_value(value))).collect())
        }
        Kind::Scalar(scalar) => {
            let value = plain_value(node);
            let printed = value.to_string();
            let is_exact = (value.is_i64() || value.is_boolean()) && *printed == *scalar.text;
            if value.is_null() || is_exact { value } else { Json::String(scalar.text.to_string()) }
        }
    }
}

/// Returns data as the engine takes it. Reserved characters in strings are escaped here, their only way in.
pub(crate) fn from_json(value: &Json) -> Value {
    match value {
        Json::Null => Value::from(()),
        Json::Bool(value) => Value::from(*value),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(value), _) => Value::from(value),
            (None, Some(value)) => Value::from(value),
            (None, None) => Value::from(number.to_string()),
        },
        Json::String(text) => Value::from(&*escape(text)),
        Json::Array(items) => Value::from(items.iter().map(from_json).collect::<Vec<_>>()),
        Json::Object(map) => {
            Value::from_pairs(map.iter().map(|(key, value)| (Value::from(&*escape(key)), from_json(value))))
        }
    }
}

/// Returns data as a tree, for component files.
pub(crate) fn json_node(value: &Json, origin: Origin) -> Node {
    match value {
        Json::String(text) => Node::string(origin, text.as_str()),
        Json::Array(items) => Node::seq(origin, items.iter().map(|item| json_node(item, origin)).collect()),
        Json::Object(map) => {
            let entries = map.iter().map(|(key, value)| entry(origin, key, json_node(value, origin)));
            Node::map(origin, Map { entries: entries.collect() })
        }
        other => Node::plain(origin, other.to_string()),
    }
}

/// Makes an entry of a mapping whose key and value were printed at one place.
pub(crate) fn entry(origin: Origin, key: &str, value: Node) -> Entry {
    Entry { key: Key::new(origin, key), value }
}

/// Returns a number or a boolean as YAML and shells write it; the engine writes `True`.
pub(crate) fn atom_text(value: &Value) -> String {
    match value.kind() {
        ValueKind::Bool if value.is_true() => "true".to_owned(),
        ValueKind::Bool => "false".to_owned(),
        _ => value.to_string(),
    }
}
