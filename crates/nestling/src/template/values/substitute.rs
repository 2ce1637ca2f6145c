//! Puts the values back into the tree that was read with placeholders in their places.

use crate::template::marks::private_use::{self, Piece};
use crate::template::rules::{SCRIPT_INJECTION, TEMPLATE_VALUE};
use crate::template::values::convert::{to_node, to_text};
use crate::template::values::placeholders::Store;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::yaml::{Key, Kind, Map, Node, Scalar, Style, duplicate_keys};

/// What kind of place of the tree a node stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spot {
    /// Under a key whose texts a shell runs.
    Script,
    /// Anywhere else.
    Elsewhere,
}

/// The keys whose texts a shell runs (<https://docs.gitlab.com/ci/yaml/#script>).
const SCRIPTS: [&str; 4] = ["script", "before_script", "after_script", "pre_get_sources_script"];

impl Spot {
    fn below(self, key: &str) -> Self {
        match key {
            key if SCRIPTS.contains(&key) => Self::Script,
            "variables" => Self::Elsewhere,
            _ => self,
        }
    }
}

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
pub(crate) type ParseCaptured<'a> = &'a dyn Fn(&str, Origin, usize, Spot) -> Result<Node, Vec<Diagnostic>>;

/// Puts values into a tree.
pub(crate) struct PutBack<'a> {
    pub store: &'a Store,
    pub parse: ParseCaptured<'a>,
    /// How deep captured text is inside captured text.
    pub depth: usize,
    /// Where the tree stands.
    pub spot: Spot,
    pub problems: Vec<Diagnostic>,
}

impl PutBack<'_> {
    pub(crate) fn node(&mut self, node: &mut Node) {
        let origin = node.origin;
        match &mut node.kind {
            Kind::Scalar(scalar) if private_use::has_sign(&scalar.text) => {
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
            if private_use::has_sign(entry.key.text()) {
                changed = true;
                let Key { origin, scalar } = &mut entry.key;
                *scalar = self.joined(scalar, *origin);
            }
            let spot = self.spot;
            self.spot = spot.below(entry.key.text());
            self.node(&mut entry.value);
            self.spot = spot;
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
        let mut pieces = private_use::pieces(&scalar.text);
        if let (Some(Piece::Value(index)), None) = (pieces.clone().next(), pieces.clone().nth(1)) {
            self.distrust(index);
        }
        let node = match (pieces.next()?, pieces.next()) {
            (Piece::Value(index), None) => to_node(&self.store.get(index)?, origin, self.store)
                .map_err(|refused| vec![problem(refused, origin)]),
            (Piece::Captured(index), None) => {
                let value = self.store.get(index)?;
                (self.parse)(value.as_str().unwrap_or_default(), origin, self.depth + 1, self.spot)
            }
            _ => return None,
        };
        Some(node.unwrap_or_else(|problems| {
            self.problems.extend(problems);
            Node::string(origin, "")
        }))
    }

    /// Tells of a contributor's choice that a shell would run.
    fn distrust(&mut self, index: usize) {
        if self.spot != Spot::Script {
            return;
        }
        for found in self.store.all_untrusted(index) {
            let message =
                format!("`{}` is printed into a script, and whoever makes a branch chooses it", found.source);
            self.problems.push(
                Diagnostic::warning(&SCRIPT_INJECTION, found.origin, message)
                    .with_help("write `| sh` behind it, which makes it one word for the shell"),
            );
        }
    }

    /// The text around the placeholders with the values' texts joined in: a string, whatever it looks like.
    fn joined(&mut self, scalar: &Scalar, origin: Origin) -> Scalar {
        let mut text = String::with_capacity(scalar.text.len());
        let mut printed = false;
        for piece in private_use::pieces(&scalar.text) {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Mark(..) => {}
                Piece::Value(index) | Piece::Captured(index) => {
                    printed = true;
                    self.distrust(index);
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
    Diagnostic::error(&TEMPLATE_VALUE, origin, message).with_help(help)
}
