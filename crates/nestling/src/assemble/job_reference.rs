//! Names of jobs where other jobs name them.

use crate::unit::UnitJobs;
use crate::workspace::Workspace;
use nestling_gitlab::name::UnitName;

/// The job that a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JobReference<'a> {
    /// A job of the unit that names it.
    Own,
    /// A job of another unit, in full: `libs/core:build`.
    Other {
        /// The other unit.
        unit: &'a UnitName,
        /// The job's short name there.
        job: &'a str,
    },
    /// Neither: a job of the workspace, or none.
    Unknown,
}

/// Resolves a job's name in a unit: its own jobs come first, then `unit:job`.
pub(crate) fn resolve<'a>(name: &'a str, from: &UnitJobs, workspace: &'a Workspace) -> JobReference<'a> {
    if from.jobs.contains_key(name) || from.fans.contains_key(name) {
        return JobReference::Own;
    }
    let Some((unit, job)) = name.split_once(':') else { return JobReference::Unknown };
    match workspace.unit(unit) {
        Some(unit) => JobReference::Other { unit: &unit.name, job },
        None => JobReference::Unknown,
    }
}
