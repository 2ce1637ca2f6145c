//! What templates see of a unit and of the pipeline.

use crate::changes::PipelineFacts;
use crate::select::{Selection, Verdict};
use crate::workspace::Unit;
use nestling_files::path::RepoPath;
use nestling_gitlab::name::slug;
use serde_json::{Value, json};

/// `unit` in templates.
pub(super) fn unit_value(unit: &Unit, selection: &Selection) -> Value {
    let paths = selection.paths.get(&unit.name).map(Vec::as_slice).unwrap_or_default();
    let reasons = selection.verdicts.get(&unit.name).map(Verdict::reasons).unwrap_or_default();
    json!({
        "name": unit.name.as_str(),
        "dir": unit.dir.to_directory(),
        "slug": slug(unit.name.as_str()),
        "depends_on": unit.depends_on.iter().map(|d| d.unit.as_str()).collect::<Vec<_>>(),
        "changed_files": paths.iter().map(text).collect::<Vec<_>>(),
        "reasons": reasons.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// A path as templates see it: as it is, and escaped only where it is no text.
fn text(path: &RepoPath) -> String {
    path.as_str().map_or_else(|| path.to_string(), str::to_owned)
}

/// `pipeline` in templates.
pub(super) fn pipeline_value(facts: &PipelineFacts) -> Value {
    json!({
        "kind": facts.kind.as_str(),
        "source": facts.source.as_str(),
        "branch": facts.branch,
        "default_branch": facts.default_branch,
        "tag": facts.tag,
        "mr": facts.merge_request.as_ref().map(|mr| json!({
            "iid": mr.iid, "source_branch": mr.source_branch, "target_branch": mr.target_branch,
        })),
        "sha": facts.sha,
        "ref_slug": facts.ref_slug,
    })
}
