//! `rules-condition`: a condition in `rules` is one that GitLab cannot read.

use super::Index;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Origin, Rule};
use crate::pipeline::expression::Expression;
use crate::pipeline::rule::rules;
use crate::yaml::{Map, Node, Style};

pub(super) static RULE: Rule = Rule {
    id: "rules-condition",
    severities: &[Error, Warning],
    summary: "a condition in `rules` is one that GitLab cannot read",
    documentation: "Conditions compare variables, written `$NAME` without braces, with quoted strings, `/patterns/` and `null`. GitLab \
tells a mistake in one only if another job of the same stage is in the pipeline, and drops the job otherwise.",
    source: "https://docs.gitlab.com/ci/jobs/job_rules/#cicd-variable-expressions",
    bad: Example::Pipeline("a: { script: x, rules: [{ if: '$A == ' }] }\n"),
    good: Example::Pipeline("a: { script: x, rules: [{ if: '$A == \"b\"' }] }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let workflow = std::iter::once(&index.pipeline.workflow);
    for body in workflow.chain(index.jobs().map(|(_, job)| &job.body)) {
        conditions(body, problems);
    }
}

fn conditions(body: &Map, problems: &mut Vec<Diagnostic>) {
    for rule in rules(body).unwrap_or_default() {
        let Some(node) = rule.condition() else { continue };
        let Some(text) = node.as_str() else {
            problems.push(Diagnostic::error(&RULE, node.origin, "`if` takes a text").with_help("quote it"));
            continue;
        };
        match Expression::parse(text) {
            Err(error) => {
                let message = format!("GitLab cannot read this condition: {error}");
                let problem = Diagnostic::error(&RULE, place(node, error.at), message);
                problems.push(problem.with_help("compare as in `$NAME == \"text\"`"));
            }
            Ok(expression) if expression.is_recent() => {
                let message = "only the latest GitLab reads `!`, `true` and `false` in a condition";
                let problem = Diagnostic::warning(&RULE, node.origin, message);
                problems.push(problem.with_help("`$NAME == null || $NAME == \"\"` says what `!$NAME` says"));
            }
            Ok(_) => {}
        }
    }
}

/// The sign in the text, where the text stands as it is in the file.
fn place(node: &Node, at: usize) -> Origin {
    let origin = node.origin;
    let style = node.as_scalar().map(|scalar| scalar.style);
    let before = match style {
        Some(Style::Plain) => 0,
        Some(Style::Quoted) => 1,
        _ => return origin,
    };
    let length = node.text().map_or(0, |text| text.chars().count());
    // A text with escapes, or one that a template printed, is wider or narrower in the file.
    if origin.column == 0 || origin.width as usize != length + 2 * before || at >= length {
        return origin;
    }
    Origin { column: origin.column + u32::try_from(at + before).unwrap_or(0), width: 1, ..origin }
}
