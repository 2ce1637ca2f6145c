//! Jobs whose rules decide by something that no record shows.

use nestling_gitlab::pipeline::{Job, rule};
use nestling_gitlab::yaml::{Kind, Node};

/// The variables that name the branch or tag of a pipeline. A record says for which one it ran, but not which branches a merge
/// request had.
const REFERENCES: [&str; 4] = [
    "CI_COMMIT_REF_NAME",
    "CI_COMMIT_REF_SLUG",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
];

/// Returns why a record can never show that the rules of a job held.
pub(super) fn unprovable(job: &Job) -> Option<&'static str> {
    let rules = rule::rules(&job.body)?;
    if rules.iter().any(|rule| rule.body.contains("changes")) {
        return Some("it has `rules: changes`, and a record does not contain the base of its pipeline");
    }
    let names_reference = |rule: &rule::RuleEntry<'_>| rule.body.get("if").is_some_and(names_reference);
    rules.iter().any(names_reference).then_some(
        "its rules read the name of a branch, and a record does not show the branches of a merge request",
    )
}

fn names_reference(condition: &Node) -> bool {
    match &condition.kind {
        Kind::Scalar(scalar) => REFERENCES.iter().any(|name| scalar.text.contains(name)),
        Kind::Seq(items) => items.iter().any(names_reference),
        Kind::Map(_) => false,
    }
}
