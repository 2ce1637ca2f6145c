//! A typed value from what is right in a tree, so that all mistakes in it are reported together.

use super::de::from_node;
use super::{Kind, Node};
use crate::diagnostic::{Diagnostic, Origin, Rule};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

/// Reads a typed value as [`from_node`] does, and reports everything that is wrong in it. What is wrong is left out of the value,
/// and the rest counts.
pub fn from_node_leniently<T: DeserializeOwned + Default>(
    mut node: Node,
    rule: &'static Rule,
) -> (T, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let mut emptied = BTreeSet::new();
    // serde stops at the first value that does not fit: without it, the next reading finds the next one.
    loop {
        let misfits = match from_node::<T>(&node, rule) {
            Ok(value) => return (value, problems),
            Err(misfits) => misfits,
        };
        let wrong: BTreeSet<Origin> = misfits.iter().filter_map(Diagnostic::origin).collect();
        // A key may be missing because it was wrong, which is reported.
        let is_new = |problem: &Diagnostic| problem.origin().is_none_or(|origin| !emptied.contains(&origin));
        problems.extend(misfits.into_iter().filter(is_new));
        if !remove(&mut node, &wrong, &mut emptied) {
            return (T::default(), problems);
        }
    }
}

/// Removes keys and values with these origins, and adds the origins of the mappings that they were in. Returns `false` where
/// there are none.
fn remove(node: &mut Node, wrong: &BTreeSet<Origin>, emptied: &mut BTreeSet<Origin>) -> bool {
    let origin = node.origin;
    match &mut node.kind {
        Kind::Scalar(_) => false,
        Kind::Seq(items) => {
            let count = items.len();
            items.retain(|item| !wrong.contains(&item.origin));
            let mut removed = items.len() < count;
            for item in items {
                removed |= remove(item, wrong, emptied);
            }
            removed
        }
        Kind::Map(map) => {
            let count = map.entries.len();
            map.entries
                .retain(|entry| !wrong.contains(&entry.key.origin) && !wrong.contains(&entry.value.origin));
            let mut removed = map.entries.len() < count;
            if removed {
                emptied.insert(origin);
            }
            for entry in &mut map.entries {
                removed |= remove(&mut entry.value, wrong, emptied);
            }
            removed
        }
    }
}
