//! Comparison of two pipelines job by job and key by key: the review of a change to a template.
//!
//! [`diff`] compares, `fold` groups identical changes to several jobs, and text, Markdown and JSON show the result.

mod compare;
mod creation;
mod fold;
mod json;
mod markdown;
mod text;

pub use json::{ChangedJobV1, ChangedKeyV1, DiffJobV1, DiffV1, FoldedV1, diff_v1, schema};
pub use markdown::markdown;
pub use text::text;

use super::fit::counted;
use super::planned::{PlannedJob, planned_jobs};
use crate::plan::{NOOP_JOB, Plan};
use crate::workspace::rules::WORKSPACE_MISSING;
use compare::changed_keys;
use nestling_gitlab::name::{JobName, UnitName};
use nestling_gitlab::pipeline::Pipeline;
use std::collections::HashMap;

/// The difference between two pipelines. A job is identified by its final name, and counts as often as GitLab creates it: a job
/// with more copies than before is among the added ones too, with the number of additional copies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diff {
    /// Jobs of the newer pipeline only, in its order, and copies of `parallel` that only it has.
    pub added: Vec<JobId>,
    /// Jobs of the older pipeline only, in its order, and copies of `parallel` that only it has.
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
    /// For a job with `parallel`, the number of copies that are added, removed or changed.
    pub copies: Option<usize>,
}

impl JobId {
    /// Returns the number of jobs that GitLab creates of it.
    pub fn count(&self) -> usize {
        self.copies.unwrap_or(1)
    }

    /// Returns the sum of the numbers of jobs that GitLab creates.
    pub fn total<'a>(jobs: impl IntoIterator<Item = &'a Self>) -> usize {
        jobs.into_iter().map(Self::count).sum()
    }

    /// Returns the job's final name, with the number of copies: `api:test ×3`.
    pub fn label(&self) -> String {
        with_copies(self.name.as_str(), self.copies)
    }
}

/// Adds the number of copies to a name.
fn with_copies(name: &str, copies: Option<usize>) -> String {
    copies.map_or_else(|| name.to_owned(), |copies| format!("{name} ×{copies}"))
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

/// A key of a job whose value differs, or a fact that follows from its rules.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ChangedKey {
    /// The key, with dots between the levels: `image`, `variables.NODE_ENV`, `artifacts.expire_in`. `presence` and `start` are in
    /// words, and so is `allow_failure` if rules set it.
    pub key: String,
    /// The pipelines that have the key.
    pub change: KeyChange,
    /// Lines of YAML of the older value only; empty if lines were only added.
    pub removed: Vec<String>,
    /// Lines of YAML of the newer value only; empty if lines were only removed.
    pub added: Vec<String>,
}

/// The pipelines that have a key which differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyChange {
    /// Only the newer one.
    Added,
    /// Only the older one.
    Removed,
    /// Both, with different values.
    Changed,
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
    /// Returns the numbers of jobs that are added, removed and changed.
    pub fn counts(&self) -> [usize; 3] {
        let changed = self.changed.iter().map(|changed| &changed.job);
        [JobId::total(&self.added), JobId::total(&self.removed), JobId::total(changed)]
    }

    /// Returns `true` if the pipelines have the same jobs. Jobs that are left out of both may differ.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty() && self.stages.is_none()
    }

    /// Returns what the lists of jobs do not show, in sentences.
    pub(super) fn notes(&self) -> Vec<String> {
        let of_stages = |stages: &Stages| {
            let (before, after) = (stages.before.join(", "), stages.after.join(", "));
            format!("The order of the stages changes from {before} to {after}.")
        };
        let left_out = self.left_out_note().map(|note| note + ".");
        self.stages.iter().map(of_stages).chain(left_out).collect()
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

/// Returns a note on a base whose jobs are not all known.
pub fn base_note(base: &Plan) -> Option<&'static str> {
    if !base.has_errors() {
        return None;
    }
    let has_workspace = base.diagnostics.iter().all(|problem| problem.rule != &WORKSPACE_MISSING);
    Some(if has_workspace {
        "base has errors, so some of its jobs may be missing here"
    } else {
        "base has no workspace, so every job is new"
    })
}

