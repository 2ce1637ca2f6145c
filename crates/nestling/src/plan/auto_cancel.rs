//! A pipeline that is compared with the commit before must not be canceled: what it left undone would never run again.

use crate::changes::{PipelineFacts, PipelineKind, Policy};
use crate::workspace::Workspace;
use nestling_gitlab::check::parent::AUTO_CANCEL_SINCE;
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::pipeline::Pipeline;
use nestling_gitlab::yaml::Node;

/// The keyword (<https://docs.gitlab.com/ci/yaml/#workflowauto_cancelon_new_commit>).
const AUTO_CANCEL: &str = "auto_cancel";

/// Keeps GitLab from canceling a branch's child pipeline when the next push comes.
///
/// That push is compared with `CI_COMMIT_BEFORE_SHA`, and so selects nothing of what the canceled pipeline had selected. A merge
/// request is compared as a whole: the next pipeline makes up for a canceled one. What the workspace's own `workflow` says
/// takes precedence.
pub(super) fn keep_running(pipeline: &mut Pipeline, workspace: &Workspace, facts: &PipelineFacts) {
    let is_compared_with_before =
        facts.kind == PipelineKind::Branch && workspace.policies.get(facts.occasion()) == Policy::Changed;
    let is_known = workspace.gitlab.is_at_least(AUTO_CANCEL_SINCE.0, AUTO_CANCEL_SINCE.1);
    let own = pipeline.workflow.get(AUTO_CANCEL);
    let says = |own: &Node| own.as_map().is_none_or(|own| own.contains("on_new_commit"));
    if !is_compared_with_before || !is_known || own.is_some_and(says) {
        return;
    }
    let origin = Origin::generated();
    let mut auto_cancel = own.and_then(Node::as_map).cloned().unwrap_or_default();
    auto_cancel.set("on_new_commit", Node::string(origin, "none"));
    pipeline.workflow.set(AUTO_CANCEL, Node::map(origin, auto_cancel));
}

#[cfg(test)]
mod tests {
    use crate::project::Project;
    use nestling_files::files::MemoryFiles;
    use nestling_gitlab::facts::{As, PipelineFacts};
    use nestling_gitlab::yaml::Node;

    /// Returns `workflow:auto_cancel:on_new_commit` in the pipeline of a workspace with this header.
    fn on_new_commit(header: &str, act_as: &str) -> Option<String> {
        let files =
            MemoryFiles::new([("nestling.yml", header), ("api/nestling.yml", "build: { script: make }\n")]);
        let facts = PipelineFacts::local(Some("feature".to_owned()), Some("main".to_owned()), None);
        let project = Project::of_files(&files, facts.seen_as(&As::parse(act_as).unwrap())).unwrap();
        let plan = project.plan(project.changes().unwrap()).run().unwrap();
        let auto_cancel = plan.pipeline.workflow.get("auto_cancel")?;
        Some(auto_cancel.get("on_new_commit").and_then(Node::text)?.to_owned())
    }

    #[test]
    fn only_what_no_later_pipeline_makes_up_for_is_kept_running() {
        let own = "workspace: {}\n---\nworkflow: { auto_cancel: { on_new_commit: interruptible } }\n";
        let other = "workspace: {}\n---\nworkflow: { auto_cancel: { on_job_failure: all } }\n";
        for (header, act_as, expected) in [
            ("workspace: {}", "branch:main", Some("none")),
            ("workspace: {}", "branch:feature", Some("none")),
            ("workspace: {}", "merge_request", None),
            ("workspace: {}", "tag:v1", None),
            // It runs everything, and so does the next one.
            ("workspace: {}", "schedule", None),
            ("workspace: { pipelines: { schedule: changed } }", "schedule", Some("none")),
            ("workspace: { pipelines: { branch: all } }", "branch:main", None),
            ("workspace: { gitlab: { version: \"16.8\" } }", "branch:main", None),
            ("workspace: { gitlab: { version: \"16.9\" } }", "branch:main", Some("none")),
            (own, "branch:main", Some("interruptible")),
            (other, "branch:main", Some("none")),
        ] {
            assert_eq!(on_new_commit(header, act_as).as_deref(), expected, "{header} as {act_as}");
        }
    }
}
