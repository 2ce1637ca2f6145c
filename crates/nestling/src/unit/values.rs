//! The values that templates see of a unit and of the pipeline.

use crate::changes::{PipelineFacts, PipelineKind};
use crate::template::UNCOMMITTED;
use crate::workspace::Unit;
use nestling_files::path::RepoPath;
use nestling_gitlab::name::slug;
use serde_json::{Value, json};

/// Reasons for rendering a unit, as its templates can read them. By default nothing changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct UnitChange<'a> {
    /// The changed paths that affect the unit directly.
    pub paths: &'a [RepoPath],
    /// The reasons in words.
    pub reasons: Vec<String>,
    /// Set where two states of a unit are compared: then all fingerprints are the same.
    pub is_compared: bool,
}

/// Returns `unit` as templates see it.
pub(super) fn unit_value(unit: &Unit, change: &UnitChange<'_>) -> Value {
    json!({
        "name": unit.name.as_str(),
        "dir": unit.dir.to_directory(),
        "slug": slug(unit.name.as_str()),
        "depends_on": unit.depends_on.iter().map(|d| d.unit.as_str()).collect::<Vec<_>>(),
        // The scope has these two.
        "dependencies": [],
        "fingerprint": UNCOMMITTED,
        "definition": UNCOMMITTED,
        "changed_files": change.paths.iter().map(path_text).collect::<Vec<_>>(),
        "reasons": change.reasons,
    })
}

/// A path that is not UTF-8 is escaped.
fn path_text(path: &RepoPath) -> String {
    path.as_str().map_or_else(|| path.to_string(), str::to_owned)
}

/// Returns `pipeline` as templates see it. As in GitLab, a merge request's pipeline has no branch (`CI_COMMIT_BRANCH`): what
/// is asked of it would be answered with the source branch of a fork.
pub(super) fn pipeline_value(facts: &PipelineFacts) -> Value {
    let reference = facts.tag.as_ref().or(facts.branch.as_ref());
    let mut value = json!({
        "kind": facts.kind.as_str(),
        "source": facts.source.as_str(),
        "ref": reference,
        "branch": facts.branch,
        "default_branch": facts.default_branch,
        "tag": facts.tag,
        "mr": facts.merge_request.as_ref().map(|mr| json!({
            "iid": mr.iid, "source_branch": mr.source_branch, "target_branch": mr.target_branch,
        })),
        "sha": facts.sha,
        "ref_slug": facts.ref_slug,
    });
    if facts.kind == PipelineKind::MergeRequest
        && let Some(keys) = value.as_object_mut()
    {
        keys.remove("branch");
    }
    value
}
