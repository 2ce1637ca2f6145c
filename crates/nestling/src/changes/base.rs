//! Base commit, by what started the pipeline. The table, with GitLab's variables
//! (<https://docs.gitlab.com/ci/variables/predefined_variables/>):
//!
//! | pipeline | base |
//! |---|---|
//! | merge request, `detached` | `CI_MERGE_REQUEST_DIFF_BASE_SHA` |
//! | merge request, `merged_result` or `merge_train` | `CI_MERGE_REQUEST_TARGET_BRANCH_SHA`: head is a merge commit that contains all of it |
//! | external pull request | `CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA` |
//! | push to a branch that was there | `CI_COMMIT_BEFORE_SHA` |
//! | first push of a branch, and pipelines that nobody pushed | the merge base with the default branch |
//! | tag | the nearest older tag |
//! | a developer's machine | the merge base with the default branch |
//!
//! A child pipeline has its parent's variables, and so its parent's base.

use super::reason::UnknownBase;
use nestling_git::CommitId;
use nestling_gitlab::facts::CiVariables;
use nestling_gitlab::facts::PipelineSource;
use nestling_gitlab::facts::{PipelineFacts, PipelineKind};

const DIFF_BASE: &str = "CI_MERGE_REQUEST_DIFF_BASE_SHA";
const TARGET: &str = "CI_MERGE_REQUEST_TARGET_BRANCH_SHA";
const EXTERNAL_TARGET: &str = "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA";
const BEFORE: &str = "CI_COMMIT_BEFORE_SHA";

/// Source of the base commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rule {
    /// From these variables: the first whose commit can be had. The later ones only make more count as changed.
    Variables(Vec<(&'static str, CommitId)>),
    /// The merge base with the default branch.
    MergeBase,
    /// The nearest older tag.
    OlderTag,
    /// It cannot be known.
    Unknown(UnknownBase),
}

/// The row of the table for a pipeline that runs what changed. A simulated pipeline has no variables of its own.
pub(super) fn rule(facts: &PipelineFacts, variables: Option<&CiVariables>) -> Rule {
    match (facts.kind, variables) {
        (PipelineKind::Tag, _) => Rule::OlderTag,
        (_, None) => Rule::MergeBase,
        (PipelineKind::MergeRequest, Some(variables)) => merge_request(facts, variables),
        (PipelineKind::Branch, Some(variables)) => branch(facts, variables),
    }
}

fn merge_request(facts: &PipelineFacts, variables: &CiVariables) -> Rule {
    if facts.source == PipelineSource::ExternalPullRequestEvent {
        return from_variables(&[EXTERNAL_TARGET], variables);
    }
    match variables.get("CI_MERGE_REQUEST_EVENT_TYPE") {
        Some("detached") => from_variables(&[DIFF_BASE], variables),
        Some("merged_result" | "merge_train") => from_variables(&[TARGET, DIFF_BASE], variables),
        // A detached pipeline has no target commit.
        _ => from_variables(&[TARGET, DIFF_BASE, EXTERNAL_TARGET], variables),
    }
}

fn from_variables(names: &[&'static str], variables: &CiVariables) -> Rule {
    let known = names.iter().filter_map(|name| Some((*name, CommitId::parse(variables.get(name)?)?)));
    let known: Vec<_> = known.collect();
    match names.first() {
        Some(variable) if known.is_empty() => {
            let not_id = names.iter().find_map(|name| not_id(name, variables));
            Rule::Unknown(not_id.unwrap_or(UnknownBase::Unset { variable }))
        }
        _ => Rule::Variables(known),
    }
}

/// Reports a variable that holds something else than the id of a commit. Zeros are no commit, and mean that there is none.
fn not_id(variable: &'static str, variables: &CiVariables) -> Option<UnknownBase> {
    let value = variables.get(variable)?;
    let is_zero = value.bytes().all(|byte| byte == b'0');
    let is_wrong = !is_zero && CommitId::parse(value).is_none();
    is_wrong.then(|| UnknownBase::NotId { variable, value: value.to_owned() })
}

fn branch(facts: &PipelineFacts, variables: &CiVariables) -> Rule {
    if let Some(why) = not_id(BEFORE, variables) {
        return Rule::Unknown(why);
    }
    match variables.get(BEFORE).and_then(CommitId::parse) {
        Some(commit) => Rule::Variables(vec![(BEFORE, commit)]),
        None if facts.is_default_branch() => Rule::Unknown(UnknownBase::NothingBefore),
        None => Rule::MergeBase,
    }
}
