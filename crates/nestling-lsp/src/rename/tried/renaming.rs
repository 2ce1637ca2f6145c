//! The strings that a rename makes of others: equal but for the name, in the direction of the rename.

use crate::names::{Name, NameKind};
use nestling_gitlab::name::slug;
use std::collections::BTreeSet;

/// An old name with the new one.
pub(super) struct Renaming {
    /// The names and their slugs.
    pairs: Vec<(String, String)>,
    /// The old name of a unit and the new one.
    unit: Option<(String, String)>,
    /// Set for a name that others follow from, such as that of a resource group.
    pub is_derived_from: bool,
}

impl Renaming {
    pub(super) fn of(name: &Name, new_name: &str) -> Self {
        let written = (name.text.clone(), new_name.to_owned());
        let mut pairs = vec![(slug(&name.text), slug(new_name)), written.clone()];
        pairs.retain(|(old, _)| !old.is_empty());
        pairs.dedup();
        let unit = (name.kind == NameKind::Unit).then_some(written);
        let is_derived_from = matches!(name.kind, NameKind::Unit | NameKind::Environment);
        Self { pairs, unit, is_derived_from }
    }

    /// Returns the name that a unit has after the rename.
    pub(super) fn unit_after<'a>(&'a self, name: &'a str) -> &'a str {
        match &self.unit {
            Some((old, new)) if old == name => new,
            _ => name,
        }
    }

    /// Returns `true` if a string is one from before the rename, with the new name in some places of the old one. A name within a longer
    /// word is another one, unless words are made of it.
    pub(super) fn makes(&self, before: &str, after: &str) -> bool {
        if before == after {
            return true;
        }
        let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric) && !self.is_derived_from;
        let mut reached = BTreeSet::from([(0, 0)]);
        while let Some((old, new)) = reached.pop_first() {
            let (old_rest, new_rest) = (&before[old..], &after[new..]);
            let mut characters = (old_rest.chars(), new_rest.chars());
            match (characters.0.next(), characters.1.next()) {
                (None, None) => return true,
                (Some(c), Some(d)) if c == d => {
                    reached.insert((old + c.len_utf8(), new + c.len_utf8()));
                }
                _ => {}
            }
            if is_part(before[..old].chars().next_back()) {
                continue;
            }
            for (old_name, new_name) in &self.pairs {
                let Some(behind) = old_rest.strip_prefix(old_name.as_str()) else { continue };
                if new_rest.starts_with(new_name.as_str()) && !is_part(behind.chars().next()) {
                    reached.insert((old + old_name.len(), new + new_name.len()));
                }
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_the_same_but_for_the_name_in_one_direction() {
        let of_job = Renaming::of(&Name::new(NameKind::Job, "build", 0..5), "compile");
        for (before, after, expected) in [
            ("`build` needs `test`", "`compile` needs `test`", true),
            ("`build` or `api:build`", "`compile` or `api:compile`", true),
            // Another job of the name, which keeps it.
            ("`build` or `api:build`", "`build` or `api:compile`", true),
            ("`compile`", "`build`", false),
            ("rebuild", "recompile", false),
            ("builds", "compiles", false),
            ("3 jobs", "4 jobs", false),
            ("build", "compile it", false),
            ("", "compile", false),
        ] {
            assert_eq!(of_job.makes(before, after), expected, "{before:?} {after:?}");
        }
        // The new name holds the old one.
        let longer = Renaming::of(&Name::new(NameKind::Job, "a", 0..1), "a a");
        assert!(longer.makes("a, a", "a a, a a") && !longer.makes("a", "a a a"));
        let of_unit = Renaming::of(&Name::new(NameKind::Unit, "libs/core", 0..9), "libs/base");
        assert!(of_unit.makes("xlibs-core1", "xlibs-base1") && of_unit.makes("libs/core:a", "libs/base:a"));
    }
}
