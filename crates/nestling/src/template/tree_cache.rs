//! Trees of rendered text that was read before: with placeholders in place of its values, a template renders to the
//! same text for most of the units that use it, and is then read once for all of them.

use nestling_gitlab::diagnostic::FileId;
use nestling_gitlab::yaml::Node;
use std::cell::RefCell;
use std::collections::HashMap;

/// Maximum number of results that are kept of one template: one for each of the latest paths through its control lines.
const TREES_OF_A_TEMPLATE: usize = 4;

/// Trees of the latest results, with placeholders in them.
#[derive(Default)]
pub(crate) struct TreeCache {
    by_template: RefCell<HashMap<FileId, Vec<CachedTree>>>,
}

struct CachedTree {
    text: Box<str>,
    tree: Node,
}

impl TreeCache {
    /// Returns a copy of the tree of a string, to put values into.
    pub(crate) fn get(&self, template: FileId, text: &str) -> Option<Node> {
        let by_template = self.by_template.borrow();
        let cached = by_template.get(&template)?.iter().find(|cached| *cached.text == *text)?;
        Some(cached.tree.clone())
    }

    /// Keeps the tree of a string. The oldest of the template makes room for it.
    pub(crate) fn insert(&self, template: FileId, text: &str, tree: &Node) {
        let mut by_template = self.by_template.borrow_mut();
        let trees = by_template.entry(template).or_default();
        if trees.len() == TREES_OF_A_TEMPLATE {
            trees.remove(0);
        }
        trees.push(CachedTree { text: text.into(), tree: tree.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling_gitlab::diagnostic::Origin;

    #[test]
    fn the_texts_that_were_read_last_are_kept_by_template() {
        let template = FileId::from_index(0);
        let cache = TreeCache::default();
        let tree = |text: &str| Node::plain(Origin::file(template), text);
        for text in ["a", "b", "c", "d", "e"] {
            cache.insert(template, text, &tree(text));
        }
        assert!(cache.get(template, "a").is_none(), "the oldest made room");
        assert!(cache.get(template, "e").is_some_and(|cached| cached.same_as(&tree("e"))));
        assert!(cache.get(FileId::from_index(1), "e").is_none(), "of another template");
    }
}
