//! Small readings of a node that views share: one or many.

use crate::yaml::{Kind, Node};

/// The items of a list, or the one node that is in its place: GitLab accepts either in many keys.
pub(crate) fn one_or_many(node: &Node) -> &[Node] {
    node.items_or_self()
}

/// As [`one_or_many`], to change.
pub(crate) fn one_or_many_mut(node: &mut Node) -> &mut [Node] {
    match node {
        Node { kind: Kind::Seq(items), tag: None, .. } => items,
        node => std::slice::from_mut(node),
    }
}
