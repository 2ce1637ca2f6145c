//! What a change does to the jobs: two pipelines compared job by job and key by key. For a change to a template this is
//! the review.
//!
//! [`diff`] compares, `fold` puts together what changes alike in many jobs, and text, Markdown and JSON show it.

mod compare;
mod fold;
mod json;
mod markdown;
mod text;

pub use json::{ChangedJobV1, ChangedKeyV1, DiffJobV1, DiffV1, FoldedV1, diff_v1, schema};
pub use markdown::markdown;
pub use text::text;

use crate::plan::NOOP_JOB;
use compare::changed_keys;
use nestling_gitlab::name::{JobName, UnitName};
use nestling_gitlab::pipeline::{Job, Pipeline};
use std::collections::BTreeMap;

/// The difference between two pipelines. Jobs are told apart by their final names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diff {
    /// Jobs that only the newer one has, in its order.
    pub added: Vec<JobId>,
    /// Jobs that only the older one has, in its order.
    pub removed: Vec<JobId>,
    /// Jobs of both that differ, in the newer one's order.
    pub changed: Vec<ChangedJob>,
    /// The stages of both, where they differ in more than those that came or went with jobs.
    pub stages: Option<Stages>,
}

/// A job and its unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobId {
    /// The unit; `None` for a job of the workspace.
    pub unit: Option<UnitName>,
    /// Its name within the unit.
    pub short: String,
    /// Its final name.
    pub name: JobName,
    /// Its stage.
    pub stage: String,
}

/// A job that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChangedJob {
    /// The job, as it is in the newer pipeline.
    pub job: JobId,
    /// What differs in it.
    pub keys: Vec<ChangedKey>,
}

/// A key of a job whose value differs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChangedKey {
    /// The key, with dots between the levels: `image`, `variables.NODE_ENV`, `artifacts.expire_in`.
    pub key: String,
    /// The lines of YAML that only the older value has; all of them where the key is new.
    pub removed: Vec<String>,
    /// The lines of YAML that only the newer value has.
    pub added: Vec<String>,
}

/// An order of stages that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stages {
    /// As it was.
    pub before: Vec<String>,
    /// As it is.
    pub after: Vec<String>,
}

impl Diff {
    /// Whether the two pipelines say the same.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty() && self.stages.is_none()
    }
}

/// Compares two pipelines. The order of a job's keys means nothing to GitLab, and nothing here; the job that stands for
/// no job is none.
pub fn diff(base: &Pipeline, head: &Pipeline) -> Diff {
    let is_real = |job: &&Job| job.unit.is_some() || job.name.as_str() != NOOP_JOB;
    let by_name = |pipeline: &'_ Pipeline| -> BTreeMap<JobName, usize> {
        pipeline.jobs.iter().enumerate().map(|(at, job)| (job.name.clone(), at)).collect()
    };
    let (old, new) = (by_name(base), by_name(head));
    let only = |pipeline: &Pipeline, other: &BTreeMap<JobName, usize>| -> Vec<JobId> {
        let missing = pipeline.jobs.iter().filter(|job| !other.contains_key(&job.name));
        missing.filter(is_real).map(job_id).collect()
    };
    let changed = head.jobs.iter().filter_map(|job| {
        let before = &base.jobs[*old.get(&job.name)?];
        let keys = changed_keys(&before.body, &job.body);
        (!keys.is_empty()).then(|| ChangedJob { job: job_id(job), keys })
    });
    Diff {
        added: only(head, &old),
        removed: only(base, &new),
        changed: changed.collect(),
        stages: reordered(base, head),
    }
}

fn job_id(job: &Job) -> JobId {
    JobId {
        unit: job.unit.clone(),
        short: super::facts::short(job).to_owned(),
        name: job.name.clone(),
        stage: job.stage().to_owned(),
    }
}

/// The stages, where those that both have stand in another order.
fn reordered(base: &Pipeline, head: &Pipeline) -> Option<Stages> {
    let of =
        |pipeline: &Pipeline| -> Vec<String> { pipeline.stages.iter().map(ToString::to_string).collect() };
    let (before, after) = (of(base), of(head));
    let common = |one: &[String], other: &[String]| -> Vec<String> {
        one.iter().filter(|stage| other.contains(stage)).cloned().collect()
    };
    (common(&before, &after) != common(&after, &before)).then_some(Stages { before, after })
}

#[cfg(test)]
mod tests;
