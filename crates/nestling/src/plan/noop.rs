//! GitLab fails the trigger job of a child pipeline without jobs, and one with jobs in `.pre` and `.post` alone
//! (<https://docs.gitlab.com/ci/yaml/#stages>): so there is always one job.

use super::removed::Removed;
use crate::workspace::Workspace;
use nestling_gitlab::diagnostic::{FileId, Origin};
use nestling_gitlab::name::{JobName, StageName};
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::yaml::{Map, Node};

/// The name of the job that runs where nothing else does.
pub const NOOP_JOB: &str = "nothing to do";

/// Adds a job where the pipeline would be empty, or would only stop what removed units left: a pipeline of manual jobs
/// alone ends as skipped, which fails a trigger job with `strategy: depend`.
pub(crate) fn never_empty(pipeline: &mut Pipeline, workspace: &Workspace, removed: &[Removed]) {
    let is_removed = |job: &Job| removed.iter().any(|removed| Some(&removed.unit.name) == job.unit.as_ref());
    let real = |job: &Job| !matches!(job.stage(), StageName::PRE | StageName::POST) && !is_removed(job);
    if pipeline.jobs.iter().any(real) || !pipeline.includes.is_empty() {
        return;
    }
    let Some(job) = noop_job(workspace) else { return };
    if let Ok(stage) = StageName::parse(job.stage())
        && !pipeline.stages.contains(&stage)
    {
        pipeline.stages.push(stage);
    }
    pipeline.jobs.push(job);
}

/// A job that needs no checkout and passes at once.
pub(crate) fn noop_job(workspace: &Workspace) -> Option<Job> {
    let origin = Origin::file(workspace.file.unwrap_or(FileId::from_index(0)));
    let name = JobName::parse(NOOP_JOB).ok()?;
    let mut variables = Map::default();
    variables.set("GIT_STRATEGY", Node::string(origin, "none"));
    let mut body = Map::default();
    body.set("stage", Node::string(origin, StageName::DEFAULT));
    body.set("variables", Node::map(origin, variables));
    body.set("needs", Node::seq(origin, Vec::new()));
    let script = Node::string(origin, "echo \"No unit is affected by this change.\"");
    body.set("script", Node::seq(origin, vec![script]));
    Some(Job { name, origin, unit: None, environment: None, body })
}
