//! Constraints between the keys of a mapping.

use super::{Named, Walk};
use crate::diagnostic::Origin;
use crate::table::{Constraint, MappingShape};
use crate::yaml::{Map, Node, Scalar};

impl Walk<'_> {
    pub(super) fn constraints(
        &mut self,
        shape: &'static MappingShape,
        map: &Map,
        origin: Origin,
        named: Named<'_>,
        is_meant: &dyn Fn(&str) -> bool,
    ) {
        for constraint in shape.constraints {
            match *constraint {
                Constraint::Filled if map.is_empty() => {
                    self.error(named, origin, format!("{} cannot be empty", named.label));
                }
                Constraint::Filled | Constraint::Never(_) => {}
                Constraint::AtMostOne(keys) => self.at_most_one(keys, map, named),
                Constraint::ExactlyOne(keys) => {
                    self.at_most_one(keys, map, named);
                    if !keys.iter().any(|key| map.contains(key) || is_meant(key)) {
                        self.none_of(shape, keys, origin, named);
                    }
                }
                Constraint::Among(key, list) => self.among(key, list, map, origin, named),
                Constraint::Requires(key, other) => self.requires(key, other, map, named),
                Constraint::Unless(key, mapping) => self.unless(key, mapping, map, named),
            }
        }
    }

    fn at_most_one(&mut self, keys: &'static [&'static str], map: &Map, named: Named<'_>) {
        let mut written = keys.iter().filter_map(|key| map.entry(key));
        let Some(first) = written.next() else { return };
        for other in written {
            let message = format!("`{}` conflicts with `{}`", other.key.text(), first.key.text());
            self.error(named, other.key.origin, message);
        }
    }

    /// Reports that none of the keys is there, of which the mapping has one.
    fn none_of(
        &mut self,
        shape: &'static MappingShape,
        keys: &'static [&'static str],
        origin: Origin,
        named: Named<'_>,
    ) {
        let is_known =
            |key: &&&str| shape.keyword(key).is_none_or(|keyword| self.too_new(keyword.since).is_none());
        let known: Vec<&str> = keys.iter().filter(is_known).copied().collect();
        let message = match known[..] {
            [key] => format!("{} requires `{key}`", named.label),
            _ => format!("{} requires one of {}", named.label, known.join(", ")),
        };
        self.error(named, origin, message);
    }

    fn among(&mut self, key: &str, list: &str, map: &Map, origin: Origin, named: Named<'_>) {
        let items = map.get(list).and_then(Node::as_seq).unwrap_or_default();
        let value = map.get(key).filter(|value| !value.is_reference());
        let is_open = items.iter().any(Node::is_reference) || map.get(key).is_some_and(Node::is_reference);
        // To GitLab the number 1 is none of the strings.
        let is_listed = |value: &Scalar| {
            items.iter().filter_map(Node::as_scalar).any(|item| item.meaning() == value.meaning())
        };
        if items.is_empty() || is_open || value.and_then(Node::as_scalar).is_some_and(is_listed) {
            return;
        }
        let message = format!("`{key}` of {} is not one of its `{list}`", named.label);
        let value_origin = value.map_or(origin, |value| value.origin);
        let words: Vec<&str> = items.iter().filter_map(Node::text).collect();
        self.error_with_help(named, value_origin, message, Some(format!("use one of {}", words.join(", "))));
    }

    fn requires(&mut self, key: &str, other: &str, map: &Map, named: Named<'_>) {
        let Some(entry) = map.entry(key).filter(|entry| !entry.value.is_blank()) else { return };
        if map.entry(other).is_none_or(|entry| entry.value.is_blank()) {
            let help = format!("add `{other}: …`");
            self.error_with_help(named, entry.key.origin, format!("`{key}` requires `{other}`"), Some(help));
        }
    }

    /// Reports a key that a mapping beside it has as well.
    fn unless(&mut self, key: &str, mapping: &str, map: &Map, named: Named<'_>) {
        let Some(entry) = map.entry(key).filter(|entry| !entry.value.is_blank()) else { return };
        if map.get(mapping).and_then(|mapping| mapping.get(key)).is_some_and(|node| !node.is_blank()) {
            let message = format!("`{key}` conflicts with `{mapping}:{key}`");
            self.error_with_help(named, entry.key.origin, message, Some(format!("remove `{key}`")));
        }
    }
}
