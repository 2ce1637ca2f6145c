//! `yaml-type`: an unquoted text is a date or a symbol to GitLab's YAML reader.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::yaml::{Key, Kind, Meaning, Node, Scalar, Style};

pub(super) static RULE: Rule = Rule {
    id: "yaml-type",
    severities: &[Error],
    summary: "an unquoted text is a date or a symbol to GitLab's YAML reader",
    documentation: "GitLab reads YAML 1.1 with Ruby's Psych: an unquoted `2024-01-01` is a date and `:name` a symbol, and neither is \
allowed in a pipeline.",
    source: "https://docs.gitlab.com/ci/yaml/",
    bad: Example::Pipeline("a: { script: x, variables: { D: 2024-01-01 } }\n"),
    good: Example::Pipeline("a: { script: x, variables: { D: \"2024-01-01\" } }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        job.body.iter().for_each(|(_, node)| walk(node, problems));
    }
    index.pipeline.workflow.iter().for_each(|(_, node)| walk(node, problems));
}

fn walk(node: &Node, problems: &mut Vec<Diagnostic>) {
    match &node.kind {
        Kind::Scalar(scalar) => {
            problems.extend(
                wrong(scalar)
                    .map(|(message, help)| Diagnostic::error(&RULE, node.origin, message).with_help(help)),
            );
        }
        Kind::Seq(items) => items.iter().for_each(|item| walk(item, problems)),
        Kind::Map(map) => {
            for entry in &map.entries {
                problems.extend(key(&entry.key));
                walk(&entry.value, problems);
            }
        }
    }
}

fn key(key: &Key) -> Option<Diagnostic> {
    let (message, help) = wrong(&key.scalar)?;
    Some(Diagnostic::error(&RULE, key.origin, message).with_help(help))
}

fn wrong(scalar: &Scalar) -> Option<(String, String)> {
    if scalar.style != Style::Plain {
        return None;
    }
    let what = match scalar.meaning() {
        Meaning::Date => "a date",
        Meaning::Symbol => "a symbol",
        _ => return None,
    };
    let text = &scalar.text;
    Some((
        format!("`{text}` is {what} to GitLab's YAML reader, which it refuses"),
        format!("quote it: \"{text}\""),
    ))
}
