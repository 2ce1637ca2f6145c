//! Mappings of names and values in headers.

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