/// Returns the units that a comparison is about: `All 6 units`, or `2 of 6 units` if options narrow it.
pub fn compared_units(head: &Plan) -> String {
    let (all, compared) = (head.workspace.units().len(), head.selection.selected().count());
    match (compared, all) {
        (1, 1) => "The only unit".to_owned(),
        _ if compared == all => format!("All {all} units"),
        _ => format!("{compared} of {}", counted(all, "unit")),
    }
}

/// Compares the pipelines of two plans: of two commits, or of two kinds. A job that its rules leave out counts as missing.
/// The order of a job's keys has no meaning for GitLab and is not compared, and the no-op job counts as no job.
pub fn diff(base: &Plan, head: &Plan) -> Diff {
    compare(&Side::new(&base.pipeline, planned_jobs(base)), &Side::new(&head.pipeline, planned_jobs(head)))
}

/// A pipeline with its jobs in order, without the no-op job.
struct Side<'a> {
    pipeline: &'a Pipeline,
    jobs: Vec<PlannedJob<'a>>,
    /// Index of each job by its final name: a scan of the list for each job would take minutes at ten thousand jobs.
    by_name: HashMap<&'a str, usize>,
}

impl<'a> Side<'a> {
    fn new(pipeline: &'a Pipeline, jobs: impl Iterator<Item = PlannedJob<'a>>) -> Self {
        let is_noop = |job: &PlannedJob<'_>| job.job.unit.is_none() && job.job.name.as_str() == NOOP_JOB;
        let jobs: Vec<PlannedJob<'_>> = jobs.filter(|job| !is_noop(job)).collect();
        let by_name = jobs.iter().enumerate().map(|(index, job)| (job.job.name.as_str(), index)).collect();
        Self { pipeline, jobs, by_name }
    }

    fn get(&self, name: &str) -> Option<PlannedJob<'a>> {
        self.by_name.get(name).map(|index| self.jobs[*index])
    }
}

fn compare(base: &Side<'_>, head: &Side<'_>) -> Diff {
    let mut diff = Diff { stages: reordered_stages(base.pipeline, head.pipeline), ..Diff::default() };
    for job in &head.jobs {
        let older = base.get(job.job.name.as_str());
        let (before, after) = (older.map_or(0, possible_copies), possible_copies(*job));
        if after > before {
            diff.added.push(job_id(*job, after - before));
        }
        if let Some(older) = older.filter(|_| before > 0 && after > 0) {
            let keys = differences(older, *job);
            if !keys.is_empty() {
                diff.changed.push(ChangedJob { job: job_id(*job, before.min(after)), keys });
            }
        }
        // A change to a job that neither pipeline has is only counted, so that it does not go unnoticed.
        let is_changed = |older: PlannedJob<'_>| !changed_keys(&older.job.body, &job.job.body).is_empty();
        if before == 0 && after == 0 && older.is_none_or(is_changed) {
            diff.left_out.push(job_id(*job, 1));
        }
    }
    for job in &base.jobs {
        let newer = head.get(job.job.name.as_str());
        let (before, after) = (possible_copies(*job), newer.map_or(0, possible_copies));
        if before > after {
            diff.removed.push(job_id(*job, before - after));
        } else if before == 0 && newer.is_none() {
            diff.left_out.push(job_id(*job, 1));
        }
    }
    diff
}

fn possible_copies(planned: PlannedJob<'_>) -> usize {
    planned.count().possible
}

/// Returns the keys of a job that differ, and the facts that differ beside them.
fn differences(before: PlannedJob<'_>, after: PlannedJob<'_>) -> Vec<ChangedKey> {
    let mut keys = changed_keys(&before.job.body, &after.job.body);
    creation::add(&mut keys, before, after);
    keys
}

fn job_id(planned: PlannedJob<'_>, copies: usize) -> JobId {
    let job = planned.job;
    JobId {
        unit: job.unit.clone(),
        short: super::facts::short(job).to_owned(),
        name: job.name.clone(),
        stage: job.stage().to_owned(),
        copies: planned.multiplier().map(|_| copies),
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
