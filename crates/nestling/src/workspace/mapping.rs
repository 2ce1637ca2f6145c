//! Mappings and lists of values in headers.

use nestling_gitlab::diagnostic::{Diagnostic, Rule};
use nestling_gitlab::yaml::{Map, Node};

/// Returns the mapping under a key of a header; an empty one where nothing is written.
///
/// # Errors
/// It is something else.
pub(crate) fn expect_mapping(
    node: Option<&Node>,
    key: &str,
    rule: &'static Rule,
) -> Result<Map, Vec<Diagnostic>> {
    let Some(node) = node.filter(|node| !node.is_null()) else { return Ok(Map::default()) };
    if let Some(map) = node.as_map() {
        return Ok(map.clone());
    }
    let message = format!("`{key}` must be a mapping of names and values");
    Err(vec![Diagnostic::error(rule, node.origin, message)])
}

/// Reads a value that is one item or a list of them; nothing where none is written.
///
/// # Errors
/// All that is wrong in the items.
pub(crate) fn each_item<T>(
    node: Option<&Node>,
    read: impl Fn(&Node) -> Result<T, Vec<Diagnostic>>,
) -> Result<Vec<T>, Vec<Diagnostic>> {
    let Some(node) = node.filter(|node| !node.is_null()) else { return Ok(Vec::new()) };
    let mut problems = Vec::new();
    let mut values = Vec::new();
    for result in node.items_or_self().iter().map(read) {
        match result {
            Ok(value) => values.push(value),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(problems) }
}
