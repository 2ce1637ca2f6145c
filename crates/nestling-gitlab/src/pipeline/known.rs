//! Variables that are known when GitLab creates the child pipeline and evaluates its rules.

use super::expression::Variable;
use crate::facts::{PipelineFacts, PipelineKind, PipelineSource};
use crate::name::slug;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The source of every child pipeline (<https://docs.gitlab.com/ci/pipelines/downstream_pipelines/>).
pub(crate) const CHILD_SOURCE: &str = "parent_pipeline";

/// Variables of merge requests that a pipeline has exactly when it is one of a merge request.
const MERGE_REQUEST: [&str; 4] =
    ["CI_MERGE_REQUEST_ID", "CI_MERGE_REQUEST_IID", "CI_MERGE_REQUEST_EVENT_TYPE", "CI_OPEN_MERGE_REQUESTS"];

/// Variables with what is known of them; all others are unknown.
#[derive(Debug, Clone, Default)]
pub struct KnownVariables {
    values: BTreeMap<Cow<'static, str>, Known>,
    /// `true` if all other variables are unset rather than unknown.
    complete: bool,
}

#[derive(Debug, Clone)]
enum Known {
    Value(String),
    Unset,
}

impl KnownVariables {
    /// Exactly these variables, with their values; all others are not set.
    pub fn exactly<N: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (N, V)>) -> Self {
        let known =
            variables.into_iter().map(|(name, value)| (Cow::Owned(name.into()), Known::Value(value.into())));
        Self { values: known.collect(), complete: true }
    }

    /// Returns the variables of the child that follow from the facts of its parent pipeline.
    pub fn of_child(facts: &PipelineFacts) -> Self {
        let mut values = BTreeMap::from([("CI_PIPELINE_SOURCE", Known::Value(CHILD_SOURCE.to_owned()))]);
        let known = |value: &Option<String>| value.clone().map(Known::Value);
        if let Some(branch) = &facts.default_branch {
            values.insert("CI_DEFAULT_BRANCH", Known::Value(branch.clone()));
        }
        match facts.kind {
            PipelineKind::MergeRequest => {
                values.insert("CI_COMMIT_BRANCH", Known::Unset);
                values.insert("CI_COMMIT_TAG", Known::Unset);
                if let Some(request) = &facts.merge_request {
                    let named = [
                        ("CI_MERGE_REQUEST_IID", &request.iid),
                        ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", &request.source_branch),
                        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", &request.target_branch),
                    ];
                    values.extend(named.into_iter().filter_map(|(name, value)| Some((name, known(value)?))));
                    // Rules ask whether there is one; which one hardly matters, and a simulated one has no number.
                    if facts.source != PipelineSource::ExternalPullRequestEvent {
                        for name in ["CI_MERGE_REQUEST_ID", "CI_MERGE_REQUEST_IID"] {
                            values.entry(name).or_insert_with(|| Known::Value("1".to_owned()));
                        }
                    }
                }
            }
            PipelineKind::Branch => {
                values.extend(known(&facts.branch).map(|branch| ("CI_COMMIT_BRANCH", branch)));
                values.insert("CI_COMMIT_TAG", Known::Unset);
                values.extend(MERGE_REQUEST.iter().take(3).map(|name| (*name, Known::Unset)));
            }
            PipelineKind::Tag => {
                values.extend(known(&facts.tag).map(|tag| ("CI_COMMIT_TAG", tag)));
                values.insert("CI_COMMIT_BRANCH", Known::Unset);
                values.extend(MERGE_REQUEST.iter().take(3).map(|name| (*name, Known::Unset)));
            }
        }
        if let Some(reference) = reference_name(facts) {
            values.insert("CI_COMMIT_REF_NAME", Known::Value(reference.to_owned()));
            values.insert("CI_COMMIT_REF_SLUG", Known::Value(slug(reference)));
        }
        let values = values.into_iter().map(|(name, known)| (Cow::Borrowed(name), known)).collect();
        Self { values, complete: false }
    }

    /// Variables that follow from the facts of a pipeline.
    pub fn of_root(facts: &PipelineFacts) -> Self {
        let mut known = Self::of_child(facts);
        known.values.remove("CI_PIPELINE_SOURCE");
        if facts.source != PipelineSource::Local {
            let source = facts.source.as_str().to_owned();
            known.values.insert("CI_PIPELINE_SOURCE".into(), Known::Value(source));
        }
        known
    }

    /// Returns the value of a variable, as far as it is known.
    pub fn get(&self, name: &str) -> Variable {
        match self.values.get(name) {
            Some(Known::Value(value)) => Variable::Set(value.clone()),
            Some(Known::Unset) => Variable::Unset,
            None if self.complete => Variable::Unset,
            // Without a merge request, none of its variables is set.
            None if name.starts_with("CI_MERGE_REQUEST_") && self.has_no_merge_request() => Variable::Unset,
            None => Variable::Unknown,
        }
    }

    fn has_no_merge_request(&self) -> bool {
        matches!(self.values.get("CI_MERGE_REQUEST_ID"), Some(Known::Unset))
    }
}

/// Returns the branch or tag that a pipeline runs for: of a merge request, its source branch
/// (<https://docs.gitlab.com/ci/variables/predefined_variables/>, `CI_COMMIT_REF_NAME`).
fn reference_name(facts: &PipelineFacts) -> Option<&str> {
    match facts.kind {
        PipelineKind::MergeRequest => facts.merge_request.as_ref()?.source_branch.as_deref(),
        PipelineKind::Branch => facts.branch.as_deref(),
        PipelineKind::Tag => facts.tag.as_deref(),
    }
}
