//! GitLab fails the trigger job of a child pipeline without jobs, and one with jobs in `.pre` and `.post` alone
//! (<https://docs.gitlab.com/ci/yaml/#stages>): so there is always one job.

use super::removed::Removed;
use crate::workspace::Workspace;
use nestling_gitlab::facts::PipelineFacts;
use nestling_gitlab::name::{JobName, StageName};
use nestling_gitlab::pipeline::known::KnownVariables;
use nestling_gitlab::pipeline::presence::{Creation, JobPresence, State};
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::yaml::{Map, Node};

/// The name of the job that runs where nothing else does.
pub const NOOP_JOB: &str = "nothing to do";

/// Adds a job that does nothing, where one is needed.
pub(crate) fn never_empty(
    pipeline: &mut Pipeline,
    workspace: &Workspace,
    removed: &[Removed],
    facts: &PipelineFacts,
) {
    if !pipeline.includes.is_empty() {
        return;
    }
    let Some(job) = noop_beside(pipeline.jobs.iter(), workspace, removed, facts) else { return };
    if let Ok(stage) = StageName::parse(job.stage())
        && !pipeline.stages.contains(&stage)
    {
        pipeline.stages.push(stage);
    }
    pipeline.jobs.push(job);
}

/// Returns the job that does nothing, if the others need it beside them: where no job is certain to be in the pipeline, so
/// that it may be empty, or where all that is certain stops what removed units left. (A pipeline of manual jobs alone ends
/// as skipped, which fails a trigger job with `strategy: depend`.)
pub(crate) fn noop_beside<'j>(
    jobs: impl Iterator<Item = &'j Job>,
    workspace: &Workspace,
    removed: &[Removed],
    facts: &PipelineFacts,
) -> Option<Job> {
    let variables = KnownVariables::of_child(facts);
    let creation = Creation::of(&variables);
    // The emitter writes `workflow:rules` into every child pipeline.
    let moment = creation.moment(true);
    let mut reason = Reason::NoJob;
    for job in jobs {
        let is_removed = removed.iter().any(|removed| Some(&removed.unit.name) == job.unit.as_ref());
        if is_removed || matches!(job.stage(), StageName::PRE | StageName::POST) {
            continue;
        }
        if JobPresence::of(job.name.as_str(), &job.body, &moment).state() == State::In {
            return None;
        }
        reason = Reason::OnlyConditionalJobs;
    }
    noop_job(workspace, reason)
}

/// The reason for a job that does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    /// No unit has a job in this pipeline.
    NoJob,
    /// There are jobs, and their rules may keep all of them out.
    OnlyConditionalJobs,
}

impl Reason {
    fn sentence(self) -> &'static str {
        match self {
            Self::NoJob => "No unit is affected by this change.",
            Self::OnlyConditionalJobs => "The rules of every other job can keep it out of this pipeline.",
        }
    }
}

/// Returns a job that needs no checkout and passes at once.
fn noop_job(workspace: &Workspace, reason: Reason) -> Option<Job> {
    let origin = workspace.origin();
    let name = JobName::parse(NOOP_JOB).ok()?;
    let mut variables = Map::default();
    variables.set("GIT_STRATEGY", Node::string(origin, "none"));
    let mut body = Map::default();
    body.set("stage", Node::string(origin, StageName::DEFAULT));
    body.set("variables", Node::map(origin, variables));
    body.set("needs", Node::seq(origin, Vec::new()));
    let script = Node::string(origin, format!("echo \"{}\"", reason.sentence()));
    body.set("script", Node::seq(origin, vec![script]));
    Some(Job { name, origin, unit: None, environment: None, body })
}
