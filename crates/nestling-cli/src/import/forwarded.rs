//! Predefined variables that have another value in a child pipeline: the trigger job forwards those of the parent, under names of
//! their own.

use super::expression::PARENT_SOURCE;
use super::strings::{replace, replace_in_values};
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeSet;

/// Variables of a pipeline, each with the name under which the trigger job forwards it.
const FORWARDED: [(&str, &str); 6] = [
    ("CI_PIPELINE_ID", "PARENT_PIPELINE_ID"),
    ("CI_PIPELINE_IID", "PARENT_PIPELINE_IID"),
    ("CI_PIPELINE_URL", "PARENT_PIPELINE_URL"),
    ("CI_PIPELINE_SOURCE", PARENT_SOURCE),
    ("CI_PIPELINE_CREATED_AT", "PARENT_PIPELINE_CREATED_AT"),
    ("CI_PIPELINE_NAME", "PARENT_PIPELINE_NAME"),
];

/// The variables that a trigger job forwards, by their names in the parent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Forwarded(BTreeSet<&'static str>);

impl Forwarded {
    /// All variables that can be forwarded.
    pub(super) fn all() -> Self {
        Self(FORWARDED.iter().map(|(name, _)| *name).collect())
    }

    /// Returns the variables that a trigger job with these variables forwards.
    pub(super) fn by(variables: &Map) -> Self {
        let is_forwarded = |(name, parent_name): &&(&str, &str)| {
            let value = variables.get(parent_name).and_then(Node::text);
            value.is_some_and(|value| value == format!("${name}") || value == format!("${{{name}}}"))
        };
        Self(FORWARDED.iter().filter(is_forwarded).map(|(name, _)| *name).collect())
    }

    /// Returns the first of Nestling's own names under which a trigger job forwards something else.
    pub(super) fn taken_name(variables: &Map) -> Option<&'static str> {
        let forwarded = Self::by(variables);
        let mut names = FORWARDED.iter();
        let is_taken =
            |(name, parent_name): &&(&str, &str)| variables.contains(parent_name) && !forwarded.has(name);
        names.find(is_taken).map(|(_, parent_name)| *parent_name)
    }

    /// Returns the variables that a string refers to by their names in the child.
    pub(super) fn asked_for(text: &str) -> Self {
        let asks_for = |(_, parent_name): &&(&str, &str)| mentions(text, parent_name);
        Self(FORWARDED.iter().filter(asks_for).map(|(name, _)| *name).collect())
    }

    /// Returns `true` if a variable of the parent is forwarded.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Returns those that both have.
    pub(super) fn and(&self, other: &Self) -> Self {
        Self(&self.0 & &other.0)
    }

    /// Adds others.
    pub(super) fn extend(&mut self, others: &Self) {
        self.0.extend(&others.0);
    }

    /// Returns each with its name in the parent and in the child.
    pub(super) fn names(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        FORWARDED.into_iter().filter(|(name, _)| self.0.contains(name))
    }

    /// Puts the names of the child into all values below a node.
    pub(super) fn rename_in(&self, node: &mut Node) {
        replace(node, &|text| self.renamed(text));
    }

    /// Puts the names of the child into all values of a mapping.
    pub(super) fn rename_in_map(&self, map: &mut Map) {
        replace_in_values(map, &|text| self.renamed(text));
    }

    /// Puts the names of the parent into a string of a child: the opposite of [`Self::renamed`].
    pub(super) fn restored(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, parent_name) in self.names() {
            if text.contains(parent_name) {
                text = with_references(&text, parent_name, name);
            }
        }
        text
    }

    /// Puts the names of the child into a string. A mention that may not be a reference, such as `docker run -e CI_PIPELINE_ID`, stays.
    pub(super) fn renamed(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, parent_name) in self.names() {
            if text.contains(name) {
                text = with_references(&text, name, parent_name);
            }
        }
        text
    }
}

/// The ways to begin a reference, each with what ends it; an empty one ends with the name.
const FORMS: [(&str, &str); 5] = [("${", ""), ("$", ""), ("%", "%"), ("$env:", ""), ("printenv ", "")];

fn with_references(text: &str, name: &str, new: &str) -> String {
    let mut renamed = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(name) {
        let (before, behind) = (&rest[..start], &rest[start + name.len()..]);
        let is_name_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let is_whole = !behind.starts_with(is_name_part);
        let is_reference = |(opening, closing): &(&str, &str)| {
            // `$$NAME` is no reference for GitLab, and for a shell it is its process and a word.
            let is_escaped = opening.starts_with('$') && before.ends_with(&format!("${opening}"));
            before.ends_with(opening) && behind.starts_with(closing) && !is_escaped
        };
        let is_reference = is_whole && FORMS.iter().any(is_reference);
        renamed.push_str(before);
        renamed.push_str(if is_reference { new } else { name });
        rest = behind;
    }
    renamed + rest
}

/// Returns `true` if a string names a variable in any way: `$NAME`, `${NAME:-x}`, `%NAME%`, `$env:NAME`, `printenv NAME`.
pub(super) fn mentions(text: &str, name: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_renamed_and_other_mentions_are_not() {
        for (text, expected) in [
            ("1.0.$CI_PIPELINE_ID", "1.0.$PARENT_PIPELINE_ID"),
            ("a ${CI_PIPELINE_IID:-x} b", "a ${PARENT_PIPELINE_IID:-x} b"),
            ("%CI_PIPELINE_URL% $env:CI_PIPELINE_URL", "%PARENT_PIPELINE_URL% $env:PARENT_PIPELINE_URL"),
            ("printenv CI_PIPELINE_NAME", "printenv PARENT_PIPELINE_NAME"),
            ("[ \"$CI_PIPELINE_SOURCE\" = push ]", "[ \"$PARENT_PIPELINE_SOURCE\" = push ]"),
            ("docker run -e CI_PIPELINE_ID x", "docker run -e CI_PIPELINE_ID x"),
            ("$$CI_PIPELINE_ID", "$$CI_PIPELINE_ID"),
            ("$CI_PIPELINE_ID_OLD", "$CI_PIPELINE_ID_OLD"),
            ("$MY_CI_PIPELINE_ID", "$MY_CI_PIPELINE_ID"),
        ] {
            assert_eq!(Forwarded::all().renamed(text), expected, "{text}");
        }
    }

    #[test]
    fn only_what_a_trigger_job_forwards_is_renamed() {
        let mut variables = Map::default();
        let origin = nestling::Origin::generated();
        variables.set("PARENT_PIPELINE_ID", Node::string(origin, "$CI_PIPELINE_ID"));
        variables.set("PARENT_PIPELINE_IID", Node::string(origin, "1"));
        let forwarded = Forwarded::by(&variables);
        assert_eq!(
            forwarded.renamed("$CI_PIPELINE_ID $CI_PIPELINE_IID"),
            "$PARENT_PIPELINE_ID $CI_PIPELINE_IID"
        );
        assert_eq!(Forwarded::asked_for("x-$PARENT_PIPELINE_ID"), forwarded);
    }
}
