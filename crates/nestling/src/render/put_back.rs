//! Puts the values back into the tree that was read with placeholders in their places.

use super::sign::{self, Piece};
use super::store::Store;
use super::value::{to_node, to_text};
use crate::diagnostic::{Diagnostic, Origin};
use crate::yaml::{Key, Kind, Map, Node, Scalar, Style, duplicate_keys};

/// Why a value cannot stand where it was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    Undefined,
    NoneInText,
    ListInText,
    MapInText,
    NotData,
    TooDeep,
}

/// Parses captured text that stands for a whole node; marks and placeholders in it are still there.
pub(crate) type ParseCaptured<'a> = &'a dyn Fn(&str, Origin, usize) -> Result<Node, Vec<Diagnostic>>;

/// Puts values into a tree.
pub(crate) struct PutBack<'a> {
    pub store: &'a Store,
    pub parse: ParseCaptured<'a>,
    /// How deep captured text is inside captured text.
    pub depth: usize,
    pub problems: Vec<Diagnostic>,
}

impl PutBack<'_> {
    pub(crate) fn node(&mut self, node: &mut Node) {
        let origin = node.origin;
        match &mut node.kind {
            Kind::Scalar(scalar) if sign::has_sign(&scalar.text) => {
                if let Some(whole) = self.whole(scalar, origin) {
                    let tag = node.tag.take();
                    *node = Node { tag: tag.or(whole.tag), ..whole };
                } else {
                    *scalar = self.joined(scalar, origin);
                }
            }
            Kind::Scalar(_) => {}
            Kind::Seq(items) => items.iter_mut().for_each(|item| self.node(item)),
            Kind::Map(map) => self.map(map),
        }
    }

    fn map(&mut self, map: &mut Map) {
        let mut changed = false;
        for entry in &mut map.entries {
            if sign::has_sign(entry.key.text()) {
                changed = true;
                let Key { origin, scalar } = &mut entry.key;
                *scalar = self.joined(scalar, *origin);
            }
            self.node(&mut entry.value);
        }
        // Two keys that were told apart by their placeholders only can turn out to be the same.
        if changed {
            self.problems.extend(duplicate_keys(map));
        }
    }

    /// The node that a plain scalar becomes which is exactly one placeholder.
    fn whole(&mut self, scalar: &Scalar, origin: Origin) -> Option<Node> {
        if scalar.style != Style::Plain {
            return None;
        }
        let mut pieces = sign::pieces(&scalar.text);
        let node = match (pieces.next()?, pieces.next()) {
            (Piece::Value(index), None) => to_node(&self.store.get(index)?, origin, self.store)
                .map_err(|refused| vec![problem(refused, origin)]),
            (Piece::Captured(index), None) => {
                let value = self.store.get(index)?;
                (self.parse)(value.as_str().unwrap_or_default(), origin, self.depth + 1)
            }
            _ => return None,
        };
        Some(node.unwrap_or_else(|problems| {
            self.problems.extend(problems);
            Node::string(origin, "")
        }))
    }

    /// The text around the placeholders with the values' texts joined in: a string, whatever it looks like.
    fn joined(&mut self, scalar: &Scalar, origin: Origin) -> Scalar {
        let mut text = String::with_capacity(scalar.text.len());
        let mut printed = false;
        for piece in sign::pieces(&scalar.text) {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Mark(..) => {}
                Piece::Value(index) | Piece::Captured(index) => {
                    printed = true;
                    let value = self.store.get(index).unwrap_or_default();
                    match to_text(&value, self.store) {
                        Ok(part) => text.push_str(&part),
                        Err(refused) => self.problems.push(problem(refused, origin)),
                    }
                }
            }
        }
        let style = if printed && scalar.style == Style::Plain { Style::Quoted } else { scalar.style };
        Scalar { text: text.into(), style }
    }
}

fn problem(refused: Refused, origin: Origin) -> Diagnostic {
    let (message, help) = match refused {
        Refused::Undefined => ("what is printed here is undefined", "give it a value, or `| default(…)`"),
        Refused::NoneInText => (
            "what is printed into this text is `none`",
            "write `| default(\"…\", true)`, or leave the line out",
        ),
        Refused::ListInText => (
            "a list is printed into the middle of a text",
            "write `| join(\" \")`, or let `${{ }}` stand alone to put the list in as it is",
        ),
        Refused::MapInText => (
            "a mapping is printed into the middle of a text",
            "write `| tojson`, or let `${{ }}` stand alone to put the mapping in as it is",
        ),
        Refused::NotData => ("what is printed here is no data", "call the macro: `${{ name() }}`"),
        Refused::TooDeep => ("what is printed here is nested too deep", "print a part of it"),
    };
    Diagnostic::error("template-value", origin, message).with_help(help)
}
