//! `rules-condition`: the syntax of `rules:if`.

use super::Index;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Origin, Rule, number};
use crate::pipeline::expression::Expression;
use crate::pipeline::rule::rules;
use crate::yaml::{Map, Node, Style};

pub(super) static RULE: Rule = Rule {
    id: "rules-condition",
    severities: &[Error, Warning],
    summary: "a condition in `rules` is invalid",
    documentation: "Conditions compare variables, written `$NAME` without braces, with quoted strings, `/patterns/` and `null`. GitLab \
reports an invalid condition only if another job of the same stage is in the pipeline; otherwise it silently omits the job.",
    source: "https://docs.gitlab.com/ci/jobs/job_rules/#cicd-variable-expressions",
    bad: Example::Pipeline("a: { script: x, rules: [{ if: '$A == ' }] }\n"),
    good: Example::Pipeline("a: { script: x, rules: [{ if: '$A == \"b\"' }] }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for body in index.bodies_with_rules() {
        conditions(body, problems);
    }
}

fn conditions(body: &Map, problems: &mut Vec<Diagnostic>) {
    for rule in rules(body).unwrap_or_default() {
        let Some(node) = rule.condition() else { continue };
        let Some(text) = node.as_str() else { continue };
        match Expression::parse(text) {
            Err(error) => {
                let message = format!("invalid condition: {error}");
                let problem = Diagnostic::error(&RULE, token_origin(node, error.offset), message);
                problems.push(problem.with_help("compare variables with strings: `$NAME == \"text\"`"));
            }
            Ok(expression) if expression.is_recent() => {
                let message = "only recent versions of GitLab know `!`, `true` and `false` in a condition";
                let problem = Diagnostic::warning(&RULE, node.origin, message);
                problems
                    .push(problem.with_help("write `$NAME == null || $NAME == \"\"` instead of `!$NAME`"));
            }
            Ok(_) => {}
        }
    }
}

/// Returns the origin of a character of a condition, or of the whole condition where the file does not contain it
/// literally. `offset` counts characters.
fn token_origin(node: &Node, offset: usize) -> Origin {
    let origin = node.origin;
    let quote_width = match node.as_scalar().map(|scalar| scalar.style) {
        Some(Style::Plain) => 0,
        Some(Style::Quoted) => 1,
        _ => return origin,
    };
    let length = node.text().map_or(0, |text| text.chars().count());
    // A string with escapes, or one that a template printed, has another width in the file.
    if origin.column == 0 || origin.width as usize != length + 2 * quote_width || offset >= length {
        return origin;
    }
    Origin { column: origin.column + number(offset + quote_width), width: 1, ..origin }
}
