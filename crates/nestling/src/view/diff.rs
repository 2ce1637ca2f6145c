//! Comparison of two pipelines job by job and key by key: the review of a change to a template.
//!
//! [`diff`] compares, `fold` groups identical changes to several jobs, and text, Markdown and JSON show the result.

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

/// The difference between two pipelines. A job is identified by its final name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diff {
    /// Jobs of the newer pipeline only, in its order.
    pub added: Vec<JobId>,
    /// Jobs of the older pipeline only, in its order.
    pub removed: Vec<JobId>,
    /// Jobs of both that differ, in the order of the newer pipeline.
    pub changed: Vec<ChangedJob>,
    /// The stages of both, if those that both have are in another order.
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
    /// The keys that differ.
    pub keys: Vec<ChangedKey>,
}

/// A key of a job whose value differs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChangedKey {
    /// The key, with dots between the levels: `image`, `variables.NODE_ENV`, `artifacts.expire_in`.
    pub key: String,
    /// Lines of YAML of the older value only; empty if the key is new.
    pub removed: Vec<String>,
    /// Lines of YAML of the newer value only; empty if the key was removed.
    pub added: Vec<String>,
}

/// A changed order of stages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stages {
    /// The stages of the older pipeline.
    pub before: Vec<String>,
    /// The stages of the newer pipeline.
    pub after: Vec<String>,
}

impl Diff {
    /// Returns `true` if the pipelines are equal.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty() && self.stages.is_none()
    }
}

/// Compares two pipelines. The order of a job's keys has no meaning for GitLab and is not compared, and the no-op job
/// counts as no job.
pub fn diff(base: &Pipeline, head: &Pipeline) -> Diff {
    let base_jobs = jobs_by_name(base);
    let head_jobs = jobs_by_name(head);
    let mut changed = Vec::new();
    for job in &head.jobs {
        let Some(older) = base_jobs.get(job.name.as_str()) else { continue };
        let keys = changed_keys(&older.body, &job.body);
        if !keys.is_empty() {
            changed.push(ChangedJob { job: job_id(job), keys });
        }
    }
    Diff {
        added: jobs_missing_in(&base_jobs, head),
        removed: jobs_missing_in(&head_jobs, base),
        changed,
        stages: reordered_stages(base, head),
    }
}

/// Jobs by their final names: a scan of the list for each job would take minutes at ten thousand jobs.
type JobsByName<'a> = BTreeMap<&'a str, &'a Job>;

fn jobs_by_name(pipeline: &Pipeline) -> JobsByName<'_> {
    pipeline.jobs.iter().map(|job| (job.name.as_str(), job)).collect()
}

/// Returns the jobs of `pipeline` that `other` does not have.
fn jobs_missing_in(other: &JobsByName<'_>, pipeline: &Pipeline) -> Vec<JobId> {
    let mut missing = Vec::new();
    for job in &pipeline.jobs {
        let is_noop = job.unit.is_none() && job.name.as_str() == NOOP_JOB;
        if !is_noop && !other.contains_key(job.name.as_str()) {
            missing.push(job_id(job));
        }
    }
    missing
}

fn job_id(job: &Job) -> JobId {
    JobId {
        unit: job.unit.clone(),
        short: super::facts::short(job).to_owned(),
        name: job.name.clone(),
        stage: job.stage().to_owned(),
    }
}

/// Returns the stages of both pipelines if those that both have are in another order.
///
/// A stage that one pipeline lacks came or went with its jobs, which are reported themselves.
fn reordered_stages(base: &Pipeline, head: &Pipeline) -> Option<Stages> {
    let before = stage_names(base);
    let after = stage_names(head);
    if common(&before, &after) == common(&after, &before) {
        return None;
    }
    Some(Stages { before, after })
}

fn stage_names(pipeline: &Pipeline) -> Vec<String> {
    pipeline.stages.iter().map(ToString::to_string).collect()
}

/// Returns the names that both lists have, in the order of the first.
fn common<'a>(names: &'a [String], other: &[String]) -> Vec<&'a str> {
    names.iter().filter(|name| other.contains(name)).map(String::as_str).collect()
}

#[cfg(test)]
mod tests;
