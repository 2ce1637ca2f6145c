//! Takes `reuse:` out of the jobs: GitLab does not know it.

use crate::workspace::{Reuse, Workspace, reuse};
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::name::JobName;
use nestling_gitlab::pipeline::Pipeline;
use std::collections::BTreeMap;

/// The keyword.
const REUSE: &str = "reuse";

/// The jobs whose policy is not that of the workspace.
pub(crate) type ReuseSettings = BTreeMap<JobName, Option<Reuse>>;

/// Takes the policies of jobs out of their bodies.
pub(super) fn take(pipeline: &mut Pipeline, workspace: &Workspace) -> (ReuseSettings, Vec<Diagnostic>) {
    let mut settings = ReuseSettings::new();
    let mut problems = Vec::new();
    for job in &mut pipeline.jobs {
        let Some(node) = job.body.remove(REUSE).filter(|node| !node.is_null()) else { continue };
        match reuse::of_job(&node, workspace.reuse) {
            Ok(policy) => {
                settings.insert(job.name.clone(), policy);
            }
            Err(found) => {
                problems.extend(found);
                settings.insert(job.name.clone(), None);
            }
        }
    }
    (settings, problems)
}
