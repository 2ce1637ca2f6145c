//! The result of a replay.

use crate::changes::{Head, PipelineFacts};
use crate::select::Verdict;
use crate::workspace::Workspace;
use nestling_files::path::RepoPath;
use nestling_git::{CommitId, Merge, MergesEnd};
use nestling_gitlab::diagnostic::{Diagnostic, Sources};
use nestling_gitlab::name::{JobName, UnitName};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The merges of a branch, each with what it would have run.
///
/// [`Replay`](super::Replay) has an example.
#[derive(Debug)]
#[non_exhaustive]
pub struct Replayed {
    /// The branch.
    pub branch: String,
    /// Its newest commit.
    pub tip: CommitId,
    /// The commit or the work tree that the configuration is from.
    pub configuration: Head,
    /// The pipeline that each merge is replayed as.
    pub facts: PipelineFacts,
    /// The workspace today.
    pub workspace: Arc<Workspace>,
    /// Number of jobs of all units today.
    pub all_jobs: usize,
    /// The merges, the newest first.
    pub merges: Vec<ReplayedMerge>,
    /// The reason why there are no more.
    pub end: MergesEnd,
    /// The findings in the configuration of today. With errors nothing is replayed.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that were read, which diagnostics point into.
    pub sources: Sources,
}

/// A merge with what it would have run.
///
/// [`Replay`](super::Replay) has an example.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReplayedMerge {
    /// The merge.
    pub merge: Merge,
    /// Number of paths that it changed.
    pub changed_paths: usize,
    /// The units that it selects, by name, each with the reasons.
    pub units: Vec<(UnitName, Verdict)>,
    /// The units that it removed, whose environments are stopped.
    pub removed: Vec<UnitName>,
    /// The paths that it changed and that do not belong to a unit.
    pub unclaimed: Vec<RepoPath>,
    /// Number of unclaimed paths whose directory does not exist today.
    pub gone: usize,
    /// Number of jobs that run, or may.
    pub jobs: usize,
    /// Number of jobs of all units that there were.
    pub all_jobs: usize,
    /// Units whose jobs cannot be rendered from files of that time: their jobs are counted as they are today.
    pub incomplete: Vec<UnitName>,
    /// Set if it changed the configuration of its time.
    pub changed_configuration: bool,
    /// The jobs that had passed with the same content; `None` unless they were asked for.
    pub passed: Option<PassedJobs>,
}

/// The jobs of a merge that `reuse` would have left out, as they had passed with the same content.
///
/// [`Replay::passed`](super::Replay::passed) asks for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PassedJobs {
    /// The jobs that would have been left out, in the order of the pipeline.
    pub left_out: Vec<JobName>,
    /// Number of those jobs, with each instance of `parallel` counted.
    pub left_out_count: usize,
    /// Number of the other jobs with a policy about reuse, by the reason why they would have run.
    pub kept: BTreeMap<String, usize>,
}

impl ReplayedMerge {
    /// Returns the verdict that selects every unit, if there is one.
    pub fn everything(&self) -> Option<&Verdict> {
        let mut verdicts = self.units.iter().map(|(_, verdict)| verdict);
        verdicts.find(|verdict| matches!(verdict, Verdict::Everything(_)))
    }
}
