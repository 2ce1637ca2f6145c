//! The recorded pipeline that a branch is compared with, and the work that it left undone.

use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A recorded pipeline of the same branch that a change set is compared with: `pipelines: { branch: unpassed }`.
///
/// Whatever changed since that pipeline counts as changed, and so does each unit with a job that did not pass in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedBase {
    /// The id of the pipeline.
    pub pipeline: u64,
    /// The branch.
    pub branch: String,
    /// The units with jobs that did not pass in it.
    pub owed: BTreeMap<UnitName, Owed>,
    /// Paths that are as they were in that pipeline and were others in between: a pipeline without a record may have used them.
    pub restored: BTreeSet<RepoPath>,
}

/// A job that has not passed since some pipeline, although it starts by itself.
///
/// As text it completes the sentence "selected because …".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Owed {
    /// The first of the pipelines running in which it did not pass.
    pub since: u64,
    /// Number of those pipelines.
    pub pipelines: usize,
    /// The name of the job, the first one of the unit.
    pub job: String,
}

impl Owed {
    pub(crate) fn new(since: u64, pipelines: usize, job: &str) -> Self {
        Self { since, pipelines, job: job.to_owned() }
    }
}

impl fmt::Display for Owed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { since, pipelines, job } = self;
        write!(f, "owed since pipeline {since}, in which `{job}` did not pass")?;
        if *pipelines > 1 {
            write!(f, ", nor in {}", after(pipelines - 1))?;
        }
        Ok(())
    }
}

fn after(pipelines: usize) -> String {
    if pipelines == 1 { "the one after it".to_owned() } else { format!("the {pipelines} after it") }
}
