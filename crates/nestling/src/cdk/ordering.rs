//! What has to be done before what, in a graph without cycles.

use std::collections::BTreeSet;

/// Everything that has to be done before each node.
#[derive(Debug)]
pub struct Past {
    words: usize,
    bits: Vec<u64>,
}

impl Past {
    /// Follows the edges of a graph without cycles.
    pub(crate) fn new<'a>(after: impl ExactSizeIterator<Item = &'a BTreeSet<usize>>) -> Self {
        let after: Vec<&BTreeSet<usize>> = after.collect();
        let words = after.len().div_ceil(64);
        let mut past = Self { words, bits: vec![0; words * after.len()] };
        for node in in_order(&after) {
            for before in after[node] {
                past.bits[node * words + before / 64] |= 1 << (before % 64);
                for word in 0..words {
                    past.bits[node * words + word] |= past.bits[before * words + word];
                }
            }
        }
        past
    }

    /// Whether `before` has to be done before `node`.
    pub fn holds(&self, node: usize, before: usize) -> bool {
        self.bits[node * self.words + before / 64] & (1 << (before % 64)) != 0
    }
}

/// The nodes in an order in which each comes after those that it waits for. What is in a cycle is left out.
pub(crate) fn in_order(after: &[&BTreeSet<usize>]) -> Vec<usize> {
    let mut waiting: Vec<usize> = after.iter().map(|set| set.len()).collect();
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); after.len()];
    for (node, set) in after.iter().enumerate() {
        set.iter().for_each(|before| behind[*before].push(node));
    }
    let mut ready: BTreeSet<usize> = (0..after.len()).filter(|node| waiting[*node] == 0).collect();
    let mut ordered = Vec::with_capacity(after.len());
    while let Some(node) = ready.pop_first() {
        ordered.push(node);
        for next in &behind[node] {
            waiting[*next] -= 1;
            if waiting[*next] == 0 {
                ready.insert(*next);
            }
        }
    }
    ordered
}
