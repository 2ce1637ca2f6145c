//! Values for which a guard does not follow from another.

use crate::pipeline::guard::{Atom, Guard};
use std::collections::BTreeMap;
use std::fmt;

/// Values for which one guard holds and another does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counterexample {
    pub(super) values: Vec<(String, Value)>,
    /// The strings that the variables are compared with.
    pub(super) named: BTreeMap<String, Vec<String>>,
    pub(super) facts: Vec<(Atom, bool)>,
}

/// A value of a variable that makes a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Unset,
    Text(String),
    /// Not empty, and none of the strings that the variable is compared with.
    Other,
}

/// The one variable among those that GitLab predefines which a pipeline may or may not have, whatever else is known of it.
const FREEZE: &str = "CI_DEPLOY_FREEZE";

impl Counterexample {
    /// Returns `true` if a pipeline with these values is sure to be possible.
    ///
    /// Predefined variables depend on each other, and so may two lists of globs, or a regular expression and a value that is not
    /// named: such a combination may be impossible.
    pub fn is_certain(&self) -> bool {
        let is_predefined = |name: &str| name.starts_with("CI_") || name.starts_with("GITLAB_");
        let mut predefined = self
            .values
            .iter()
            .filter(|(name, _)| is_predefined(name) && name != FREEZE)
            .map(|(_, value)| value);
        let is_plain = match (predefined.next(), predefined.next()) {
            (None, _) => true,
            // Most of them are always set.
            (Some(value), None) => *value != Value::Unset && *value != Value::Text(String::new()),
            _ => false,
        };
        let is_free = |atom: &Atom| matches!(atom, Atom::Changes(_) | Atom::Exists(_));
        is_plain && self.facts.len() <= 1 && self.facts.iter().all(|(atom, _)| is_free(atom))
    }
}

/// In words: `` `$PUBLISH` is not set and nothing changed in `src/**/*` ``.
impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.values.iter().map(|(name, value)| match value {
            Value::Unset => format!("`${name}` is not set"),
            Value::Text(text) if text.is_empty() => format!("`${name}` is empty"),
            Value::Text(text) => format!("`${name}` is `{text}`"),
            Value::Other => match self.named.get(name).map(Vec::as_slice).unwrap_or_default() {
                [] => format!("`${name}` has a value"),
                texts => format!("`${name}` is set to something other than `{}`", texts.join("` or `")),
            },
        });
        let facts = self.facts.iter().map(|(atom, holds)| {
            let guard = Guard::Atom(atom.clone());
            if *holds { guard.to_string() } else { guard.negated().to_string() }
        });
        f.write_str(&values.chain(facts).collect::<Vec<_>>().join(" and "))
    }
}
