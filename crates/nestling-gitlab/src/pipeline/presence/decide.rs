//! The decision itself.

use super::clauses::{changes, exists};
use super::moment::Moment;
use super::policy::policy;
use super::variables::JobVariables;
use super::{Case, DecidingRule, Outcome, Presence, Start};
use crate::pipeline::expression::Expression;
use crate::pipeline::guard::Guard;
use crate::pipeline::rule::{RuleEntry, rules};
use crate::yaml::{Map, Node};

/// Returns the presence of a job, or of one copy of it: `matrix` contains the variables that `parallel:matrix` gives to the
/// copy, and `name` is the copy's.
pub fn presence_of(name: &str, body: &Map, matrix: &[(String, String)], moment: &Moment<'_>) -> Presence {
    let variables = JobVariables { moment, name: Some(name), body, matrix };
    if let Some(rules) = rules(body) {
        let cases = rules.iter().enumerate().map(|(index, rule)| case(index, rule, body, &variables));
        return Presence::new(cases);
    }
    let outcome = outcome(body.get("when").and_then(Node::text), allows_failure(body));
    Presence::new([Case { guard: policy(body, &variables), outcome, rule: None }])
}

/// Returns where GitLab makes a pipeline at all: `workflow:rules`, with the variables of the whole file
/// (<https://docs.gitlab.com/ci/yaml/workflow/>).
pub fn workflow_guard(workflow: &Map, file_variables: Option<&Node>, moment: &Moment<'_>) -> Guard {
    workflow_presence(workflow, file_variables, moment).guard()
}

/// Returns the cases of `workflow:rules` that decide about a pipeline, with the variables of the whole file. Without rules there is
/// one case, which always holds.
pub fn workflow_presence(workflow: &Map, file_variables: Option<&Node>, moment: &Moment<'_>) -> Presence {
    let Some(rules) = rules(workflow) else {
        let outcome = outcome(None, false);
        return Presence::new([Case { guard: Guard::Always, outcome, rule: None }]);
    };
    let mut body = Map::default();
    if let Some(variables) = file_variables {
        body.set("variables", variables.clone());
    }
    let variables = JobVariables { moment, name: None, body: &body, matrix: &[] };
    let cases = rules.iter().enumerate().map(|(index, rule)| case(index, rule, &body, &variables));
    Presence::new(cases)
}

fn case(index: usize, rule: &RuleEntry<'_>, body: &Map, variables: &JobVariables<'_, '_>) -> Case {
    let when = rule.when().or_else(|| body.get("when").and_then(Node::text));
    let allow_failure = rule.allow_failure().unwrap_or_else(|| allows_failure(body));
    Case {
        guard: guard(rule, variables),
        outcome: outcome(when, allow_failure),
        rule: Some(DecidingRule { index, origin: rule.origin }),
    }
}

/// Returns where a rule applies: where its `if`, its `changes` and its `exists` all hold.
pub(super) fn guard(rule: &RuleEntry<'_>, variables: &JobVariables<'_, '_>) -> Guard {
    Guard::all(rule.body.iter().filter(|(_, node)| !node.is_null()).map(|(key, node)| match key {
        "if" => {
            let expression = node.text().and_then(|text| Expression::parse(text).ok());
            // GitLab refuses what it cannot read, and a check reports that.
            expression.map_or(Guard::Never, |expression| expression.guard(&|name| variables.get(name)))
        }
        "changes" => changes(node, variables),
        "exists" => exists(node, variables),
        _ => Guard::Always,
    }))
}

fn outcome(when: Option<&str>, allow_failure: bool) -> Outcome {
    let start = match when {
        Some("never") => return Outcome::Absent,
        Some("manual") => Start::Manual,
        Some("delayed") => Start::Delayed,
        Some("always") => Start::Always,
        Some("on_failure") => Start::OnFailure,
        _ => Start::OnSuccess,
    };
    Outcome::Present { start, allow_failure }
}

/// Returns the job's own setting. A job that is manual by its own `when` may fail, unless it overrides that; rules that
/// make it start in another way do not change that.
fn allows_failure(body: &Map) -> bool {
    match body.get("allow_failure").filter(|node| !node.is_null()) {
        Some(node) => node.as_bool().unwrap_or(false),
        None => body.get("when").and_then(Node::text) == Some("manual"),
    }
}
