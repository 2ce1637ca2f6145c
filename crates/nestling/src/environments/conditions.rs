//! Conditions that the catalogue puts on every job of an environment, and their way into a job's `rules`.
//!
//! GitLab rejects a pipeline with a need on a job that rules have dropped. So one set of conditions is on each job of an
//! environment, on whatever has to wait for one of them, and on the environments that come `after` it.

use crate::workspace::{Environment, Freeze};
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::facts::PipelineFacts;
use nestling_gitlab::pipeline::expression::Expression;
use nestling_gitlab::pipeline::rule::has_when;
use nestling_gitlab::yaml::{Map, Node};

/// The variable that GitLab sets while a deploy freeze lasts
/// (<https://docs.gitlab.com/user/project/releases/#prevent-unintentional-releases-by-setting-a-deploy-freeze>).
const FREEZE: &str = "$CI_DEPLOY_FREEZE";

/// Conditions on a job, all of which must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Conditions {
    /// Set if a deploy freeze keeps the job out.
    pub(crate) frozen: bool,
    /// Expressions of `rules:if`.
    pub(crate) expressions: Vec<String>,
}

/// The keywords that GitLab does not take beside `rules` (<https://docs.gitlab.com/ci/yaml/deprecated_keywords/#only--except>).
const INSTEAD_OF_RULES: [&str; 2] = ["only", "except"];

/// A job has `only` or `except`, beside which GitLab takes no `rules`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HasNoRules {
    /// `only` or `except`.
    pub(crate) keyword: &'static str,
    /// The key in the job.
    pub(crate) origin: Origin,
}

impl Conditions {
    /// Returns the conditions that an entry of the catalogue states itself, for a pipeline of these facts.
    pub(crate) fn of_entry(entry: &Environment, facts: &PipelineFacts) -> Self {
        let expressions = entry.when.expressions(facts);
        Self {
            frozen: entry.freeze == Freeze::Respected,
            expressions: any_of(&expressions).into_iter().collect(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.frozen && self.expressions.is_empty()
    }

    /// Adds those of another, and returns `true` if some are new.
    pub(crate) fn add(&mut self, other: &Self) -> bool {
        let missing = other.without(self);
        self.frozen |= missing.frozen;
        self.expressions.extend(missing.expressions.iter().cloned());
        !missing.is_empty()
    }

    /// Returns those that another does not have.
    pub(crate) fn without(&self, other: &Self) -> Self {
        let is_new = |expression: &&String| !other.expressions.contains(expression);
        Self {
            frozen: self.frozen && !other.frozen,
            expressions: self.expressions.iter().filter(is_new).cloned().collect(),
        }
    }

    /// Returns those that all of them have.
    pub(crate) fn common<'a>(all: impl Iterator<Item = &'a Self>) -> Self {
        let both = |first: Self, next: &Self| {
            let of_one = first.without(next);
            first.without(&of_one)
        };
        let mut all = all.cloned().collect::<Vec<_>>().into_iter();
        let first = all.next().unwrap_or_default();
        all.fold(first, |common, next| both(common, &next))
    }

    /// Writes them into the `rules` of a job. `origin` is where they come from.
    ///
    /// # Errors
    /// The job has `only` or `except`; it is left as it is.
    pub(crate) fn write(&self, body: &mut Map, origin: Origin) -> Result<(), HasNoRules> {
        if self.is_empty() {
            return Ok(());
        }
        for keyword in INSTEAD_OF_RULES {
            if let Some(entry) = body.entry(keyword) {
                return Err(HasNoRules { keyword, origin: entry.key.origin });
            }
        }
        let mut own = match body.get("rules").and_then(Node::as_seq) {
            Some(rules) => rules.to_vec(),
            None => vec![bare_rule(body, origin)],
        };
        for rule in own.iter_mut().filter_map(Node::as_map_mut) {
            if !has_when(rule, "never") {
                // The last one first, so that they are read in their order.
                self.expressions.iter().rev().for_each(|expression| demand(rule, expression, origin));
            }
        }
        if self.frozen {
            own.insert(0, never_in_a_freeze(origin));
        }
        body.set("rules", Node::seq(origin, own));
        Ok(())
    }
}

/// Returns the expression that holds where any of these does.
pub(crate) fn any_of<T: AsRef<str>>(expressions: &[T]) -> Option<String> {
    match expressions {
        [] => None,
        [only] => Some(only.as_ref().to_owned()),
        several => {
            let operand = |text: &T| format!("({})", Expression::as_operand(text.as_ref()));
            let each: Vec<String> = several.iter().map(operand).collect();
            Some(each.join(" || "))
        }
    }
}

/// A job without rules as its one rule: `when`, `start_in` and `allow_failure` of the job move into it, where GitLab wants
/// them.
fn bare_rule(body: &mut Map, origin: Origin) -> Node {
    let mut rule = Map::default();
    rule.set("when", body.remove("when").unwrap_or_else(|| Node::string(origin, "on_success")));
    if let Some(start_in) = body.remove("start_in") {
        rule.set("start_in", start_in);
    }
    // A rule takes no exit codes: those stay in the job, which rules without `allow_failure` follow.
    let is_plain = body.get("allow_failure").is_some_and(|value| value.as_bool().is_some());
    if is_plain && let Some(allow_failure) = body.remove("allow_failure") {
        rule.set("allow_failure", allow_failure);
    } else if has_when(&rule, "manual") && !body.contains("allow_failure") {
        // In a rule a manual job blocks, where without rules it does not (<https://docs.gitlab.com/ci/yaml/#when>).
        rule.set("allow_failure", Node::plain(origin, "true"));
    }
    Node::map(origin, rule)
}

/// Joins an expression to a rule's own condition.
fn demand(rule: &mut Map, expression: &str, origin: Origin) {
    let condition = match rule.get("if").and_then(Node::text) {
        Some(own) => format!("({}) && ({own})", Expression::as_operand(expression)),
        None => expression.to_owned(),
    };
    let mut ordered = Map::default();
    ordered.set("if", Node::string(origin, condition));
    rule.iter().filter(|(key, _)| *key != "if").for_each(|(key, value)| ordered.set(key, value.clone()));
    *rule = ordered;
}

/// Returns `true` for the rule that keeps a job out of a deploy freeze.
pub(crate) fn is_freeze_rule(rule: &Map) -> bool {
    rule.get("if").and_then(Node::text) == Some(FREEZE) && has_when(rule, "never")
}

fn never_in_a_freeze(origin: Origin) -> Node {
    let mut rule = Map::default();
    rule.set("if", Node::string(origin, FREEZE));
    rule.set("when", Node::string(origin, "never"));
    Node::map(origin, rule)
}
