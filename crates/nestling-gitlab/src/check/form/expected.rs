//! The shapes of a value in words.

use crate::table::{DurationShape, Shape, StringShape};
use crate::yaml::Node;

/// Returns what a value must be: `a string, a list of strings or a mapping`.
pub(super) fn expected(shapes: &[Shape]) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in shapes.iter().flat_map(described) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    match words.pop() {
        None => "empty".to_owned(),
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} or {last}", words.join(", ")),
    }
}

/// Returns a shape in words; none for those that GitLab takes and nobody writes.
fn described(shape: &Shape) -> Vec<String> {
    let word = match shape {
        Shape::False | Shape::Empty | Shape::String(StringShape::Digits(..)) => return Vec::new(),
        Shape::List(list) if list.most == 0 => return Vec::new(),
        Shape::String(StringShape::Length(0, 0)) => return Vec::new(),
        Shape::Boolean => return vec!["`true`".to_owned(), "`false`".to_owned()],
        Shape::Integer(least, most) if most.checked_sub(*least) == Some(2) => {
            return (*least..=*most).map(|number| number.to_string()).collect();
        }
        Shape::Integer(i64::MIN, _) => "a whole number",
        Shape::Integer(least, most) => return vec![format!("a whole number from {least} to {most}")],
        Shape::Anything => "any value",
        Shape::Number => "a number",
        Shape::String(StringShape::Duration(_)) => "a duration in words",
        Shape::Scalar | Shape::String(_) => "a string",
        Shape::List(list) => match list.items {
            [Shape::String(_)] => "a list of strings",
            [Shape::Mapping(_) | Shape::Cases(_) | Shape::Names(_)] => "a list of mappings",
            [Shape::Integer(..)] => "a list of whole numbers",
            _ => "a list",
        },
        Shape::Mapping(_) | Shape::Cases(_) | Shape::Names(_) => "a mapping",
    };
    vec![word.to_owned()]
}

/// Returns what to write instead of a value of another type.
pub(super) fn help(label: &str, shapes: &[Shape], node: &Node) -> Option<String> {
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
        let key = label.strip_prefix('`').and_then(|label| label.strip_suffix('`'))?;
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
