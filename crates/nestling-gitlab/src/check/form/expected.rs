//! Advice for a value of the wrong type.

use super::Label;
use crate::table::{DurationShape, Shape, StringShape};
use crate::yaml::Node;

/// Returns what to write instead of a value of another type.
pub(super) fn help(label: Label<'_>, shapes: &[Shape], node: &Node) -> Option<String> {
    let has = |is: fn(&Shape) -> bool| shapes.iter().any(is);
    if node.as_seq().is_some() && has(|shape| matches!(shape, Shape::Scalar)) {
        return Some("write a list as one string: `\"a b\"`".to_owned());
    }
    let text = node.text()?;
    if let Some(quoted) = node.as_str() {
        if has(|shape| matches!(shape, Shape::Boolean)) && matches!(quoted, "true" | "false" | "yes" | "no") {
            return Some("remove the quotes".to_owned());
        }
        if has(|shape| matches!(shape, Shape::Integer(..))) && quoted.parse::<i64>().is_ok() {
            return Some("remove the quotes".to_owned());
        }
        let Label::Keyword(key) = label else { return None };
        let takes_list = has(|shape| matches!(shape, Shape::List(list) if takes_strings(list.items)));
        return (takes_list && !quoted.is_empty()).then(|| format!("write `{key}: [{quoted}]`"));
    }
    if let Some(duration) = shapes.iter().find_map(duration) {
        // `timeout: 90` would be 90 seconds if GitLab took it, which hardly anyone means.
        let unit = if duration.never { "days" } else { "minutes" };
        return node.as_int().map(|number| format!("add the unit: `{number} {unit}`"));
    }
    let is_string = has(|shape| matches!(shape, Shape::String(_)));
    (is_string && !node.is_null()).then(|| format!("quote it: \"{text}\""))
}

fn takes_strings(items: &[Shape]) -> bool {
    items.iter().any(|item| matches!(item, Shape::String(_)))
}

fn duration(shape: &Shape) -> Option<DurationShape> {
    if let Shape::String(StringShape::Duration(duration)) = shape { Some(*duration) } else { None }
}
