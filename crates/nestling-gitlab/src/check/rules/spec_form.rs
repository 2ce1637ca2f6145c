//! `spec-form`: the header of a file, and the inputs of files and jobs.

use super::Index;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::yaml::{Map, Meaning, Node, Scalar};

pub(super) static RULE: Rule = Rule {
    id: "spec-form",
    severities: &[Error, Warning],
    summary: "`spec`, or an input, is invalid",
    documentation: "`spec` has `inputs`, `include`, `component` and `description`. An input has a `type` (string, number, boolean or \
array), a `default` of that type, `options` that contain the default, and for strings a `regex`. `rules` replace `options` and \
`default`. An input of a job requires a `default`.",
    source: "https://docs.gitlab.com/ci/yaml/#spec",
    bad: Example::Pipeline("spec: { inputs: { level: { type: strng } } }\n---\na: { script: x }\n"),
    good: Example::Pipeline(
        "spec: { inputs: { level: { type: string, options: [low, high], default: low } } }\n---\na: { script: x }\n",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let spec = index.pipeline.globals.get("spec").and_then(|spec| spec.get("inputs"));
    let of_jobs = index.jobs().filter_map(|(_, job)| job.body.get("inputs"));
    for (name, input) in spec.into_iter().chain(of_jobs).filter_map(Node::as_map).flat_map(Map::iter) {
        problems.extend(input.as_map().and_then(|map| default(name, map)));
    }
}

/// Checks the default of an input against its type and its options (lib/ci/inputs/).
fn default(name: &str, input: &Map) -> Option<Diagnostic> {
    let default = input.get("default").filter(|node| !node.is_null())?;
    let kind = input.get("type").and_then(Node::as_str).unwrap_or("string");
    if !has_type(default, kind) {
        let found = default.type_name();
        let message = format!("the default of input `{name}` must be {}, found {found}", article(kind));
        return Some(Diagnostic::error(&RULE, default.origin, message));
    }
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

/// Returns `true` for a text that GitLab replaces before it looks.
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
