//! The order of the nodes of a graph without cycles.

use super::id::Id;
use std::collections::BTreeSet;
use std::marker::PhantomData;

/// Everything that must be done before each node of a graph, as sets of bits.
#[derive(Debug)]
pub struct Past<T> {
    /// The number of words of each node's set.
    words: usize,
    bits: Vec<u64>,
    list: PhantomData<fn() -> T>,
}

impl<T> Past<T> {
    /// Follows the edges of a graph without cycles: for each node, the nodes that it waits for.
    pub(crate) fn new<'a>(after: impl ExactSizeIterator<Item = &'a BTreeSet<Id<T>>>) -> Self
    where
        T: 'a,
    {
        let after: Vec<&BTreeSet<Id<T>>> = after.collect();
        let words = after.len().div_ceil(64);
        let mut bits = vec![0u64; words * after.len()];
        for node in in_order(&after) {
            let own = node.index() * words;
            for before in after[node.index()] {
                let before = before.index();
                bits[own + before / 64] |= 1 << (before % 64);
                for word in 0..words {
                    bits[own + word] |= bits[before * words + word];
                }
            }
        }
        Self { words, bits, list: PhantomData }
    }

    /// Returns `true` if `before` must be done before `node`.
    pub fn holds(&self, node: Id<T>, before: Id<T>) -> bool {
        let before = before.index();
        self.bits[node.index() * self.words + before / 64] & (1 << (before % 64)) != 0
    }
}

/// Returns the nodes of a graph in an order in which each comes after those that it waits for, without those in a cycle.
pub(crate) fn in_order<T>(after: &[&BTreeSet<Id<T>>]) -> Vec<Id<T>> {
    let mut waits_for: Vec<usize> = after.iter().map(|before| before.len()).collect();
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); after.len()];
    for (node, before) in after.iter().enumerate() {
        for other in *before {
            behind[other.index()].push(node);
        }
    }
    let mut ready: BTreeSet<usize> = (0..after.len()).filter(|node| waits_for[*node] == 0).collect();
    let mut ordered = Vec::with_capacity(after.len());
    // The smallest id first, so that the order is the same every time. A node in a cycle never gets ready.
    while let Some(node) = ready.pop_first() {
        ordered.push(Id::new(node));
        for next in &behind[node] {
            waits_for[*next] -= 1;
            if waits_for[*next] == 0 {
                ready.insert(*next);
            }
        }
    }
    ordered
}

/// Returns everything that must be done before a node.
pub(crate) fn past_of<'a, T: 'a>(
    node: Id<T>,
    after: impl Fn(Id<T>) -> &'a BTreeSet<Id<T>>,
) -> BTreeSet<Id<T>> {
    let mut past = BTreeSet::new();
    let mut queue = vec![node];
    while let Some(next) = queue.pop() {
        queue.extend(after(next).iter().filter(|before| past.insert(**before)));
    }
    past
}
