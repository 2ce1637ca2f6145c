//! The inputs of an action.

use super::expression::{Expr, parse_condition};
use super::notes::{Notes, Part};
use super::scope::Scope;
use super::text::{keyword, script};
use super::told::tell;
use nestling::Origin;
use nestling_gitlab::yaml::{Map, Node};

/// The inputs of an action.
pub(super) struct Inputs<'a> {
    pub with: &'a Map,
    pub scope: &'a Scope,
    pub origin: Origin,
}

impl Inputs<'_> {
    pub(super) fn text(&self, name: &str, notes: &mut Notes) -> Option<String> {
        let node = self.with.get(name)?;
        Some(keyword(node.text()?, self.scope, node.origin, notes)).filter(|text| !text.is_empty())
    }

    /// Returns an input as a part of a script.
    pub(super) fn shell(&self, name: &str, notes: &mut Notes) -> Option<String> {
        let node = self.with.get(name)?;
        Some(script(node.text()?, self.scope, node.origin, notes)).filter(|text| !text.is_empty())
    }

    /// Returns the lines of an input as parts of a script.
    pub(super) fn shell_lines(&self, name: &str, notes: &mut Notes) -> Vec<String> {
        let text = self.shell(name, notes).unwrap_or_default();
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    }

    /// Returns an input that is true or false.
    pub(super) fn condition(&self, node: &Node, notes: &mut Notes) -> Expr {
        if let Some(known) = node.as_bool() {
            return Expr::Bool(known);
        }
        let parsed = node.text().and_then(parse_condition);
        parsed.map_or(Expr::Unknown(String::new()), |parsed| {
            tell(&parsed, self.scope, node.origin, notes);
            self.scope.resolve(&parsed)
        })
    }

    /// Returns the lines of an input.
    pub(super) fn lines(&self, name: &str, notes: &mut Notes) -> Vec<String> {
        let text = self.text(name, notes).unwrap_or_default();
        let lines = text.lines().map(|line| line.trim().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    }

    /// Reports each input that is not among the known ones.
    pub(super) fn report_others(&self, known: &[&str], notes: &mut Notes) {
        for entry in self.with.entries.iter().filter(|entry| !known.contains(&entry.key.text())) {
            notes.add(
                Part::Lost,
                entry.value.origin,
                format!("the input `{}` of the action", entry.key.text()),
            );
        }
    }
}
