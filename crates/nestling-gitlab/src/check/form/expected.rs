//! The shapes of a value in words.

use crate::table::{Shape, StringShape};
use crate::yaml::Node;

/// Returns what a value must be: `a string, a list of strings or a mapping`.
pub(super) fn expected(shapes: &[Shape]) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in shapes.iter().filter_map(described) {
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

/// Returns a shape in words; `None` for those that GitLab takes and nobody writes.
fn described(shape: &Shape) -> Option<String> {
    Some(match shape {
        Shape::False | Shape::Empty | Shape::String(StringShape::Digits(..)) => return None,
        Shape::Anything => "any value".to_owned(),
        Shape::Boolean => "`true` or `false`".to_owned(),
        Shape::Integer(least, most) if most - 2 == *least => format!("{least}, {} or {most}", least + 1),
        Shape::Integer(i64::MIN, _) => "a whole number".to_owned(),
        Shape::Integer(least, most) => format!("a whole number from {least} to {most}"),
        Shape::Number => "a number".to_owned(),
        Shape::String(StringShape::Duration(_)) => "a duration in words".to_owned(),
        Shape::String(_) => "a string".to_owned(),
        Shape::List(list) if list.most == 0 => return None,
        Shape::List(list) => match list.items {
            [] => "a list".to_owned(),
            [Shape::String(_)] => "a list of strings".to_owned(),
            [Shape::Mapping(_) | Shape::Cases(_) | Shape::Names(_)] => "a list of mappings".to_owned(),
            [Shape::Integer(..)] => "a list of whole numbers".to_owned(),
            _ => "a list".to_owned(),
        },
        Shape::Mapping(_) | Shape::Cases(_) | Shape::Names(_) => "a mapping".to_owned(),
    })
}

/// Returns what to write instead of a value of another type.
pub(super) fn help(label: &str, shapes: &[Shape], node: &Node) -> Option<String> {
    let has = |is: fn(&Shape) -> bool| shapes.iter().any(is);
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
    if has(|shape| matches!(shape, Shape::String(StringShape::Duration(_)))) {
        // `timeout: 90` would be 90 seconds if GitLab took it, which hardly anyone means.
        return node.as_int().map(|number| format!("add the unit: `{number} minutes`"));
    }
    let is_string = has(|shape| matches!(shape, Shape::String(_)));
    (is_string && !node.is_null()).then(|| format!("quote it: \"{text}\""))
}

fn takes_strings(items: &[Shape]) -> bool {
    items.iter().any(|item| matches!(item, Shape::String(_)))
}
