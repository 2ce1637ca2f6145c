//! Small readings of a node that views share: nothing, yes or no, one or many.

use crate::yaml::{Kind, Node, Style};

/// Whether a node is YAML's nothing: `null`, `~` or an empty plain scalar.
pub(crate) fn is_null(node: &Node) -> bool {
    node.as_scalar().is_some_and(|scalar| {
        scalar.style == Style::Plain && matches!(&*scalar.text, "" | "~" | "null" | "Null" | "NULL")
    })
}

/// The boolean that a node is in YAML 1.1, if it is one.
pub(crate) fn as_bool(node: &Node) -> Option<bool> {
    let scalar = node.as_scalar().filter(|scalar| scalar.style == Style::Plain)?;
    match scalar.text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// The items of a list, or the one node that stands in its place: GitLab accepts either in many keys.
pub(crate) fn one_or_many(node: &Node) -> &[Node] {
    match &node.kind {
        Kind::Seq(items) if node.tag.is_none() => items,
        _ => std::slice::from_ref(node),
    }
}

/// As [`one_or_many`], to change.
pub(crate) fn one_or_many_mut(node: &mut Node) -> &mut [Node] {
    match node {
        Node { kind: Kind::Seq(items), tag: None, .. } => items,
        node => std::slice::from_mut(node),
    }
}
