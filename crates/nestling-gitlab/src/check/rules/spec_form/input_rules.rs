//! `rules` of the inputs of a file.

use super::RULE;
use crate::diagnostic::{Diagnostic, Suggestion};
use crate::pipeline::expression::Expression;
use crate::yaml::{Map, Node, Scalar};

pub(super) fn check(inputs: &Map, problems: &mut Vec<Diagnostic>) {
    let before = problems.len();
    for (name, input) in inputs.iter() {
        let rules = input.get("rules").and_then(Node::as_seq).unwrap_or_default();
        for rule in rules.iter().filter_map(Node::as_map) {
            problems.extend(condition(name, rule, inputs));
            problems.extend(default(name, rule));
        }
    }
    if problems.len() == before {
        problems.extend(circle(inputs));
    }
}

/// Reports a condition that GitLab cannot read, or that reads an input which does not exist.
fn condition(name: &str, rule: &Map, inputs: &Map) -> Option<Diagnostic> {
    let node = rule.get("if")?;
    let expression = match Expression::parse(node.as_str()?) {
        Ok(expression) => expression,
        Err(error) => {
            let message = format!("invalid condition in a rule of input `{name}`: {error}");
            return Some(Diagnostic::error(&RULE, node.origin, message));
        }
    };
    let read = expression.variables().into_iter().filter_map(|variable| variable.strip_prefix("inputs."));
    let undefined = read.into_iter().find(|input| !inputs.contains(input))?;
    let message = format!("a rule of input `{name}` reads undefined input `{undefined}`");
    let names = inputs.iter().map(|(name, _)| name);
    let help = Suggestion::among(undefined, names).help_or("add it under `spec: inputs:`");
    Some(Diagnostic::error(&RULE, node.origin, message).with_help(help))
}

/// Reports a default that is not one of the options beside it.
fn default(name: &str, rule: &Map) -> Option<Diagnostic> {
    let default = rule.get("default").filter(|node| !node.is_null())?;
    let options = rule.get("options").and_then(Node::as_seq)?;
    let value = default.as_scalar().map(Scalar::meaning)?;
    if options.iter().filter_map(Node::as_scalar).any(|option| option.meaning() == value) {
        return None;
    }
    let message = format!("the default in a rule of input `{name}` is not one of its options");
    Some(Diagnostic::error(&RULE, default.origin, message))
}

/// Reports the first circle of inputs whose rules read each other.
fn circle(inputs: &Map) -> Option<Diagnostic> {
    let mut done: Vec<&str> = Vec::new();
    for (name, _) in inputs.iter() {
        let mut path = vec![(name, inputs_read(inputs, name))];
        while let Some((current, rest)) = path.last_mut() {
            let Some(next) = rest.pop() else {
                done.push(current);
                path.pop();
                continue;
            };
            if let Some(start) = path.iter().position(|(other, _)| *other == next) {
                let names: Vec<&str> = path[start..].iter().map(|(name, _)| *name).chain([next]).collect();
                let message = format!("circular rules of inputs: {}", names.join(" -> "));
                let origin = inputs.entry(next)?.key.origin;
                return Some(
                    Diagnostic::error(&RULE, origin, message).with_help("remove one of the conditions"),
                );
            }
            if !done.contains(&next) {
                path.push((next, inputs_read(inputs, next)));
            }
        }
    }
    None
}

/// Returns the inputs that the rules of an input read.
fn inputs_read<'i>(inputs: &'i Map, name: &str) -> Vec<&'i str> {
    let rules =
        inputs.get(name).and_then(|input| input.get("rules")).and_then(Node::as_seq).unwrap_or_default();
    let conditions = rules.iter().filter_map(|rule| rule.get("if")?.as_str());
    let read = conditions.filter_map(|condition| Expression::parse(condition).ok()).flat_map(|expression| {
        let names = expression.variables().into_iter().filter_map(|name| name.strip_prefix("inputs."));
        names.filter_map(|name| Some(inputs.entry(name)?.key.text())).collect::<Vec<_>>()
    });
    read.collect()
}
