//! A view of `rules` and what they say about a job (<https://docs.gitlab.com/ci/yaml/#rules>).

use super::expression::{Expression, Truth, Variable};
use crate::diagnostic::Origin;
use crate::yaml::{Map, Node};

/// One rule of a job or a workflow.
#[derive(Debug, Clone, Copy)]
pub struct Rule<'a> {
    /// The place where it was written.
    pub origin: Origin,
    /// Its keys.
    pub body: &'a Map,
}

/// The answer to "is this job in the pipeline?", for jobs that are looked at as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// In every such pipeline.
    Always,
    /// In some, or it is not known.
    Sometimes,
    /// In none.
    Never,
}

/// The rules of a job; `None` where it has no `rules`. Entries that are no mappings are left out.
pub fn rules(body: &Map) -> Option<Vec<Rule<'_>>> {
    let items = body.get("rules")?.as_seq()?;
    Some(
        items
            .iter()
            .filter_map(|item| item.as_map().map(|body| Rule { origin: item.origin, body }))
            .collect(),
    )
}

impl<'a> Rule<'a> {
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

    /// Returns the truth of the rule as a whole. Changed and existing files are never known here.
    pub fn applies(&self, variables: &dyn Fn(&str) -> Variable) -> Truth {
        let files =
            if self.get("changes").or(self.get("exists")).is_some() { Truth::Maybe } else { Truth::Yes };
        self.condition_holds(variables).min(files)
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

/// The rules that can decide about a job in a pipeline with these variables: each that may apply, up to the first that
/// surely does. The flag says whether none of them may apply at all.
pub fn deciding<'a>(rules: &[Rule<'a>], variables: &dyn Fn(&str) -> Variable) -> (Vec<Rule<'a>>, bool) {
    let mut possible = Vec::new();
    for rule in rules {
        match rule.applies(variables) {
            Truth::No => {}
            Truth::Maybe => possible.push(*rule),
            Truth::Yes => {
                possible.push(*rule);
                return (possible, false);
            }
        }
    }
    (possible, true)
}

/// Whether a job is in a pipeline with these variables, by its `rules` or `when: never`; `only` and `except` are not
/// evaluated and count as [`Presence::Sometimes`].
pub fn presence(body: &Map, variables: &dyn Fn(&str) -> Variable) -> Presence {
    let never = |when: Option<&str>| when == Some("never");
    let job_when = body.get("when").and_then(Node::text);
    let Some(rules) = rules(body) else {
        return match (never(job_when), body.contains("only") || body.contains("except")) {
            (true, _) => Presence::Never,
            (false, true) => Presence::Sometimes,
            (false, false) => Presence::Always,
        };
    };
    let (possible, none_may_apply) = deciding(&rules, variables);
    let adds = possible.iter().filter(|rule| !never(rule.when().or(job_when))).count();
    match adds {
        0 => Presence::Never,
        n if n == possible.len() && !none_may_apply => Presence::Always,
        _ => Presence::Sometimes,
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
