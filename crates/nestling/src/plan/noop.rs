//! GitLab fails the trigger job of a child pipeline without jobs, and one with jobs in `.pre` and `.post` alone
//! (<https://docs.gitlab.com/ci/yaml/#stages>): so there is always one job.

use super::presence::ChildCreation;
use super::removed::Removed;
use crate::workspace::Workspace;
use nestling_gitlab::name::{JobName, StageName};
use nestling_gitlab::pipeline::presence::{JobPresence, State};
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::yaml::{Map, Node};

/// The name of the job that runs where nothing else does.
///
/// ```
/// use nestling::{ChangeSet, MemoryFiles, NOOP_JOB, PipelineFacts, Project, RepoPath};
///
/// let files = MemoryFiles::new([("nestling.yml", "workspace: {}"), ("api/nestling.yml", "build: { script: make }")]);
/// let project = Project::of_files(&files, PipelineFacts::local(None, None, None))?;
/// let changes = ChangeSet::of_paths([RepoPath::parse("README.md")?]);
/// let plan = project.plan(changes).run()?;
/// assert_eq!(plan.pipeline.jobs[0].name.as_str(), NOOP_JOB);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub const NOOP_JOB: &str = "nothing to do";

/// Decides which jobs GitLab puts into the pipeline, and adds the job that does nothing where that may be none.
pub(super) fn never_empty(
    mut pipeline: Pipeline,
    creation: &ChildCreation,
    workspace: &Workspace,
    removed: &[Removed],
) -> (Pipeline, Vec<JobPresence>) {
    let mut presence = creation.presences(&pipeline);
    // What GitLab includes may bring jobs, and it refuses two of one name.
    if !pipeline.includes.is_empty() {
        return (pipeline, presence);
    }
    if let Some(job) = noop_beside(pipeline.jobs.iter().zip(&presence), workspace, removed) {
        presence.push(creation.presence(&job));
        add_stage(&mut pipeline.stages, job.stage());
        pipeline.jobs.push(job);
    }
    (pipeline, presence)
}

fn add_stage(stages: &mut Vec<StageName>, name: &str) {
    let is_known = stages.iter().any(|stage| stage.as_str() == name);
    if !is_known && let Ok(stage) = StageName::parse(name) {
        stages.push(stage);
    }
}

/// Returns the job that does nothing, if the others need it beside them: where no job is certain to be in the pipeline, so
/// that it may be empty, or where all that is certain stops what removed units left. (A pipeline of manual jobs alone ends
/// as skipped, which fails a trigger job with `strategy: depend`.)
pub(crate) fn noop_beside<'j>(
    jobs: impl Iterator<Item = (&'j Job, &'j JobPresence)>,
    workspace: &Workspace,
    removed: &[Removed],
) -> Option<Job> {
    let mut reason = Reason::NoJob;
    for (job, presence) in jobs {
        let is_removed = removed.iter().any(|removed| Some(&removed.unit.name) == job.unit.as_ref());
        if is_removed || matches!(job.stage(), StageName::PRE | StageName::POST) {
            continue;
        }
        if presence.state() == State::In {
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
