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
    let rules = items.iter().filter_map(|item| Some(RuleEntry { origin: item.origin, body: item.as_map()? }));
    Some(rules.collect())
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
    let Some(rules) = rules(body) else { return has_when(body, "manual") };
    let mut including = rules.iter().filter(|rule| !has_when(rule.body, "never")).peekable();
    including.peek().is_some() && including.all(|rule| is_manual_rule(rule, body))
}

/// Returns `true` if a job is manual under a rule, by the rule's `when` or, where it has none, by the job's.
pub fn is_manual_rule(rule: &RuleEntry<'_>, body: &Map) -> bool {
    match rule.when() {
        Some(when) => when == "manual",
        None => has_when(body, "manual"),
    }
}

/// Returns `true` if later stages may continue before somebody starts the job: in some pipelines it is manual, and its failure
/// is allowed. That is the default of a manual job without `rules`, and not of one with them
/// (<https://docs.gitlab.com/ci/yaml/#when>).
pub fn may_be_passed(body: &Map) -> bool {
    let allowed = |map: &Map| map.get("allow_failure").and_then(Node::as_bool);
    let is_manual = has_when(body, "manual");
    let Some(rules) = rules(body) else { return is_manual && allowed(body).unwrap_or(true) };
    let by_rule = |rule: &RuleEntry<'_>| {
        let is_allowed = allowed(rule.body).or_else(|| allowed(body)).unwrap_or(is_manual);
        is_manual_rule(rule, body) && is_allowed
    };
    rules.iter().any(by_rule)
}

/// Returns `true` if `when` of a job or a rule has this value.
pub fn has_when(body: &Map, value: &str) -> bool {
    body.get("when").and_then(Node::text) == Some(value)
}

#[cfg(test)]
mod tests;
