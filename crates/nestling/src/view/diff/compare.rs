//! Comparison of two jobs key by key.

use super::{ChangedKey, KeyChange};
use indexmap::IndexMap;
use nestling_gitlab::yaml::{Kind, Map, Node, emit};
use std::collections::BTreeSet;

/// Returns the keys whose values differ, in the order of the newer job, then the removed keys.
pub(super) fn changed_keys(before: &Map, after: &Map) -> Vec<ChangedKey> {
    // Most jobs are the same, and written in the same order.
    if before.same_as(after) {
        return Vec::new();
    }
    let mut old = IndexMap::new();
    let mut new = IndexMap::new();
    flatten(before, "", &mut old);
    flatten(after, "", &mut new);
    let mut changed = Vec::new();
    for (key, node) in &new {
        match old.get(key) {
            Some(other) if other.same_as(node) => {}
            other => changed.extend(between(key, other.copied(), Some(*node))),
        }
    }
    for (key, node) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
        changed.extend(between(key, Some(*node), None));
    }
    changed
}

/// Collects every value that is not a mapping under its path of keys, joined by dots.
fn flatten<'a>(map: &'a Map, prefix: &str, out: &mut IndexMap<String, &'a Node>) {
    for (key, node) in map.iter() {
        let key = if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
        match &node.kind {
            Kind::Map(inner) if !inner.is_empty() => flatten(inner, &key, out),
            _ => {
                out.insert(key, node);
            }
        }
    }
}

/// Returns the difference of two values, or `None` if they differ only in how they are written.
fn between(key: &str, before: Option<&Node>, after: Option<&Node>) -> Option<ChangedKey> {
    let old = lines(before);
    let new = lines(after);
    let (common_old, common_new) = common_lines(&old, &new).into_iter().unzip();
    let removed = without(&old, &common_old);
    let added = without(&new, &common_new);
    if removed.is_empty() && added.is_empty() {
        return None;
    }
    let change = match (before, after) {
        (None, _) => KeyChange::Added,
        (_, None) => KeyChange::Removed,
        (Some(_), Some(_)) => KeyChange::Changed,
    };
    Some(ChangedKey { key: key.to_owned(), change, removed, added })
}

/// Returns the lines whose index is not in `common`.
fn without(lines: &[String], common: &BTreeSet<usize>) -> Vec<String> {
    let mut rest = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if !common.contains(&index) {
            rest.push(line.clone());
        }
    }
    rest
}

/// Splits a value into lines of YAML: one per item of a list, one per line of a string.
fn lines(node: Option<&Node>) -> Vec<String> {
    let Some(node) = node else { return Vec::new() };
    if let Some(text) = node.as_str().filter(|text| text.contains('\n')) {
        return text.lines().map(str::to_owned).collect();
    }
    emit(node).lines().map(str::to_owned).collect()
}

/// Limit of the table of [`longest`]. Longer values are compared only at their two ends, so that time and memory stay
/// small for a script of thousands of lines.
const PAIRS: usize = 1_000_000;

/// Returns the index pairs of a longest common subsequence of both lists.
fn common_lines(old: &[String], new: &[String]) -> Vec<(usize, usize)> {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = old[start..].iter().rev().zip(new[start..].iter().rev());
    let end = rest.take_while(|(a, b)| a == b).count();
    let (a, b) = (&old[start..old.len() - end], &new[start..new.len() - end]);
    let mut pairs: Vec<(usize, usize)> = (0..start).map(|index| (index, index)).collect();
    if a.len() * b.len() <= PAIRS {
        pairs.extend(longest(a, b).into_iter().map(|(x, y)| (x + start, y + start)));
    }
    pairs.extend((0..end).map(|offset| (old.len() - end + offset, new.len() - end + offset)));
    pairs
}

/// Longest common subsequence by dynamic programming: `lengths[x][y]` is its length from there to both ends.
fn longest(a: &[String], b: &[String]) -> Vec<(usize, usize)> {
    let mut lengths = vec![vec![0u32; b.len() + 1]; a.len() + 1];
    for x in (0..a.len()).rev() {
        for y in (0..b.len()).rev() {
            lengths[x][y] = if a[x] == b[y] {
                lengths[x + 1][y + 1] + 1
            } else {
                lengths[x + 1][y].max(lengths[x][y + 1])
            };
        }
    }
    let (mut x, mut y) = (0, 0);
    let mut pairs = Vec::new();
    while x < a.len() && y < b.len() {
        if a[x] == b[y] {
            pairs.push((x, y));
            (x, y) = (x + 1, y + 1);
        } else if lengths[x + 1][y] >= lengths[x][y + 1] {
            x += 1;
        } else {
            y += 1;
        }
    }
    pairs
}
