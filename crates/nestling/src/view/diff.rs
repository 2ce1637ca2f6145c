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

use super::fit::counted;
use super::planned::absent_names;
use crate::plan::{NOOP_JOB, Plan};
pub(crate) use compare::changed_keys;
use nestling_gitlab::name::{JobName, UnitName};
use nestling_gitlab::pipeline::{Job, Pipeline};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Jobs that differ, or that only one side has, and that their rules leave out of both pipelines.
    pub left_out: Vec<JobId>,
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
    /// Returns `true` if the pipelines have the same jobs. Jobs that are left out of both may differ.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty() && self.stages.is_none()
    }

    /// Returns a sentence about changed jobs that their rules leave out, if there are any.
    fn left_out_note(&self) -> Option<String> {
        if self.left_out.is_empty() {
            return None;
        }
        let jobs = counted(self.left_out.len(), "changed job");
        Some(format!("{jobs} left out by rules in this kind of pipeline: `--as KIND` compares another kind"))
    }
}

/// Compares the pipelines of two plans, for the same kind of pipeline. A job that its rules leave out counts as missing.
/// The order of a job's keys has no meaning for GitLab and is not compared, and the no-op job counts as no job.
pub fn diff(base: &Plan, head: &Plan) -> Diff {
    compare(&Side::of(base), &Side::of(head))
}

/// A pipeline with the names of the jobs that GitLab leaves out.
struct Side<'a> {
    pipeline: &'a Pipeline,
    absent: BTreeSet<&'a str>,
    /// Jobs by their final names: a scan of the list for each job would take minutes at ten thousand jobs.
    jobs: BTreeMap<&'a str, &'a Job>,
}

impl<'a> Side<'a> {
    fn of(plan: &'a Plan) -> Self {
        Self::new(&plan.pipeline, absent_names(plan))
    }

    fn new(pipeline: &'a Pipeline, absent: BTreeSet<&'a str>) -> Self {
        let jobs = pipeline.jobs.iter().map(|job| (job.name.as_str(), job)).collect();
        Self { pipeline, absent, jobs }
    }

    /// Returns the jobs in order, without the no-op job.
    fn jobs(&self) -> impl Iterator<Item = &'a Job> {
        self.pipeline.jobs.iter().filter(|job| job.unit.is_some() || job.name.as_str() != NOOP_JOB)
    }

    fn has(&self, job: &Job) -> bool {
        let name = job.name.as_str();
        self.jobs.contains_key(name) && !self.absent.contains(name)
    }
}

fn compare(base: &Side<'_>, head: &Side<'_>) -> Diff {
    let mut diff = Diff { stages: reordered_stages(base.pipeline, head.pipeline), ..Diff::default() };
    for job in head.jobs() {
        let older = base.jobs.get(job.name.as_str());
        let keys = older.map(|older| changed_keys(&older.body, &job.body));
        match (base.has(job), head.has(job)) {
            (false, true) => diff.added.push(job_id(job)),
            (true, true) => {
                let keys = keys.unwrap_or_default();
                if !keys.is_empty() {
                    diff.changed.push(ChangedJob { job: job_id(job), keys });
                }
            }
            // A change to a job that neither pipeline has is only counted, so that it does not go unnoticed.
            (false, false) if keys.is_none_or(|keys| !keys.is_empty()) => diff.left_out.push(job_id(job)),
            (false, false) | (true, false) => {}
        }
    }
    for job in base.jobs() {
        if base.has(job) && !head.has(job) {
            diff.removed.push(job_id(job));
        } else if !base.has(job) && !head.jobs.contains_key(job.name.as_str()) {
            diff.left_out.push(job_id(job));
        }
    }
    diff
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
