//! `spec-form`: the header of a file, and the inputs of files and jobs.

use super::Index;
use crate::diagnostic::Diagnostic;
use crate::pipeline::expression::re2;
use crate::yaml::{Map, Meaning, Node, Scalar};

mod input_rules;

pub(super) use crate::configuration::header::RULE;

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let spec = index.pipeline.globals.get("spec").and_then(|spec| spec.get("inputs"));
    if let Some(inputs) = spec.and_then(Node::as_map) {
        input_rules::check(inputs, problems);
    }
    let of_jobs = index.jobs().filter_map(|(_, job)| job.body.get("inputs"));
    for (name, input) in spec.into_iter().chain(of_jobs).filter_map(Node::as_map).flat_map(Map::iter) {
        let Some(map) = input.as_map() else { continue };
        problems.extend(constraint(name, map));
        problems.extend(default(name, map));
        problems.extend(pattern(name, map));
    }
}

/// Reports `regex` and `options` of a type that has none.
fn constraint(name: &str, input: &Map) -> Option<Diagnostic> {
    let kind = kind(input);
    let (key, kinds) = match kind {
        "number" => ("regex", "strings"),
        "boolean" | "array" if input.contains("regex") => ("regex", "strings"),
        "boolean" | "array" => ("options", "strings and numbers"),
        _ => return None,
    };
    let entry = input.entry(key).filter(|entry| key == "regex" || !entry.value.is_null())?;
    let message = format!("`{key}` applies to {kinds}, but input `{name}` is {}", article(kind));
    Some(Diagnostic::error(&RULE, entry.key.origin, message).with_help(format!("remove `{key}`")))
}

/// Checks the `regex` of a string, and the default against it.
fn pattern(name: &str, input: &Map) -> Option<Diagnostic> {
    let node = input.get("regex").filter(|_| kind(input) == "string")?;
    let Some(regex) = re2(node.as_str()?) else {
        let message = format!("`regex` of input `{name}` is not a valid RE2 expression");
        return Some(Diagnostic::error(&RULE, node.origin, message));
    };
    let default = defaults(input)
        .into_iter()
        .find(|default| default.as_str().is_some_and(|text| !is_open(text) && !regex.is_match(text)))?;
    let text = default.text().unwrap_or_default();
    let message = format!("the default of input `{name}`, `{text}`, does not match its `regex`");
    Some(Diagnostic::error(&RULE, default.origin, message).with_label(node.origin, "the pattern"))
}

/// Returns the default of an input, and those of its rules.
fn defaults(input: &Map) -> Vec<&Node> {
    let rules = input.get("rules").and_then(Node::as_seq).unwrap_or_default();
    let of_rules = rules.iter().filter_map(|rule| rule.get("default"));
    input.get("default").into_iter().chain(of_rules).filter(|node| !node.is_null()).collect()
}

fn kind(input: &Map) -> &str {
    input.get("type").and_then(Node::as_str).unwrap_or("string")
}

/// Checks the default of an input against its type and its options (lib/ci/inputs/).
fn default(name: &str, input: &Map) -> Option<Diagnostic> {
    let kind = kind(input);
    if let Some(default) = defaults(input).into_iter().find(|default| !has_type(default, kind)) {
        let found = default.type_name();
        let message = format!("the default of input `{name}` must be {}, found {found}", article(kind));
        return Some(Diagnostic::error(&RULE, default.origin, message));
    }
    let default = input.get("default").filter(|node| !node.is_null())?;
    let options = input.get("options").and_then(Node::as_seq)?;
    let is_listed = options.iter().any(|option| option.text() == default.text());
    if is_listed || !matches!(kind, "string" | "number") {
        return None;
    }
    let listed: Vec<&str> = options.iter().filter_map(Node::text).collect();
    let message = format!("the default of input `{name}` is not one of its options");
    let problem = Diagnostic::error(&RULE, default.origin, message);
    Some(problem.with_help(format!("use one of {}", listed.join(", "))))
}

/// Returns `true` if GitLab takes a value for the type. It reads strings as JSON first, and writes anything as a string.
fn has_type(node: &Node, kind: &str) -> bool {
    match kind {
        "number" => match node.as_scalar().map(Scalar::meaning) {
            Some(Meaning::Int(_) | Meaning::Float(_)) => true,
            Some(Meaning::Text(text)) => text.trim().parse::<f64>().is_ok() || is_open(text),
            _ => false,
        },
        "boolean" => {
            node.as_bool().is_some()
                || node.as_str().is_some_and(|text| matches!(text, "true" | "false") || is_open(text))
        }
        "array" => {
            node.as_seq().is_some()
                || node.as_str().is_some_and(|text| text.trim_start().starts_with('[') || is_open(text))
        }
        _ => true,
    }
}

/// Returns `true` for a string that GitLab replaces before it looks.
fn is_open(text: &str) -> bool {
    text.contains("$[[")
}

fn article(kind: &str) -> &'static str {
    match kind {
        "number" => "a number",
        "boolean" => "`true` or `false`",
        "array" => "a list",
        _ => "a string",
    }
}
