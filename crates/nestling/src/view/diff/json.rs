//! The difference as JSON, version 1, for scripts.

use super::fold::{Alike, changes};
use super::{ChangedJob, ChangedKey, Diff, JobId};
use schemars::JsonSchema;
use serde::Serialize;

/// The difference between the plans of two commits, for all units.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "Nestling's diff, version 1")]
#[non_exhaustive]
pub struct DiffV1 {
    /// The version of this format: 1.
    pub version: u32,
    /// Description of the older side.
    pub base: String,
    /// Description of the newer side.
    pub head: String,
    /// Jobs of the newer side only, and jobs of both that have more copies on it.
    pub added: Vec<DiffJobV1>,
    /// Jobs of the older side only, and jobs of both that have more copies on it.
    pub removed: Vec<DiffJobV1>,
    /// Jobs of both sides that differ.
    pub changed: Vec<ChangedJobV1>,
    /// Jobs that differ, or that only one side has, and that their rules leave out of both pipelines.
    pub left_out: Vec<DiffJobV1>,
    /// The same changes, grouped: changes that differ only in the name of the unit are one entry.
    pub folded: Vec<FoldedV1>,
}

/// A job.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct DiffJobV1 {
    /// Its final name.
    pub name: String,
    /// Its unit; null for a job of the workspace.
    pub unit: Option<String>,
    /// Its stage.
    pub stage: String,
    /// Number of jobs that GitLab creates of it, by `parallel`. If both sides have the job, the number of copies by which they differ.
    pub copies: usize,
}

/// A job that differs.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct ChangedJobV1 {
    /// Its final name.
    pub name: String,
    /// Its unit; null for a job of the workspace.
    pub unit: Option<String>,
    /// Number of jobs that GitLab creates of it on both sides, by `parallel`.
    pub copies: usize,
    /// The keys that differ.
    pub keys: Vec<ChangedKeyV1>,
}

/// A key whose value differs.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct ChangedKeyV1 {
    /// The key, with dots between the levels: `variables.NODE_ENV`. `presence` and `start` are facts in words, and so is `allow_failure`
    /// if rules set it.
    pub key: String,
    /// Lines of YAML of the older value only.
    pub removed: Vec<String>,
    /// Lines of YAML of the newer value only.
    pub added: Vec<String>,
}

/// A change to one or several jobs.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct FoldedV1 {
    /// A title, such as `` `image` changes in 37 jobs of 12 units``.
    pub title: String,
    /// The change. If it affects several units, `<unit>` and `<unit slug>` are placeholders of their names.
    #[serde(flatten)]
    pub change: ChangedKeyV1,
    /// The jobs' final names.
    pub jobs: Vec<String>,
}

/// Returns the difference in this format. `base` and `head` describe the two sides.
pub fn diff_v1(diff: &Diff, base: String, head: String) -> DiffV1 {
    DiffV1 {
        version: 1,
        base,
        head,
        added: diff.added.iter().map(job).collect(),
        removed: diff.removed.iter().map(job).collect(),
        changed: diff.changed.iter().map(changed_job).collect(),
        left_out: diff.left_out.iter().map(job).collect(),
        folded: changes(diff).iter().map(folded).collect(),
    }
}

fn changed_job(changed: &ChangedJob) -> ChangedJobV1 {
    ChangedJobV1 {
        name: changed.job.name.to_string(),
        unit: changed.job.unit.as_ref().map(ToString::to_string),
        copies: changed.job.count(),
        keys: changed.keys.iter().map(changed_key).collect(),
    }
}

fn changed_key(key: &ChangedKey) -> ChangedKeyV1 {
    ChangedKeyV1 { key: key.key.clone(), removed: key.removed.clone(), added: key.added.clone() }
}

fn folded(alike: &Alike) -> FoldedV1 {
    let names = alike.jobs.values().flatten().map(|job| job.name.to_string());
    FoldedV1 { title: alike.title(), jobs: names.collect(), change: changed_key(&alike.change) }
}

/// Returns the JSON schema of the format (draft 2020-12).
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(DiffV1).to_value()
}

fn job(job: &JobId) -> DiffJobV1 {
    DiffJobV1 {
        name: job.name.to_string(),
        unit: job.unit.as_ref().map(ToString::to_string),
        stage: job.stage.clone(),
        copies: job.count(),
    }
}
