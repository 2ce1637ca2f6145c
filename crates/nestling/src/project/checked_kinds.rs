//! A check of all units in several kinds of pipelines.

use crate::plan::NOOP_JOB;
use crate::workspace::Workspace;
use nestling_gitlab::diagnostic::{Diagnostic, KindName, Origin, Sources, has_errors};
use nestling_gitlab::name::UnitName;
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::presence::JobPresence;
use std::sync::Arc;

/// Findings in all units in several kinds of pipelines, made by [`Planning::check`](super::Planning::check).
///
/// ```
/// use nestling::{MemoryFiles, PipelineFacts, Project};
///
/// let files = MemoryFiles::new([
///     ("nestling.yml", "workspace: { environments: { review: { when: merge_request } } }"),
///     ("api/nestling.yml", "unit: {}\n---\ndeploy: { script: make, environment: [review], needs: [biuld] }"),
/// ]);
/// let project = Project::of_files(&files, PipelineFacts::local(None, None, None))?;
/// let checked = project.plan(project.changes()?).check(project.kinds()?)?;
/// assert_eq!(checked.kinds.len(), 5);
/// assert_eq!(checked.diagnostics[0].kinds[0].name, "merge requests");
/// # Ok::<(), nestling::Error>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct CheckedKinds {
    /// The workspace.
    pub workspace: Arc<Workspace>,
    /// The kinds, in the order in which they were checked.
    pub kinds: Vec<CheckedKind>,
    /// Each finding once. One that does not hold in all kinds names those that it holds in.
    pub diagnostics: Vec<Diagnostic>,
    /// Number of warnings and notes that were allowed.
    pub allowed: usize,
    /// A warning for each comment and entry of `allow` that silences nothing in any of the kinds.
    pub unused_allows: Vec<Diagnostic>,
    /// The contents of the files that were read, which diagnostics point into.
    pub sources: Sources,
}

/// A kind of pipeline with the jobs that all units have in it.
#[derive(Debug)]
#[non_exhaustive]
pub struct CheckedKind {
    /// Its name.
    pub name: KindName,
    /// The jobs that are in such a pipeline, or can be.
    pub jobs: Vec<CheckedJob>,
}

/// A job of a checked pipeline.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CheckedJob {
    /// Its unit; `None` for a job of the workspace.
    pub unit: Option<UnitName>,
    /// The place where it was written.
    pub origin: Origin,
    /// Number of jobs that GitLab makes of it, or can make.
    pub count: usize,
    /// Number of those that GitLab makes for certain.
    pub certain: usize,
}

impl CheckedJob {
    /// Returns a job with its presence; `None` if it is in no such pipeline, or does nothing but keep the pipeline from being empty.
    pub(super) fn of(job: &Job, presence: &JobPresence) -> Option<Self> {
        let (count, certain) = (presence.count(), presence.certain_count());
        let is_noop = job.unit.is_none() && job.name.as_str() == NOOP_JOB;
        (count > 0 && !is_noop).then(|| Self { unit: job.unit.clone(), origin: job.origin, count, certain })
    }
}

impl CheckedKind {
    /// Returns the number of jobs that GitLab makes in such a pipeline, or can make.
    pub fn job_count(&self) -> usize {
        self.jobs.iter().map(|job| job.count).sum()
    }

    /// Returns the number of jobs that GitLab makes in such a pipeline for certain.
    pub fn certain_job_count(&self) -> usize {
        self.jobs.iter().map(|job| job.certain).sum()
    }
}

impl CheckedKinds {
    /// Reports whether something is wrong in one of the kinds that keeps its pipeline from being written.
    pub fn has_errors(&self) -> bool {
        has_errors(&self.diagnostics)
    }
}
