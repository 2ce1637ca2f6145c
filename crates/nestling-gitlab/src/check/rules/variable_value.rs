//! `variable-value`: a variable has a name or a value that GitLab refuses.

use super::Index;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::yaml::{Entry, Kind, Meaning, Node};

pub(super) static RULE: Rule = Rule {
    id: "variable-value",
    severities: &[Error, Warning],
    summary: "a variable has a name or a value that GitLab refuses",
    documentation: "Names are letters, digits and `_`. Values are texts or whole numbers, or `value` with `expand`. A list or a \
mapping is refused; a number with a point loses its last zeros (`1.10` is 1.1), and an unquoted `yes` becomes `true`.",
    source: "https://docs.gitlab.com/ci/yaml/#variables",
    bad: Example::Pipeline("a: { script: x, variables: { A: [1, 2] } }\n"),
    good: Example::Pipeline("a: { script: x, variables: { A: \"1.10\", B: 2 } }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(variables) = job.body.get("variables") else { continue };
        let Some(map) = variables.as_map() else {
            if !variables.is_null() && !variables.is_reference() {
                let problem =
                    Diagnostic::error(&RULE, variables.origin, "`variables` takes names with values");
                problems.push(problem.with_help("write `variables: { NAME: value }`"));
            }
            continue;
        };
        for entry in &map.entries {
            problems.extend(name(entry));
            problems.extend(value(entry));
        }
    }
}

fn name(entry: &Entry) -> Option<Diagnostic> {
    let name = entry.key.text();
    let found = name.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '_')?;
    let message = format!("the variable's name `{}` holds {found:?}", name.escape_debug());
    Some(Diagnostic::error(&RULE, entry.key.origin, message).with_help("letters, digits and `_` are allowed"))
}

fn value(entry: &Entry) -> Option<Diagnostic> {
    let (name, node) = (entry.key.text().escape_debug(), &entry.value);
    match &node.kind {
        _ if node.is_reference() => None,
        Kind::Map(map) if map.contains("value") => {
            map.get("value").and_then(|node| scalar(&name.to_string(), node))
        }
        Kind::Map(_) | Kind::Seq(_) => {
            let problem =
                Diagnostic::error(&RULE, node.origin, format!("the variable `{name}` has no single value"));
            Some(problem.with_help("write a text; a list as one text, such as `\"a b\"`"))
        }
        Kind::Scalar(_) => scalar(&name.to_string(), node),
    }
}

fn scalar(name: &str, node: &Node) -> Option<Diagnostic> {
    let scalar = node.as_scalar()?;
    let becomes = match scalar.meaning() {
        Meaning::Float(value) if value.to_string() != *scalar.text => format!("the number {value}"),
        Meaning::Float(_) => "a number with a fraction, which GitLab refuses".to_owned(),
        Meaning::Bool(value) if value.to_string() != *scalar.text => format!("`{value}`"),
        Meaning::Int(value) if value.to_string() != *scalar.text => format!("the number {value}"),
        _ => return None,
    };
    let message = format!("`{}` of the variable `{name}` becomes {becomes}", scalar.text);
    Some(Diagnostic::warning(&RULE, node.origin, message).with_help(format!("quote it: \"{}\"", scalar.text)))
}
