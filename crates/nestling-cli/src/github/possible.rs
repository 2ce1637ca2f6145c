//! Conditions that no pipeline meets: they ask for a merge request and for a push, or for two sources.

use nestling_gitlab::pipeline::expression::{Expression, Variable};
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::pipeline::presence::follows;

/// The variable by which a pipeline of each kind is known, with the sources that start such pipelines.
const KINDS: [(&str, &[&str]); 3] = [
    ("CI_MERGE_REQUEST_IID", &["merge_request_event"]),
    ("CI_COMMIT_BRANCH", &["push", "schedule", "web", "api", "trigger", "pipeline"]),
    ("CI_COMMIT_TAG", &["push", "schedule", "web", "api", "trigger", "pipeline"]),
];

/// Returns `false` if no child pipeline meets a condition.
pub(super) fn is_possible(condition: &str) -> bool {
    let Ok(expression) = Expression::parse(condition) else { return true };
    let mut pipelines =
        KINDS.iter().flat_map(|(kind, sources)| sources.iter().map(|source| (*kind, *source)));
    pipelines.any(|(kind, source)| {
        let guard = expression.guard(&|name| value(name, kind, source));
        guard != Guard::Never && !follows(&guard, &Guard::Never)
    })
}

/// Returns the value of a variable in the child of a pipeline.
fn value(name: &str, kind: &str, source: &str) -> Variable {
    match name {
        "PARENT_PIPELINE_SOURCE" => Variable::Set(source.to_owned()),
        "CI_MERGE_REQUEST_IID" if kind == name => Variable::Set("1".to_owned()),
        name if name.starts_with("CI_MERGE_REQUEST_") && kind != "CI_MERGE_REQUEST_IID" => Variable::Unset,
        "CI_COMMIT_BRANCH" | "CI_COMMIT_TAG" if kind != name => Variable::Unset,
        _ => Variable::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_possible_in_some_kind_of_pipeline() {
        for (condition, expected) in [
            ("$CI_COMMIT_BRANCH == \"main\" && $PARENT_PIPELINE_SOURCE == \"push\"", true),
            ("$CI_COMMIT_BRANCH == \"main\" && $PARENT_PIPELINE_SOURCE == \"schedule\"", true),
            ("$CI_MERGE_REQUEST_IID && $CI_MERGE_REQUEST_TARGET_BRANCH_NAME == \"main\"", true),
            ("$CI_MERGE_REQUEST_IID && $CI_COMMIT_BRANCH == \"main\"", false),
            ("$CI_MERGE_REQUEST_IID && $CI_MERGE_REQUEST_IID == null", false),
            ("$CI_MERGE_REQUEST_IID && $PARENT_PIPELINE_SOURCE == \"push\"", false),
            ("$PARENT_PIPELINE_SOURCE == \"schedule\" && $PARENT_PIPELINE_SOURCE == \"push\"", false),
            ("$CI_COMMIT_TAG =~ /^v/ && $CI_COMMIT_BRANCH == \"main\"", false),
            ("$CI_COMMIT_BRANCH == \"main\" && $CI_COMMIT_BRANCH == \"next\"", false),
            ("$CI_COMMIT_BRANCH =~ /^(main|next)$/ && $CI_COMMIT_BRANCH == \"next\"", true),
            ("$A && ($CI_COMMIT_TAG || $B)", true),
        ] {
            assert_eq!(is_possible(condition), expected, "{condition}");
        }
    }
}
