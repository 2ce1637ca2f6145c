//! `variable-circle`: variables that refer to each other.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::pipeline::expand::references;
use crate::pipeline::expression::Truth;
use crate::pipeline::merge::deep_merge;
use crate::pipeline::presence::State;
use crate::pipeline::rule::{has_when, rules};
use crate::yaml::{Entry, Map, Node};
use std::borrow::Cow;

pub(super) static RULE: Rule = Rule {
    id: "variable-circle",
    severities: &[Error],
    summary: "variables of a job are circular",
    documentation: "GitLab expands the variables of a job when it creates the pipeline, and rejects the pipeline if they are circular. Variables of a rule count in pipelines to which the rule applies. A variable may refer to itself, and `expand: false` keeps a value as it is.",
    source: "https://docs.gitlab.com/ci/variables/where_variables_can_be_used/",
    bad: Example::Pipeline(
        "\
a:
  script: x
  variables:
    A: $B
    B: $A
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  variables:
    A: $B
    B:
      value: $A
      expand: false
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (position, job) in index.jobs().filter(|(position, _)| index.state(*position) != State::Out) {
        // What a matrix sets replaces the job's own.
        let copies = index.presence[position].copies();
        let of_matrix =
            |name: &str| copies.iter().any(|(copy, _)| copy.variables.iter().any(|(other, _)| other == name));
        let circle = variable_sets(index, job).into_iter().find_map(|variables| {
            let circle = circle(&variables, &of_matrix)?;
            finding(&variables, &circle)
        });
        problems.extend(circle);
    }
}

/// Returns the variables that a job can have: its own, or its own with those of the rule that lets it in.
fn variable_sets<'j>(index: &Index<'_>, job: &'j Job) -> Vec<Cow<'j, Map>> {
    let own = job.body.get("variables").and_then(Node::as_map);
    let Some(rules) = rules(&job.body) else { return own.map(Cow::Borrowed).into_iter().collect() };
    let variables = &index.settings.variables;
    let including = rules.iter().filter(|rule| {
        !has_when(rule.body, "never") && rule.condition_holds(&|name| variables.get(name)) != Truth::No
    });
    let mut sets = Vec::new();
    for rule in including {
        match (own, rule.get("variables").and_then(Node::as_map)) {
            (Some(own), Some(over)) => sets.push(Cow::Owned(deep_merge(own, over))),
            (Some(own), None) => sets.push(Cow::Borrowed(own)),
            (None, Some(over)) => sets.push(Cow::Owned(over.clone())),
            (None, None) => {}
        }
    }
    sets
}

fn finding(variables: &Map, circle: &[&str]) -> Option<Diagnostic> {
    let names: Vec<String> = circle.iter().chain(&circle[..1]).map(|name| format!("`{name}`")).collect();
    let message = format!("circular variables: {}", names.join(" -> "));
    let origin = variables.entry(circle[0])?.value.origin;
    let help = "remove one of the references, or keep a value as it is: `{ value: …, expand: false }`";
    Some(Diagnostic::error(&RULE, origin, message).with_help(help))
}

/// Returns the names of the first circle of two or more variables, in the order of their references.
fn circle<'v>(variables: &'v Map, is_fixed: &dyn Fn(&str) -> bool) -> Option<Vec<&'v str>> {
    let mut done: Vec<&str> = Vec::new();
    for entry in &variables.entries {
        // Each step of the path has the variables that are still to be followed from it.
        let mut path = vec![(entry.key.text(), following(variables, entry, is_fixed))];
        while let Some((name, rest)) = path.last_mut() {
            let Some(next) = rest.pop() else {
                done.push(name);
                path.pop();
                continue;
            };
            if next == *name || done.contains(&next) {
                continue;
            }
            if let Some(start) = path.iter().position(|(other, _)| *other == next) {
                return Some(path[start..].iter().map(|(name, _)| *name).collect());
            }
            let Some(entry) = variables.entry(next) else { continue };
            path.push((entry.key.text(), following(variables, entry, is_fixed)));
        }
    }
    None
}

/// Returns the variables of the job that the value of one refers to.
fn following<'v>(variables: &'v Map, entry: &'v Entry, is_fixed: &dyn Fn(&str) -> bool) -> Vec<&'v str> {
    let value = entry.value.get("value").unwrap_or(&entry.value);
    let is_kept = entry.value.get("expand").and_then(Node::as_bool) == Some(false);
    let Some(text) = value.text().filter(|_| !is_kept && !is_fixed(entry.key.text())) else {
        return Vec::new();
    };
    references(text).into_iter().filter(|name| variables.contains(name)).collect()
}
