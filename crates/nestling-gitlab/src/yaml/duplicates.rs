//! Keys that a mapping has more than once.

use super::node::{Entry, Kind, Map, Node};
use crate::diagnostic::{Diagnostic, Origin};
use crate::yaml::rules::YAML_DUPLICATE_KEY;
use std::collections::HashMap;

/// An error for every key that stands twice in a mapping.
pub fn duplicate_keys(map: &Map) -> Vec<Diagnostic> {
    let keys = || map.entries.iter().map(|entry| entry.key.text());
    // Nearly every mapping is small and has each key once.
    if map.len() <= 8 && keys().enumerate().all(|(at, key)| !keys().take(at).any(|before| before == key)) {
        return Vec::new();
    }
    let mut seen: HashMap<&str, Origin> = HashMap::with_capacity(map.len());
    let mut problems = Vec::new();
    for entry in map.entries.iter().filter(|entry| entry.key.text() != "<<") {
        if let Some(first) = seen.insert(entry.key.text(), entry.key.origin) {
            let message = format!("the key `{}` stands twice here", entry.key.text());
            let problem = Diagnostic::error(&YAML_DUPLICATE_KEY, entry.key.origin, message);
            problems.push(if first == entry.key.origin {
                problem.with_help("this line is rendered more than once: make the key differ each time")
            } else {
                problem
                    .with_label(first, "the first")
                    .with_help("GitLab would take the last one in silence; keep one")
            });
        }
    }
    problems
}

/// Drops all but the last of the entries with one key, at any depth. The last value takes the first place.
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
