//! Values in place of their placeholders, in the tree that the YAML reader made.

use super::place::Place;
use super::placeholders::Placeholders;
use super::to_tree::{Refused, to_node, to_text};
use crate::template::marks::private_use::{Piece, has_reserved, pieces};
use crate::template::rules::{SCRIPT_INJECTION, TEMPLATE_VALUE};
use crate::template_syntax::hidden::reveal;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::yaml::{Kind, Map, Node, Scalar, Style, duplicate_keys};

/// Reads captured text that is a whole node: the rest of the way from marked text to a tree, which leads back here.
pub(crate) trait ReadCaptured {
    /// Reads it into a tree with its values in place. `depth` counts captured text inside captured text.
    fn read_captured(
        &self,
        text: &str,
        origin: Origin,
        depth: usize,
        place: Place,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Node>;
}

/// Puts values into a tree.
pub(crate) struct Substitution<'a> {
    pub placeholders: &'a Placeholders,
    pub reader: &'a dyn ReadCaptured,
    /// Depth of captured text inside captured text.
    pub depth: usize,
    /// Reader of the node that is being visited.
    pub place: Place,
    pub problems: &'a mut Vec<Diagnostic>,
}

impl Substitution<'_> {
    pub(crate) fn node(&mut self, node: &mut Node) {
        let origin = node.origin;
        match &mut node.kind {
            Kind::Scalar(scalar) if has_reserved(&scalar.text) => {
                if let Some(value) = self.whole_value(scalar, origin) {
                    let tag = node.tag.take();
                    *node = Node { tag: tag.or(value.tag), ..value };
                } else {
                    *scalar = self.interpolated(scalar, origin);
                }
            }
            Kind::Scalar(_) => {}
            Kind::Seq(items) => items.iter_mut().for_each(|item| self.node(item)),
            Kind::Map(map) => self.map(map),
        }
    }

    fn map(&mut self, map: &mut Map) {
        let mut has_changed_keys = false;
        for entry in &mut map.entries {
            if has_reserved(entry.key.text()) {
                has_changed_keys = true;
                entry.key.scalar = self.interpolated(&entry.key.scalar, entry.key.origin);
            }
            let outer_place = self.place;
            self.place = outer_place.below(entry.key.text());
            self.node(&mut entry.value);
            self.place = outer_place;
        }
        // The YAML reader saw different placeholders, which can stand for the same key.
        if has_changed_keys {
            self.problems.extend(duplicate_keys(map));
        }
    }

    /// Returns the node that a plain scalar becomes that is exactly one placeholder.
    fn whole_value(&mut self, scalar: &Scalar, origin: Origin) -> Option<Node> {
        if scalar.style != Style::Plain {
            return None;
        }
        let mut pieces = pieces(&scalar.text);
        let piece = pieces.next()?;
        if pieces.next().is_some() {
            return None;
        }
        let node = match piece {
            Piece::Value(index) => {
                self.warn_of_untrusted(index, "");
                match to_node(&self.placeholders.get(index)?, origin, self.placeholders) {
                    Ok(node) => Some(node),
                    Err(refused) => {
                        self.problems.push(problem(refused, origin));
                        None
                    }
                }
            }
            Piece::Captured(index) => {
                let value = self.placeholders.get(index)?;
                let text = value.as_str().unwrap_or_default();
                self.reader.read_captured(text, origin, self.depth + 1, self.place, self.problems)
            }
            Piece::Text(_) | Piece::Mark(..) => return None,
        };
        // After a problem, the rest of the tree is still looked at.
        Some(node.unwrap_or_else(|| Node::string(origin, "")))
    }

    /// Warns of the untrusted values of a placeholder, where they are dangerous. `before` is the text before them.
    fn warn_of_untrusted(&mut self, index: usize, before: &str) {
        for untrusted in self.placeholders.untrusted_within(index) {
            let Some(danger) = self.place.danger(before, untrusted.is_word()) else { continue };
            let message =
                format!("untrusted `{}` is interpolated into {}", untrusted.shown_source(), danger.place);
            let problem = Diagnostic::warning(&SCRIPT_INJECTION, untrusted.origin, message);
            self.problems.push(problem.with_help(danger.help));
        }
    }

    /// Returns text with values in place of its placeholders: a string, whatever it looks like.
    fn interpolated(&mut self, scalar: &Scalar, origin: Origin) -> Scalar {
        let mut text = String::with_capacity(scalar.text.len());
        let mut has_values = false;
        for piece in pieces(&scalar.text) {
            match piece {
                Piece::Text(part) => text.push_str(&reveal(part)),
                Piece::Mark(..) => {}
                Piece::Value(index) | Piece::Captured(index) => {
                    has_values = true;
                    self.warn_of_untrusted(index, &text);
                    let value = self.placeholders.get(index).unwrap_or_default();
                    match to_text(&value, self.placeholders) {
                        Ok(part) => text.push_str(&part),
                        Err(refused) => self.problems.push(problem(refused, origin)),
                    }
                }
            }
        }
        // `v${{ 1 }}` is a string to its author, and so is `${{ 1 }}${{ 0 }}`, which YAML would read as a number.
        let style = if has_values && scalar.style == Style::Plain { Style::Quoted } else { scalar.style };
        Scalar { text: text.into(), style }
    }
}

fn problem(refused: Refused, origin: Origin) -> Diagnostic {
    let (message, help) = match refused {
        Refused::Undefined => ("undefined value", "define it, or write `| default(…)`"),
        Refused::NoneInText => {
            ("`none` is interpolated into a string", "write `| default(\"…\", true)`, or omit the line")
        }
        Refused::ListInText => (
            "a list is interpolated into a string",
            "write `| join(\" \")`, or make `${{ }}` the whole value to insert the list itself",
        ),
        Refused::MapInText => (
            "a mapping is interpolated into a string",
            "write `| tojson`, or make `${{ }}` the whole value to insert the mapping itself",
        ),
        Refused::NotData => {
            ("a macro or a function is interpolated without a call", "call the macro: `${{ name() }}`")
        }
        Refused::TooDeep => ("this value is nested too deeply", "interpolate a part of it"),
    };
    Diagnostic::error(&TEMPLATE_VALUE, origin, message).with_help(help)
}
