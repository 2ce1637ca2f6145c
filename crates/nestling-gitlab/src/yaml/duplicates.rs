//! Keys that a mapping has more than once.

use super::node::{Entry, Kind, Map, Node};
use crate::diagnostic::{Diagnostic, Origin};
use crate::yaml::rules::YAML_DUPLICATE_KEY;
use std::collections::HashMap;

/// Returns an error for every duplicate key of a mapping.
pub fn duplicate_keys(map: &Map) -> Vec<Diagnostic> {
    // Nearly every mapping is small, and comparing its keys with each other is cheaper than a hash table.
    if map.len() <= 8 && all_differ(&map.entries) {
        return Vec::new();
    }
    let mut seen: HashMap<&str, Origin> = HashMap::with_capacity(map.len());
    let mut problems = Vec::new();
    for entry in map.entries.iter().filter(|entry| entry.key.text() != "<<") {
        if let Some(first) = seen.insert(entry.key.text(), entry.key.origin) {
            let message = format!("duplicate key `{}`", entry.key.text());
            let problem = Diagnostic::error(&YAML_DUPLICATE_KEY, entry.key.origin, message);
            // Two keys of one origin come from a loop of a template.
            problems.push(if first == entry.key.origin {
                problem.with_help("this line is rendered more than once: make the key differ each time")
            } else {
                problem
                    .with_label(first, "the first one")
                    .with_help("GitLab silently uses the last one; remove the others")
            });
        }
    }
    problems
}

fn all_differ(entries: &[Entry]) -> bool {
    entries.iter().enumerate().all(|(position, entry)| {
        let key = entry.key.text();
        entries[..position].iter().all(|earlier| earlier.key.text() != key)
    })
}

/// Removes all but the last of the entries with the same key, at any depth. The last value takes the first one's position.
pub(super) fn keep_last_keys(node: &mut Node) {
    match &mut node.kind {
        Kind::Scalar(_) => {}
        Kind::Seq(items) => items.iter_mut().for_each(keep_last_keys),
        Kind::Map(map) => {
            if !duplicate_keys(map).is_empty() {
                let mut kept = Map::default();
                for entry in std::mem::take(&mut map.entries) {
                    match kept.entries.iter_mut().find(|kept| is_same_key(kept, &entry)) {
                        Some(first) => *first = entry,
                        None => kept.entries.push(entry),
                    }
                }
                *map = kept;
            }
            map.entries.iter_mut().for_each(|entry| keep_last_keys(&mut entry.value));
        }
    }
}

/// Merge keys add up; they are never duplicates.
fn is_same_key(a: &Entry, b: &Entry) -> bool {
    a.key.text() == b.key.text() && a.key.text() != "<<"
}
