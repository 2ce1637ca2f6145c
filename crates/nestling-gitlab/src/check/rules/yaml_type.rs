//! `yaml-type`: unquoted values that YAML reads as dates or symbols.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Origin, Rule};
use crate::yaml::{Kind, Meaning, Node, Scalar, Style};

pub(super) static RULE: Rule = Rule {
    id: "yaml-type",
    severities: &[Error],
    summary: "YAML reads an unquoted value as a date or a symbol",
    documentation: "GitLab reads YAML 1.1 with Ruby's Psych: an unquoted `2024-01-01` is a date, and `:name` is a symbol. GitLab rejects \
both.",
    source: "https://docs.gitlab.com/ci/yaml/",
    bad: Example::Pipeline("a: { script: x, variables: { D: 2024-01-01 } }\n"),
    good: Example::Pipeline("a: { script: x, variables: { D: \"2024-01-01\" } }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        job.body.iter().for_each(|(_, node)| walk(node, problems));
    }
    let beside_jobs = index.pipeline.workflow.iter().chain(index.pipeline.globals.iter());
    beside_jobs.for_each(|(_, node)| walk(node, problems));
}

fn walk(node: &Node, problems: &mut Vec<Diagnostic>) {
    match &node.kind {
        Kind::Scalar(scalar) => problems.extend(judge(scalar, node.origin)),
        Kind::Seq(items) => items.iter().for_each(|item| walk(item, problems)),
        Kind::Map(map) => {
            for entry in &map.entries {
                problems.extend(judge(&entry.key.scalar, entry.key.origin));
                walk(&entry.value, problems);
            }
        }
    }
}

fn judge(scalar: &Scalar, origin: Origin) -> Option<Diagnostic> {
    if scalar.style != Style::Plain {
        return None;
    }
    let kind = match scalar.meaning() {
        Meaning::Date => "a date",
        Meaning::Symbol => "a symbol",
        _ => return None,
    };
    let text = &scalar.text;
    let problem =
        Diagnostic::error(&RULE, origin, format!("YAML reads `{text}` as {kind}, which GitLab rejects"));
    Some(problem.with_help(format!("quote it: \"{text}\"")))
}
