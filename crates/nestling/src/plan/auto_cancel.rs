//! A pipeline that is compared with the commit before must not be cancelled: what it left undone would never run again.

use crate::changes::{PipelineFacts, PipelineKind, Policy};
use crate::workspace::Workspace;
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::pipeline::Pipeline;
use nestling_gitlab::yaml::{Map, Node};

/// The keyword (<https://docs.gitlab.com/ci/yaml/#workflowauto_cancelon_new_commit>), and the first GitLab that reads it.
const AUTO_CANCEL: &str = "auto_cancel";
const SINCE: (u32, u32) = (16, 9);

/// Keeps GitLab from cancelling a branch's child pipeline when the next push comes.
///
/// That push is compared with `CI_COMMIT_BEFORE_SHA`, and so selects nothing of what the cancelled pipeline had selected. A merge
/// request is compared as a whole: the next pipeline makes up for a cancelled one. What the workspace's own `workflow` says
/// takes precedence.
pub(super) fn keep_running(pipeline: &mut Pipeline, workspace: &Workspace, facts: &PipelineFacts) {
    let is_compared_with_before =
        facts.kind == PipelineKind::Branch && workspace.policies.get(facts.occasion()) == Policy::Changed;
    let is_known = workspace.gitlab.is_at_least(SINCE.0, SINCE.1);
    if !is_compared_with_before || !is_known || pipeline.workflow.contains(AUTO_CANCEL) {
        return;
    }
    let origin = Origin::generated();
    let mut auto_cancel = Map::default();
    auto_cancel.set("on_new_commit", Node::string(origin, "none"));
    pipeline.workflow.set(AUTO_CANCEL, Node::map(origin, auto_cancel));
}
