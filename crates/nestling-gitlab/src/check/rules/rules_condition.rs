//! `rules-condition`: the syntax of `rules:if`.

use super::Index;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Origin, Rule, number};
use crate::pipeline::expression::Expression;
use crate::pipeline::rule::rules;
use crate::yaml::Map;

pub(super) static RULE: Rule = Rule {
    id: "rules-condition",
    severities: &[Error, Warning],
    summary: "a condition in `rules` is invalid",
    documentation: "Conditions compare variables, written `$NAME` without braces, with quoted strings, `/patterns/` and `null`. GitLab \
reports an invalid condition only if another job of the same stage is in the pipeline; otherwise it silently omits the job.",
    source: "https://docs.gitlab.com/ci/jobs/job_rules/#cicd-variable-expressions",
    bad: Example::Pipeline(
        "\
a:
  script: x
  rules:
    - if: '$A == '
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  rules:
    - if: '$A == \"b\"'
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for body in index.bodies_with_rules() {
        conditions(body, problems);
    }
}

fn conditions(body: &Map, problems: &mut Vec<Diagnostic>) {
    for rule in rules(body).unwrap_or_default() {
        let Some(node) = rule.condition() else { continue };
        if let Some(text) = node.as_str() {
            problems.extend(condition_problem(text, node.origin));
        }
    }
}

/// Returns the finding in a condition of `rules:if`, if there is one. `origin` is the place of its text.
pub fn condition_problem(text: &str, origin: Origin) -> Option<Diagnostic> {
    match Expression::parse(text) {
        Err(error) => {
            let message = format!("invalid condition: {error}");
            let problem = Diagnostic::error(&RULE, token_origin(text, origin, error.offset), message);
            Some(problem.with_help("compare variables with strings: `$NAME == \"text\"`"))
        }
        Ok(expression) if expression.is_recent() => {
            let message = "only recent versions of GitLab know `!`, `true` and `false` in a condition";
            let problem = Diagnostic::warning(&RULE, origin, message);
            Some(problem.with_help("write `$NAME == null || $NAME == \"\"` instead of `!$NAME`"))
        }
        Ok(_) => None,
    }
}

/// Returns the origin of a character of a condition, or of the whole condition where the file does not contain it
/// literally. `offset` counts characters.
fn token_origin(text: &str, origin: Origin, offset: usize) -> Origin {
    let length = text.chars().count();
    let width = origin.width as usize;
    // A string with escapes, or one that a template printed, has another width in the file.
    let quote_width = match width.checked_sub(length) {
        Some(0) => 0,
        Some(2) => 1,
        _ => return origin,
    };
    if origin.column == 0 || offset >= length {
        return origin;
    }
    Origin { column: origin.column + number(offset + quote_width), width: 1, ..origin }
}
