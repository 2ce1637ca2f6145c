//! GitLab fails the trigger job of a child pipeline without jobs, and one with jobs in `.pre` and `.post` alone
//! (<https://docs.gitlab.com/ci/yaml/#stages>): so there is always one job.

use super::presence::ChildCreation;
use super::removed::Removed;
use crate::assemble::{KnownUnits, printing_job, run_as_others};
use crate::select::Selection;
use crate::unit::rules::JOB_NAME_CLASH;
use crate::workspace::Workspace;
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::name::{JobName, StageName};
use nestling_gitlab::pipeline::defaults::Defaults;
use nestling_gitlab::pipeline::presence::{JobPresence, State};
use nestling_gitlab::pipeline::{Job, Pipeline};
use std::collections::BTreeSet;

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
    selection: &Selection,
    defaults: &Defaults,
    known: &KnownUnits,
) -> (Pipeline, Vec<JobPresence>) {
    let mut presence = creation.presences(&pipeline);
    // What GitLab includes may bring jobs, and it refuses two of one name.
    if !pipeline.includes.is_empty() || known.are_certain() {
        return (pipeline, presence);
    }
    if !known.is_empty() {
        known.give_up();
    }
    if let Some(job) =
        noop_beside(pipeline.jobs.iter().zip(&presence), workspace, removed, selection, defaults)
    {
        presence.push(creation.presence(&job));
        add_stage(&mut pipeline.stages, job.stage());
        pipeline.jobs.push(job);
    }
    (pipeline, presence)
}

/// Reports a job of the root that has the name of the job that does nothing.
pub(super) fn taken_name(pipeline: &Pipeline) -> Option<Diagnostic> {
    let job = pipeline.jobs.iter().find(|job| job.unit.is_none() && job.name.as_str() == NOOP_JOB)?;
    let message =
        format!("`{NOOP_JOB}` is reserved for the job that is added if no other job is certain to run");
    Some(Diagnostic::error(&JOB_NAME_CLASH, job.origin, message).with_help("rename the job"))
}

/// Adds a stage behind the others, unless it is among them: GitLab rejects a pipeline with a job in a stage that it does not list.
pub(crate) fn add_stage(stages: &mut Vec<StageName>, name: &str) {
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
    selection: &Selection,
    defaults: &Defaults,
) -> Option<Job> {
    let is_any_selected = selection.selected().next().is_some();
    let mut reasons = BTreeSet::new();
    for (job, presence) in jobs {
        let is_removed = removed.iter().any(|removed| Some(&removed.unit.name) == job.unit.as_ref());
        let job_reason = match presence.state() {
            _ if is_removed => Reason::OnlyStopJobs,
            _ if matches!(job.stage(), StageName::PRE | StageName::POST) => Reason::OnlyEdgeStages,
            State::In => return None,
            State::Out => Reason::OnlyAbsentJobs,
            State::Maybe => Reason::OnlyConditionalJobs,
        };
        reasons.insert(job_reason);
    }
    let reason = match reasons.len() {
        0 if is_any_selected => Reason::NoJob,
        0 => Reason::NoUnit,
        1 => reasons.pop_first().unwrap_or(Reason::Several),
        _ => Reason::Several,
    };
    noop_job(workspace, reason, defaults)
}

/// The reason for a job that does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    /// No unit is selected.
    NoUnit,
    /// The selected units have no jobs for this kind of pipeline.
    NoJob,
    /// All jobs stop environments of removed units.
    OnlyStopJobs,
    /// All jobs are in `.pre` and `.post`.
    OnlyEdgeStages,
    /// The rules of all jobs leave them out.
    OnlyAbsentJobs,
    /// The rules of all jobs may leave them out.
    OnlyConditionalJobs,
    /// The jobs differ in their reasons.
    Several,
}

impl Reason {
    fn sentence(self) -> &'static str {
        match self {
            Self::NoUnit => "No unit is affected by this change.",
            Self::NoJob => "The affected units have no jobs in this kind of pipeline.",
            Self::OnlyStopJobs => "No other job: the environments of removed units are stopped.",
            Self::OnlyEdgeStages => "All other jobs are in the stages .pre and .post.",
            Self::OnlyAbsentJobs => "The rules of all other jobs exclude them from this pipeline.",
            Self::OnlyConditionalJobs => "The rules of all other jobs may exclude them from this pipeline.",
            Self::Several => "No other job is certain to run in a stage between .pre and .post.",
        }
    }
}

/// Returns a job that needs no checkout and passes at once.
fn noop_job(workspace: &Workspace, reason: Reason, defaults: &Defaults) -> Option<Job> {
    let origin = workspace.origin();
    let name = JobName::parse(NOOP_JOB).ok()?;
    let script = vec![format!("echo \"{}\"", reason.sentence())];
    let mut body = printing_job(StageName::DEFAULT, Some(Vec::new()), script, origin);
    run_as_others(&mut body, defaults);
    Some(Job { name, origin, unit: None, environment: None, body })
}
