//! Values on their way between trees, headers and the engine.

use crate::template::marks::private_use::{self, escape};
use crate::template::values::placeholders::Store;
use crate::template::values::substitute::Refused;
use minijinja::Value;
use minijinja::value::ValueKind;
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::yaml::{Entry, Key, Kind, Map, Meaning, Node};
use serde_json::{Number, Value as Json};

/// Values inside values, at most so many times: a template can build them from each other.
const DEPTH: usize = 50;

/// A tree as plain data, for headers: what each scalar means to GitLab's reader.
pub fn plain_value(node: &Node) -> Json {
    match &node.kind {
        Kind::Seq(items) => Json::Array(items.iter().map(plain_value).collect()),
        Kind::Map(map) => {
            Json::Object(map.iter().map(|(key, value)| (key.to_owned(), plain_value(value))).collect())
        }
        Kind::Scalar(scalar) => match scalar.meaning() {
            Meaning::Null => Json::Null,
            Meaning::Bool(value) => Json::Bool(value),
            Meaning::Int(value) => match i64::try_from(value) {
                Ok(value) => Json::Number(value.into()),
                Err(_) => Json::String(scalar.text.to_string()),
            },
            Meaning::Float(value) => {
                Number::from_f64(value).map_or_else(|| Json::String(scalar.text.to_string()), Json::Number)
            }
            Meaning::Date | Meaning::Symbol | Meaning::Text(_) => Json::String(scalar.text.to_string()),
        },
    }
}

/// Data as the engine takes it. Signs in texts are escaped here, the only way in.
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

/// Data as a tree, for component files.
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

/// What a template printed as a whole, as the tree that it is.
pub(crate) fn to_node(value: &Value, origin: Origin, store: &Store) -> Result<Node, Refused> {
    nested(value, origin, store, 0)
}

fn nested(value: &Value, origin: Origin, store: &Store, depth: usize) -> Result<Node, Refused> {
    if depth > DEPTH {
        return Err(Refused::TooDeep);
    }
    match value.kind() {
        ValueKind::Undefined => Err(Refused::Undefined),
        ValueKind::None => Ok(Node::plain(origin, "null")),
        ValueKind::Bool | ValueKind::Number => Ok(Node::plain(origin, atom(value))),
        ValueKind::String => Ok(Node::string(origin, text(value, store))),
        _ if is_macro(value) => Err(Refused::NotData),
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter().map_err(|_| Refused::NotData)?;
            let items: Result<Vec<Node>, Refused> =
                items.map(|item| nested(&item, origin, store, depth + 1)).collect();
            Ok(Node::seq(origin, items?))
        }
        ValueKind::Map => {
            let mut map = Map::default();
            for key in value.try_iter().map_err(|_| Refused::NotData)? {
                let item = value.get_item(&key).map_err(|_| Refused::NotData)?;
                let key = if key.kind() == ValueKind::String { text(&key, store) } else { key.to_string() };
                map.entries.push(entry(origin, &key, nested(&item, origin, store, depth + 1)?));
            }
            Ok(Node::map(origin, map))
        }
        _ => Err(Refused::NotData),
    }
}

/// A value in the middle of a text.
pub(crate) fn to_text(value: &Value, store: &Store) -> Result<String, Refused> {
    match value.kind() {
        ValueKind::Undefined => Err(Refused::Undefined),
        ValueKind::None => Err(Refused::NoneInText),
        ValueKind::Bool | ValueKind::Number => Ok(atom(value)),
        _ if is_macro(value) => Err(Refused::NotData),
        ValueKind::String if value.is_safe() => Ok(text(value, store).trim_matches('\n').to_owned()),
        ValueKind::String => Ok(text(value, store)),
        ValueKind::Seq | ValueKind::Iterable => Err(Refused::ListInText),
        ValueKind::Map => Err(Refused::MapInText),
        _ => Err(Refused::NotData),
    }
}

/// A number or a boolean as YAML and shells write it; the engine says `True`.
pub(crate) fn atom(value: &Value) -> String {
    match value.kind() {
        ValueKind::Bool => if value.is_true() { "true" } else { "false" }.to_owned(),
        _ => value.to_string(),
    }
}

/// A macro that was not called looks like a mapping to the engine.
fn is_macro(value: &Value) -> bool {
    value.as_object().is_some()
        && value.get_attr("arguments").is_ok_and(|a| !a.is_undefined())
        && value.to_string().starts_with("<macro ")
}

/// A string as it was meant: captured parts resolved, escapes undone.
fn text(value: &Value, store: &Store) -> String {
    let text = value.as_str().unwrap_or_default();
    if !private_use::has_sign(text) {
        return text.to_owned();
    }
    private_use::unescape(&store.resolved(text)).into_owned()
}

fn entry(origin: Origin, key: &str, value: Node) -> Entry {
    Entry { key: Key::new(origin, key), value }
}
