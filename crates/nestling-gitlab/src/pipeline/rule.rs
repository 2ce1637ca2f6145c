//! A view of `rules` and what they say about a job (<https://docs.gitlab.com/ci/yaml/#rules>).

use super::expression::{Expression, Truth, Variable};
use crate::diagnostic::Origin;
use crate::yaml::{Map, Node};

/// One rule of a job or a workflow.
#[derive(Debug, Clone, Copy)]
pub struct RuleEntry<'a> {
    /// The place where it was written.
    pub origin: Origin,
    /// Its keys.
    pub body: &'a Map,
}

/// The rules of a job; `None` where it has no `rules`. Entries that are no mappings are left out.
pub fn rules(body: &Map) -> Option<Vec<RuleEntry<'_>>> {
    let items = body.get("rules")?.as_seq()?;
    Some(
        items
            .iter()
            .filter_map(|item| item.as_map().map(|body| RuleEntry { origin: item.origin, body }))
            .collect(),
    )
}

impl<'a> RuleEntry<'a> {
    /// The condition as written.
    pub fn condition(&self) -> Option<&'a Node> {
        self.get("if")
    }

    /// Returns the rule's own `when`.
    pub fn when(&self) -> Option<&'a str> {
        self.get("when").and_then(Node::text)
    }

    /// Returns the rule's own `allow_failure`.
    pub fn allow_failure(&self) -> Option<bool> {
        self.body.get("allow_failure").and_then(Node::as_bool)
    }

    /// Returns the truth of its `if`: yes where it has none, no where GitLab cannot read it.
    pub fn condition_holds(&self, variables: &dyn Fn(&str) -> Variable) -> Truth {
        let Some(node) = self.condition() else { return Truth::Yes };
        let condition = node.text().and_then(|text| Expression::parse(text).ok());
        condition.map_or(Truth::No, |condition| condition.evaluate(variables))
    }

    /// The value under one of its keys; a null is none.
    pub fn get(&self, key: &str) -> Option<&'a Node> {
        self.body.get(key).filter(|node| !node.is_null())
    }
}

/// Returns `true` if a job is manual: by its own `when`, or by that of every rule that lets it in.
pub fn is_manual(body: &Map) -> bool {
    let manual = |map: &Map| map.get("when").and_then(Node::text) == Some("manual");
    let never = |map: &Map| map.get("when").and_then(Node::text) == Some("never");
    match body.get("rules").and_then(Node::as_seq) {
        None => manual(body),
        Some(rules) => {
            let mut lets_in = rules.iter().filter_map(Node::as_map).filter(|rule| !never(rule)).peekable();
            lets_in.peek().is_some()
                && lets_in.all(|rule| manual(rule) || (!rule.contains("when") && manual(body)))
        }
    }
}

#[cfg(test)]
mod tests;
