//! Variables that a job gets from outside of it: from the parent pipeline, and from the child's `workflow:rules`.

use super::digest::Hasher;
use super::predefined::{is_of_pipeline, names_in};
use nestling_gitlab::facts::PipelineFacts;
use nestling_gitlab::pipeline::known::KnownVariables;
use nestling_gitlab::pipeline::presence::{Creation, Outcome, Presence, workflow_presence};
use nestling_gitlab::pipeline::rule;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// Values of variables by name.
pub(crate) type Values = BTreeMap<String, String>;

/// The variables that every job of a pipeline gets.
#[derive(Debug, Default)]
pub(super) struct Outside {
    /// Variables that the parent passes on, which take precedence over those of the jobs.
    pub(super) parent: Values,
    /// Variables of the child's workflow, which jobs override.
    pub(super) workflow: Values,
    /// The names among them whose values are those of one pipeline.
    of_pipeline: BTreeSet<String>,
}

impl Outside {
    pub(super) fn new(parent: Values, workflow: Values) -> Self {
        let mut of_pipeline = BTreeSet::new();
        loop {
            let is_bound = |name: &str| is_of_pipeline(name) || of_pipeline.contains(name);
            let values = parent.iter().chain(workflow.iter().filter(|(name, _)| !parent.contains_key(*name)));
            let bound = values.filter(|(name, _)| !of_pipeline.contains(*name));
            let more: Vec<String> = bound
                .filter(|(_, value)| names_in(value).any(is_bound))
                .map(|(name, _)| name.clone())
                .collect();
            if more.is_empty() {
                return Self { parent, workflow, of_pipeline };
            }
            of_pipeline.extend(more);
        }
    }

    /// Returns `true` for a variable whose value is that of one pipeline; `None` for one that does not come from here.
    pub(super) fn is_of_pipeline(&self, name: &str) -> Option<bool> {
        let is_known = self.parent.contains_key(name) || self.workflow.contains_key(name);
        is_known.then(|| self.of_pipeline.contains(name))
    }

    /// Adds those of the workflow; the parent's are in its own fingerprint.
    pub(super) fn add_workflow(&self, hasher: &mut Hasher) {
        add_values(hasher, &self.workflow);
    }
}

/// Adds variables and their values.
pub(super) fn add_values(hasher: &mut Hasher, values: &Values) {
    hasher.add(b"variables");
    hasher.add(&(values.len() as u64).to_be_bytes());
    for (name, value) in values {
        hasher.add(name.as_bytes());
        hasher.add(value.as_bytes());
    }
}

/// Returns the variables that the child's `workflow:rules` set in a pipeline.
///
/// # Errors
/// Why they are not known.
pub(super) fn of_workflow(workflow: &Map, facts: &PipelineFacts) -> Result<Values, String> {
    let known = KnownVariables::of_child(facts);
    let creation = Creation::of(&known);
    let presence = workflow_presence(workflow, None, &creation.moment(true));
    let possible = possible_values(&presence, workflow);
    let mut possible = possible.into_iter();
    let first = possible.next().unwrap_or_default();
    match possible.next() {
        None => Ok(first),
        Some(_) => Err("`workflow: rules` sets variables by values that are not known yet".to_owned()),
    }
}

fn possible_values(presence: &Presence, body: &Map) -> BTreeSet<Values> {
    let rules = rule::rules(body).unwrap_or_default();
    let is_present = |outcome: Outcome| matches!(outcome, Outcome::Present { .. });
    let present = presence.cases().iter().filter(|case| is_present(case.outcome));
    let deciding = present.map(|case| case.rule.and_then(|rule| rules.get(rule.index)));
    deciding.map(|rule| values(rule.and_then(|rule| rule.get("variables")))).collect()
}

/// Returns the values of a mapping of variables.
pub(super) fn values(variables: Option<&Node>) -> Values {
    let entries = variables.and_then(Node::as_map).into_iter().flat_map(Map::iter);
    entries.map(|(name, node)| (name.to_owned(), value(node))).collect()
}

/// Returns the value of a variable, in either form.
fn value(node: &Node) -> String {
    let value = node.get("value").unwrap_or(node);
    value.as_scalar().map(|scalar| scalar.text.to_string()).unwrap_or_default()
}
