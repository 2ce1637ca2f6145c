//! Inputs that an include gives to the file that it includes.

use super::RULE;
use crate::diagnostic::{Diagnostic, Origin, Suggestion};
use crate::pipeline::expression::re2;
use crate::yaml::{Map, Meaning, Node, Scalar};

/// Reports given inputs that the file does not declare, inputs without a value, and values of another type. `origin` is the
/// place of the include.
pub(in crate::configuration::include) fn given_problems(
    given: &Map,
    declared: &Map,
    origin: Origin,
) -> Vec<Diagnostic> {
    let unknown = given.entries.iter().filter(|entry| !declared.contains(entry.key.text()));
    let unknown = unknown.map(|entry| {
        let name = entry.key.text();
        let message = format!("the included file has no input `{name}`");
        let names = declared.iter().map(|(name, _)| name);
        let help = Suggestion::among(name, names).help_or("add it to the file under `spec: inputs:`");
        Diagnostic::error(&RULE, entry.key.origin, message).with_help(help)
    });
    let of_declared = declared.entries.iter().filter_map(|entry| {
        let name = entry.key.text();
        match given.get(name) {
            Some(value) => {
                wrong_type(name, &entry.value, value).or_else(|| refused(name, &entry.value, value))
            }
            None => {
                let message = format!("missing input `{name}` of the included file");
                let problem = Diagnostic::error(&RULE, origin, message);
                let problem = problem.with_label(entry.key.origin, "it has no default");
                (!has_default(&entry.value))
                    .then(|| problem.with_help(format!("write `inputs: {{ {name}: … }}` next to the path")))
            }
        }
    });
    unknown.chain(of_declared).collect()
}

/// Reports a value that is none of the `options`, or that `regex` does not match.
fn refused(name: &str, definition: &Node, value: &Node) -> Option<Diagnostic> {
    let text = value.text().filter(|text| !text.contains("$[["))?;
    let options = definition.get("options").and_then(Node::as_seq);
    if let Some(options) = options.filter(|options| !options.iter().any(|option| option.text() == Some(text)))
    {
        let message = format!("the input `{name}` cannot be `{text}`");
        let problem = Diagnostic::error(&RULE, value.origin, message);
        let words: Vec<&str> = options.iter().filter_map(Node::text).collect();
        let known = format!("choose one of `{}`", words.join("`, `"));
        return Some(problem.with_help(Suggestion::among(text, words).help_or(known)));
    }
    let pattern = definition.get("regex")?;
    let written = pattern.text()?;
    let is_match = re2(written).is_none_or(|regex| regex.is_match(text));
    let message = format!("the input `{name}` must match `{written}`, found `{text}`");
    let problem = Diagnostic::error(&RULE, value.origin, message);
    (!is_match).then(|| problem.with_label(pattern.origin, "the pattern"))
}

fn has_default(definition: &Node) -> bool {
    let has_rules = definition
        .get("rules")
        .and_then(Node::as_seq)
        .is_some_and(|rules| rules.iter().filter_map(Node::as_map).any(|rule| rule.contains("default")));
    has_rules || definition.as_map().is_some_and(|map| map.contains("default"))
}

fn wrong_type(name: &str, definition: &Node, value: &Node) -> Option<Diagnostic> {
    let kind = definition.get("type").and_then(Node::as_str).unwrap_or("string");
    let meaning = value.as_scalar().map(Scalar::meaning);
    let is_open = value.text().is_some_and(|text| text.contains("$[["));
    let (fits, wanted) = match kind {
        "number" => (matches!(meaning, Some(Meaning::Int(_) | Meaning::Float(_))), "a number"),
        "boolean" => (matches!(meaning, Some(Meaning::Bool(_))), "`true` or `false`"),
        "array" => (value.as_seq().is_some(), "a list"),
        // Whatever is given is written as a string.
        _ => (true, "a string"),
    };
    // A string is read as JSON first.
    let is_json = value.as_str().is_some_and(|text| match kind {
        "number" => text.trim().parse::<f64>().is_ok(),
        "boolean" => matches!(text, "true" | "false"),
        _ => text.trim_start().starts_with('['),
    });
    if fits || is_json || is_open || value.is_null() {
        return None;
    }
    let message = format!("input `{name}` must be {wanted}, found {}", value.type_name());
    Some(Diagnostic::error(&RULE, value.origin, message))
}
