//! `rules-child`: conditions on a pipeline source that a child pipeline never has.

use super::Index;
use crate::check::Level;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::expression::{Expression, Truth, Variable};
use crate::pipeline::known::CHILD_SOURCE;
use crate::pipeline::parent_source::PARENT_SOURCE;
use crate::pipeline::rule::rules;

pub(super) static RULE: Rule = Rule {
    id: "rules-child",
    severities: &[Warning],
    summary: "a rule tests for a source that a child pipeline never has",
    documentation: "In a child pipeline `CI_PIPELINE_SOURCE` is always `parent_pipeline`, whatever started its parent. A rule that \
tests for `merge_request_event`, `push` or `schedule` never applies, and the job is silently missing. The variables of the \
merge request, the branch and the tag are the parent's. A trigger job can forward the source as `PARENT_PIPELINE_SOURCE`, for which \
the rules of vendored components ask.",
    source: "https://docs.gitlab.com/ci/pipelines/downstream_pipelines/",
    bad: Example::Pipeline(
        "\
a:
  script: x
  rules:
    - if: '$CI_PIPELINE_SOURCE == \"merge_request_event\"'
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  rules:
    - if: $CI_MERGE_REQUEST_IID
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    if index.settings.level == Level::Root {
        return;
    }
    let settings = index.settings;
    let mut set = settings.gitlab.forwarded.iter().chain(&settings.forwarded_by_rules);
    let is_unset = settings.level == Level::Child && !set.any(|name| name == PARENT_SOURCE);
    for body in index.bodies_with_rules() {
        for rule in rules(body).unwrap_or_default() {
            let Some(node) = rule.condition() else { continue };
            let Some(condition) = node.text().and_then(|text| Expression::parse(text).ok()) else { continue };
            let equalities = condition.equalities();
            let compares = equalities.iter().any(|(name, _)| *name == PARENT_SOURCE);
            if is_unset && !compares && needs_source(&condition) {
                let message =
                    format!("no trigger job forwards `{PARENT_SOURCE}`: this condition never holds");
                problems.push(Diagnostic::warning(&RULE, node.origin, message).with_help(FORWARD));
            }
            for (name, source) in equalities {
                if name == "CI_PIPELINE_SOURCE" && source != CHILD_SOURCE {
                    let message = format!("in a child pipeline `CI_PIPELINE_SOURCE` is never `{source}`");
                    let problem = Diagnostic::warning(&RULE, node.origin, message);
                    problems.push(problem.with_help(instead(source)));
                } else if name == PARENT_SOURCE && is_unset {
                    let message =
                        format!("no trigger job forwards `{PARENT_SOURCE}`, which is never `{source}`");
                    let problem = Diagnostic::warning(&RULE, node.origin, message);
                    problems.push(problem.with_help(FORWARD));
                }
            }
        }
    }
}

/// Returns `true` if a condition may hold, and does not without the source of the parent.
fn needs_source(condition: &Expression) -> bool {
    let without = |name: &str| if name == PARENT_SOURCE { Variable::Unset } else { Variable::Unknown };
    condition.evaluate(&without) == Truth::No && condition.evaluate(&|_| Variable::Unknown) != Truth::No
}

/// The way to give a child the source of its parent.
const FORWARD: &str =
    "add `variables: { PARENT_PIPELINE_SOURCE: $CI_PIPELINE_SOURCE }` to the trigger job in `.gitlab-ci.yml`";

fn instead(source: &str) -> &'static str {
    match source {
        "merge_request_event" => {
            "use `$CI_MERGE_REQUEST_IID`, which is set in child pipelines of merge requests"
        }
        "push" => "use `$CI_COMMIT_BRANCH` or `$CI_COMMIT_TAG`",
        _ => {
            "add `variables: { PARENT_PIPELINE_SOURCE: $CI_PIPELINE_SOURCE }` to the trigger job, and use `$PARENT_PIPELINE_SOURCE`"
        }
    }
}
