//! Merge keys (`<<`), as Psych merges them: in document order, a later entry wins over an earlier one; of a list the
//! first mapping wins.

use super::node::{Entry, Kind, Map, Node, Style};
use crate::diagnostic::Diagnostic;
use crate::yaml::rules::YAML_MERGE;

/// Resolves all merge keys of a tree.
///
/// # Errors
/// Every `<<` that holds something other than a mapping or a list of them.
pub fn merge_keys(node: &mut Node) -> Result<(), Vec<Diagnostic>> {
    let mut problems = Vec::new();
    resolve(node, &mut problems);
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn resolve(node: &mut Node, problems: &mut Vec<Diagnostic>) {
    match &mut node.kind {
        Kind::Scalar(_) => {}
        Kind::Seq(items) => items.iter_mut().for_each(|item| resolve(item, problems)),
        Kind::Map(map) => {
            map.entries.iter_mut().for_each(|entry| resolve(&mut entry.value, problems));
            if map.entries.iter().any(is_merge) {
                merge(map, problems);
            }
        }
    }
}

fn is_merge(entry: &Entry) -> bool {
    // Quotes make no difference to Ruby; `!!str` does.
    entry.key.text() == "<<" && entry.key.scalar.style != Style::Block
}

fn merge(map: &mut Map, problems: &mut Vec<Diagnostic>) {
    let mut merged = Map::default();
    for entry in std::mem::take(&mut map.entries) {
        if !is_merge(&entry) {
            put(&mut merged, entry);
            continue;
        }
        match entry.value.kind {
            Kind::Map(other) => other.entries.into_iter().for_each(|entry| put(&mut merged, entry)),
            Kind::Seq(items) if items.iter().all(|item| item.as_map().is_some()) => {
                for item in items.into_iter().rev() {
                    if let Kind::Map(other) = item.kind {
                        other.entries.into_iter().for_each(|entry| put(&mut merged, entry));
                    }
                }
            }
            _ => problems.push(
                Diagnostic::error(
                    &YAML_MERGE,
                    entry.value.origin,
                    "`<<` merges a mapping, or a list of mappings",
                )
                .with_help("write `<<: *anchor`, or a macro that returns a mapping"),
            ),
        }
    }
    *map = merged;
}

/// A later entry replaces an earlier one.
fn put(map: &mut Map, entry: Entry) {
    match map.entries.iter_mut().find(|old| old.key.text() == entry.key.text()) {
        Some(old) => *old = entry,
        None => map.entries.push(entry),
    }
}
