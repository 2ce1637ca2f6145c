//! Trees of rendered text that has been read before: with placeholders in the place of its values, what a template renders
//! to is the same text for most of the units that use it.

use nestling_gitlab::diagnostic::FileId;
use nestling_gitlab::yaml::Node;
use std::cell::RefCell;
use std::collections::HashMap;

/// How many texts of one template are kept; one for each way through its control lines that came up last.
const MOST: usize = 4;

/// A text with its tree, the placeholders still in it.
type Shape = (Box<str>, Node);

/// The trees of the texts that were read last.
#[derive(Default)]
pub(crate) struct Shapes {
    of_file: RefCell<HashMap<FileId, Vec<Shape>>>,
}

impl Shapes {
    /// The tree of a text that a template rendered to before, as a copy to put values into.
    pub(crate) fn get(&self, file: FileId, text: &str) -> Option<Node> {
        let kept = self.of_file.borrow();
        kept.get(&file)?.iter().find(|(known, _)| **known == *text).map(|(_, tree)| tree.clone())
    }

    /// Keeps the tree of a text, in the place of the one that was kept first where there are many.
    pub(crate) fn keep(&self, file: FileId, text: &str, tree: &Node) {
        let mut of_file = self.of_file.borrow_mut();
        let kept = of_file.entry(file).or_default();
        if kept.len() == MOST {
            kept.remove(0);
        }
        kept.push((text.into(), tree.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling_gitlab::diagnostic::Origin;

    #[test]
    fn the_texts_that_were_read_last_are_kept_by_template() {
        let (shapes, file) = (Shapes::default(), FileId::from_index(0));
        let tree = |text: &str| Node::plain(Origin::file(file), text);
        for text in ["a", "b", "c", "d", "e"] {
            shapes.keep(file, text, &tree(text));
        }
        assert!(shapes.get(file, "a").is_none(), "the oldest made room");
        assert!(shapes.get(file, "e").is_some_and(|found| found.same_as(&tree("e"))));
        assert!(shapes.get(FileId::from_index(1), "e").is_none(), "of another template");
    }
}
