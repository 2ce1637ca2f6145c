//! Lists.

use super::expected::help;
use super::{Label, Named, Walk, has_kind};
use crate::table::{ListShape, Shape, StringShape, expected};
use crate::yaml::Node;
use std::collections::HashSet;

impl Walk<'_> {
    pub(super) fn list(&mut self, named: Named<'_>, shape: &'static ListShape, node: &Node) {
        let Some(items) = node.as_seq() else { return };
        if items.len() < shape.least {
            self.error(named, node.origin, format!("{} cannot be empty", named.label));
        }
        if let Some(excess) = items.get(shape.most) {
            let count = if shape.distinct { distinct(items) } else { items.len() };
            if count > shape.most {
                let message = format!("{} has {count} entries; GitLab allows {}", named.label, shape.most);
                self.error(named, excess.origin, message);
            }
        }
        self.items(named, shape, items);
    }

    fn items(&mut self, named: Named<'_>, shape: &'static ListShape, items: &[Node]) {
        for item in items {
            if item.is_null() && shape.null {
                continue;
            }
            match item.as_seq().filter(|_| shape.nested) {
                Some(inner) => self.items(named, shape, inner),
                None if super::is_judged_elsewhere(item) => {}
                None if shape.items.iter().any(|shape| has_kind(shape, item)) => {
                    self.value(Named { label: Label::Entry(&named.label), ..named }, shape.items, item);
                }
                None => self.wrong_item(named, shape.items, item),
            }
        }
    }

    fn wrong_item(&mut self, named: Named<'_>, shapes: &'static [Shape], item: &Node) {
        let is_line = matches!(shapes, [Shape::String(StringShape::Line)]);
        if is_line && item.as_map().is_some() {
            let message = format!("YAML reads this line of {} as a mapping", named.label);
            let help = "quote the line: the `: ` in it makes it a key with a value";
            return self.error_with_help(named, item.origin, message, Some(help));
        }
        let part = if is_line { "line" } else { "entry" };
        let (label, wanted, found) = (named.label, expected(shapes), item.type_name());
        let message = format!("each {part} of {label} must be {wanted}, found {found}");
        self.error_with_help(named, item.origin, message, help(Label::Entry(&named.label), shapes, item));
    }
}

/// Counts items, equal strings once.
fn distinct(items: &[Node]) -> usize {
    let texts: HashSet<&str> = items.iter().filter_map(Node::text).collect();
    texts.len() + items.iter().filter(|item| item.text().is_none()).count()
}
