//! `variable-value`: names and values of variables.

use super::Index;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::yaml::{Entry, Meaning, Node};

pub(super) static RULE: Rule = Rule {
    id: "variable-value",
    severities: &[Error, Warning],
    summary: "a variable has an invalid name or value",
    documentation: "Names contain letters, digits and `_`: GitLab accepts others, but shells do not. Values are strings or whole numbers, or `value` with `expand`. GitLab rejects \
lists and other mappings; a decimal number loses trailing zeros (`1.10` is 1.1), and an unquoted `yes` becomes `true`.",
    source: "https://docs.gitlab.com/ci/yaml/#variables",
    bad: Example::Pipeline(
        "\
a:
  script: x
  variables:
    A: [1, 2]
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  variables:
    A: \"1.10\"
    B: 2
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(map) = job.body.get("variables").and_then(Node::as_map) else { continue };
        for entry in &map.entries {
            problems.extend(name(entry));
            problems.extend(value(entry));
        }
    }
}

fn name(entry: &Entry) -> Option<Diagnostic> {
    let name = entry.key.text();
    if entry.key.scalar.meaning() == Meaning::Symbol {
        // Its name has no colon.
        return None;
    }
    let character = name.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '_')?;
    let name = name.escape_debug();
    let message = format!("variable name `{name}` contains {character:?}, which shells do not support");
    Some(Diagnostic::warning(&RULE, entry.key.origin, message).with_help("use letters, digits and `_`"))
}

fn value(entry: &Entry) -> Option<Diagnostic> {
    let name = entry.key.text().escape_debug().to_string();
    let node = entry.value.get("value").unwrap_or(&entry.value);
    let scalar = node.as_scalar()?;
    let becomes = match scalar.meaning() {
        Meaning::Float(value) if value.to_string() != *scalar.text => format!("the number {value}"),
        Meaning::Float(_) => "a decimal number, which GitLab rejects".to_owned(),
        Meaning::Bool(value) if value.to_string() != *scalar.text => format!("`{value}`"),
        Meaning::Int(value) if value.to_string() != *scalar.text => format!("the number {value}"),
        _ => return None,
    };
    let message = format!("`{}` in variable `{name}` becomes {becomes}", scalar.text);
    Some(Diagnostic::warning(&RULE, node.origin, message).with_help(format!("quote it: \"{}\"", scalar.text)))
}
