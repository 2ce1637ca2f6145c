//! Converts values that a template interpolates into nodes, or into parts of a string.

use super::charge::VALUE_DEPTH;
use super::json::{atom_text, entry};
use super::placeholders::Placeholders;
use crate::template::engine_messages::is_macro;
use crate::template::marks::private_use::{has_reserved, unescape};
use minijinja::Value;
use minijinja::value::ValueKind;
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::yaml::{Map, Node};

/// Reason why a value cannot be interpolated in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    Undefined,
    NoneInText,
    ListInText,
    MapInText,
    NotData,
    TooDeep,
}

/// Returns a value that was printed alone as the tree that it is.
pub(crate) fn to_node(value: &Value, origin: Origin, placeholders: &Placeholders) -> Result<Node, Refused> {
    nested_node(value, origin, placeholders, 0)
}

fn nested_node(
    value: &Value,
    origin: Origin,
    placeholders: &Placeholders,
    depth: usize,
) -> Result<Node, Refused> {
    if depth > VALUE_DEPTH {
        return Err(Refused::TooDeep);
    }
    match value.kind() {
        ValueKind::Undefined => Err(Refused::Undefined),
        ValueKind::None => Ok(Node::plain(origin, "null")),
        ValueKind::Bool | ValueKind::Number => Ok(Node::plain(origin, atom_text(value))),
        ValueKind::String => Ok(Node::string(origin, string_text(value, placeholders))),
        _ if is_macro(value) => Err(Refused::NotData),
        ValueKind::Seq | ValueKind::Iterable => {
            let mut nodes = Vec::new();
            for item in value.try_iter().map_err(|_| Refused::NotData)? {
                nodes.push(nested_node(&item, origin, placeholders, depth + 1)?);
            }
            Ok(Node::seq(origin, nodes))
        }
        ValueKind::Map => {
            let mut map = Map::default();
            for key in value.try_iter().map_err(|_| Refused::NotData)? {
                let item = value.get_item(&key).map_err(|_| Refused::NotData)?;
                let key_text = match key.kind() {
                    ValueKind::String => string_text(&key, placeholders),
                    _ => key.to_string(),
                };
                let node = nested_node(&item, origin, placeholders, depth + 1)?;
                map.entries.push(entry(origin, &key_text, node));
            }
            Ok(Node::map(origin, map))
        }
        _ => Err(Refused::NotData),
    }
}

/// Returns a value that was printed beside other text.
pub(crate) fn to_text(value: &Value, placeholders: &Placeholders) -> Result<String, Refused> {
    match value.kind() {
        ValueKind::Undefined => Err(Refused::Undefined),
        ValueKind::None => Err(Refused::NoneInText),
        ValueKind::Bool | ValueKind::Number => Ok(atom_text(value)),
        _ if is_macro(value) => Err(Refused::NotData),
        // A macro's text ends with the line break before its `endmacro`.
        ValueKind::String if value.is_safe() => {
            Ok(string_text(value, placeholders).trim_matches('\n').to_owned())
        }
        ValueKind::String => Ok(string_text(value, placeholders)),
        ValueKind::Seq | ValueKind::Iterable => Err(Refused::ListInText),
        ValueKind::Map => Err(Refused::MapInText),
        _ => Err(Refused::NotData),
    }
}

/// Returns a string as its author meant it: placeholders resolved, escapes undone.
fn string_text(value: &Value, placeholders: &Placeholders) -> String {
    let text = value.as_str().unwrap_or_default();
    if !has_reserved(text) {
        return text.to_owned();
    }
    unescape(&placeholders.resolved(text)).into_owned()
}
