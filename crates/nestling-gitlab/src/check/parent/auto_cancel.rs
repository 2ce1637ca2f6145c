//! `parent-auto-cancel`: pipelines of a branch that a newer push cancels.

use super::rules::PARENT_AUTO_CANCEL;
use super::{BranchComparison, ParentSurroundings};
use crate::diagnostic::{Diagnostic, Origin};
use crate::facts::{As, PipelineFacts};
use crate::pipeline::expression::Truth;
use crate::pipeline::known::KnownVariables;
use crate::pipeline::rule::{RuleEntry, rules};
use crate::yaml::{Map, Node};

/// The first version in which `auto_cancel` has an effect by default, also in rules. (16.8 accepts it behind a feature flag.)
pub const AUTO_CANCEL_SINCE: (u32, u32) = (16, 9);

/// Reports a `workflow` that lets GitLab cancel pipelines of the default branch.
pub(super) fn check(
    workflow: &Map,
    trigger: Origin,
    surroundings: &ParentSurroundings<'_>,
) -> Option<Diagnostic> {
    let is_judged = surroundings.branches == BranchComparison::CommitBefore;
    if !is_judged
        || !surroundings.gitlab.is_at_least(AUTO_CANCEL_SINCE.0, AUTO_CANCEL_SINCE.1)
        || is_none(workflow)
    {
        return None;
    }
    let origin = match rules(workflow) {
        Some(rules) => cancelling_rule(&rules, &variables(surroundings.default_branch))?,
        None => trigger,
    };
    let message = "a newer push cancels the pipeline of a branch, and its remaining jobs never run";
    let help = "add `auto_cancel: { on_new_commit: none }` to the rule for branches in `workflow:rules`";
    let problem = Diagnostic::warning(&PARENT_AUTO_CANCEL, origin, message);
    Some(problem.with_note("the next push is compared with the commit before it").with_help(help))
}

/// Returns the first rule that can create a pipeline for a push to the default branch, and lets it be canceled.
fn cancelling_rule(rules: &[RuleEntry<'_>], variables: &KnownVariables) -> Option<Origin> {
    for rule in rules {
        let is_narrowed = rule.get("changes").is_some() || rule.get("exists").is_some();
        let truth = rule.condition_holds(&|name| variables.get(name));
        if truth == Truth::No {
            continue;
        }
        if rule.when() != Some("never") && !is_none(rule.body) {
            return Some(rule.origin);
        }
        // No later rule decides about such a pipeline.
        if truth == Truth::Yes && !is_narrowed {
            return None;
        }
    }
    None
}

/// Returns `true` if `auto_cancel` of `workflow` or of one of its rules leaves every pipeline alone.
fn is_none(body: &Map) -> bool {
    let value = body.get("auto_cancel").and_then(|auto_cancel| auto_cancel.get("on_new_commit"));
    value.and_then(Node::text) == Some("none")
}

/// The variables of a push to the default branch.
fn variables(default_branch: Option<&str>) -> KnownVariables {
    let branch = default_branch.unwrap_or("main").to_owned();
    let facts = PipelineFacts::local(Some(branch.clone()), Some(branch.clone()), None);
    KnownVariables::of_root(&facts.seen_as(&As::Branch(branch)))
}
