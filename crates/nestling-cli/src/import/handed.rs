//! Predefined variables that have another value in a child pipeline: the trigger job hands those of the parent on, under names of
//! their own.

use super::expression::PARENT_SOURCE;
use nestling_gitlab::yaml::{Kind, Map, Node, Scalar, Style};
use std::collections::BTreeSet;

/// Variables of a pipeline, each with the name that the trigger job hands it on by.
const HANDED_ON: [(&str, &str); 6] = [
    ("CI_PIPELINE_ID", "PARENT_PIPELINE_ID"),
    ("CI_PIPELINE_IID", "PARENT_PIPELINE_IID"),
    ("CI_PIPELINE_URL", "PARENT_PIPELINE_URL"),
    ("CI_PIPELINE_SOURCE", PARENT_SOURCE),
    ("CI_PIPELINE_CREATED_AT", "PARENT_PIPELINE_CREATED_AT"),
    ("CI_PIPELINE_NAME", "PARENT_PIPELINE_NAME"),
];

/// The variables that a trigger job hands on, by their names in the parent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct HandedOn(BTreeSet<&'static str>);

impl HandedOn {
    /// All variables that can be handed on.
    pub(super) fn all() -> Self {
        Self(HANDED_ON.iter().map(|(name, _)| *name).collect())
    }

    /// Returns those that the variables of a trigger job hand on.
    pub(super) fn by(variables: &Map) -> Self {
        let is_handed_on = |(name, parent_name): &&(&str, &str)| {
            let value = variables.get(parent_name).and_then(Node::text);
            value.is_some_and(|value| value == format!("${name}") || value == format!("${{{name}}}"))
        };
        Self(HANDED_ON.iter().filter(is_handed_on).map(|(name, _)| *name).collect())
    }

    /// Returns the first of Nestling's own names under which a trigger job hands on something else.
    pub(super) fn taken_name(variables: &Map) -> Option<&'static str> {
        let handed_on = Self::by(variables);
        let mut names = HANDED_ON.iter();
        let is_taken =
            |(name, parent_name): &&(&str, &str)| variables.contains(parent_name) && !handed_on.has(name);
        names.find(is_taken).map(|(_, parent_name)| *parent_name)
    }

    /// Returns those that a text asks for by the names that they are handed on by.
    pub(super) fn asked_for(text: &str) -> Self {
        let asks_for = |(_, parent_name): &&(&str, &str)| mentions(text, parent_name);
        Self(HANDED_ON.iter().filter(asks_for).map(|(name, _)| *name).collect())
    }

    /// Returns `true` if a variable of the parent is handed on.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Adds others.
    pub(super) fn extend(&mut self, others: &Self) {
        self.0.extend(&others.0);
    }

    /// Returns each with its name in the parent and in the child.
    pub(super) fn names(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        HANDED_ON.into_iter().filter(|(name, _)| self.0.contains(name))
    }

    /// Puts the names of the child into all values below a node.
    pub(super) fn rename_in(&self, node: &mut Node) {
        match &mut node.kind {
            Kind::Seq(items) => items.iter_mut().for_each(|item| self.rename_in(item)),
            Kind::Map(map) => self.rename_in_map(map),
            Kind::Scalar(scalar) => {
                let text = self.renamed(&scalar.text);
                if *text != *scalar.text {
                    let style = if scalar.style == Style::Plain { Style::Quoted } else { scalar.style };
                    *scalar = Scalar { text: text.into(), style };
                }
            }
        }
    }

    /// Puts the names of the child into all values of a mapping.
    pub(super) fn rename_in_map(&self, map: &mut Map) {
        map.entries.iter_mut().for_each(|entry| self.rename_in(&mut entry.value));
    }

    /// Puts the names of the child into a string. What is no reference for certain, such as `docker run -e CI_PIPELINE_ID`, stays.
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
            assert_eq!(HandedOn::all().renamed(text), expected, "{text}");
        }
    }

    #[test]
    fn only_what_a_trigger_job_hands_on_is_renamed() {
        let mut variables = Map::default();
        let origin = nestling::Origin::generated();
        variables.set("PARENT_PIPELINE_ID", Node::string(origin, "$CI_PIPELINE_ID"));
        variables.set("PARENT_PIPELINE_IID", Node::string(origin, "1"));
        let handed_on = HandedOn::by(&variables);
        assert_eq!(
            handed_on.renamed("$CI_PIPELINE_ID $CI_PIPELINE_IID"),
            "$PARENT_PIPELINE_ID $CI_PIPELINE_IID"
        );
        assert_eq!(HandedOn::asked_for("x-$PARENT_PIPELINE_ID"), handed_on);
    }
}
