//! Two jobs, key by key.

use super::ChangedKey;
use indexmap::IndexMap;
use nestling_gitlab::yaml::{Kind, Map, Node, emit};

/// The keys whose values differ, in the order of the newer job, then those that are gone.
pub(super) fn changed_keys(before: &Map, after: &Map) -> Vec<ChangedKey> {
    let (mut old, mut new) = (IndexMap::new(), IndexMap::new());
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

/// Every value that is no mapping, under its keys with dots between them.
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

/// The difference of two values; `None` where it is only in how they are written.
fn between(key: &str, before: Option<&Node>, after: Option<&Node>) -> Option<ChangedKey> {
    let (old, new) = (lines(before), lines(after));
    let common = common(&old, &new);
    let without = |lines: &[String], keep: &dyn Fn(&(usize, usize)) -> usize| -> Vec<String> {
        let kept: Vec<usize> = common.iter().map(keep).collect();
        lines.iter().enumerate().filter(|(at, _)| !kept.contains(at)).map(|(_, line)| line.clone()).collect()
    };
    let (removed, added) = (without(&old, &|pair| pair.0), without(&new, &|pair| pair.1));
    (!(removed.is_empty() && added.is_empty())).then(|| ChangedKey { key: key.to_owned(), removed, added })
}

/// A value as lines of YAML: an item of a list each, a line of a text each.
fn lines(node: Option<&Node>) -> Vec<String> {
    let Some(node) = node else { return Vec::new() };
    if let Some(text) = node.as_str().filter(|text| text.contains('\n')) {
        return text.lines().map(str::to_owned).collect();
    }
    emit(node).lines().map(str::to_owned).collect()
}

/// Beyond this many pairs of lines only what stands at both ends is taken for common.
const PAIRS: usize = 1_000_000;

/// The places of a longest common subsequence in both lists.
fn common(old: &[String], new: &[String]) -> Vec<(usize, usize)> {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let end = old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&old[start..old.len() - end], &new[start..new.len() - end]);
    let mut pairs: Vec<(usize, usize)> = (0..start).map(|at| (at, at)).collect();
    if a.len() * b.len() <= PAIRS {
        pairs.extend(longest(a, b).into_iter().map(|(x, y)| (x + start, y + start)));
    }
    pairs.extend((0..end).map(|at| (old.len() - end + at, new.len() - end + at)));
    pairs
}

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
