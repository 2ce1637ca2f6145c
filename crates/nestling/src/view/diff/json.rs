//! The difference for scripts, version 1.

use super::fold::changes;
use super::{ChangedKey, Diff, JobId};
use schemars::JsonSchema;
use serde::Serialize;

/// A difference between the plans of two commits, for all units.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "Nestling's diff, version 1")]
#[non_exhaustive]
pub struct DiffV1 {
    /// The version of this format: 1.
    pub version: u32,
    /// The older side, for people.
    pub base: String,
    /// The newer side, for people.
    pub head: String,
    /// Jobs that only the newer side has.
    pub added: Vec<DiffJobV1>,
    /// Jobs that only the older side has.
    pub removed: Vec<DiffJobV1>,
    /// Jobs of both that differ, with what differs.
    pub changed: Vec<ChangedJobV1>,
    /// The same changes, those that are alike put together: alike but for the unit's own name.
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
}

/// A job that differs.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct ChangedJobV1 {
    /// Its final name.
    pub name: String,
    /// Its unit; null for a job of the workspace.
    pub unit: Option<String>,
    /// What differs in it.
    pub keys: Vec<ChangedKeyV1>,
}

/// A key whose value differs.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct ChangedKeyV1 {
    /// The key, with dots between the levels: `variables.NODE_ENV`.
    pub key: String,
    /// Lines of YAML that only the older value has.
    pub removed: Vec<String>,
    /// Lines of YAML that only the newer value has.
    pub added: Vec<String>,
}

/// A change that happens to several jobs.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct FoldedV1 {
    /// In words: `` `image` changes in 37 jobs of 12 units``.
    pub title: String,
    /// The change. Where several units are concerned, `<unit>` and `<unit slug>` stand for their names.
    #[serde(flatten)]
    pub change: ChangedKeyV1,
    /// The jobs' final names.
    pub jobs: Vec<String>,
}

/// The difference in this format. `base` and `head` say what was compared.
pub fn diff_v1(diff: &Diff, base: String, head: String) -> DiffV1 {
    let changed = |key: &ChangedKey| ChangedKeyV1 {
        key: key.key.clone(),
        removed: key.removed.clone(),
        added: key.added.clone(),
    };
    DiffV1 {
        version: 1,
        base,
        head,
        added: diff.added.iter().map(job).collect(),
        removed: diff.removed.iter().map(job).collect(),
        changed: diff
            .changed
            .iter()
            .map(|it| ChangedJobV1 {
                name: it.job.name.to_string(),
                unit: it.job.unit.as_ref().map(ToString::to_string),
                keys: it.keys.iter().map(changed).collect(),
            })
            .collect(),
        folded: changes(diff)
            .into_iter()
            .map(|alike| FoldedV1 {
                title: alike.title(),
                jobs: alike
                    .jobs
                    .iter()
                    .flat_map(|(unit, jobs)| jobs.iter().map(|job| super::fold::full(unit.as_ref(), job)))
                    .collect(),
                change: ChangedKeyV1 { key: alike.key, removed: alike.removed, added: alike.added },
            })
            .collect(),
    }
}

/// The JSON schema of the format (draft 2020-12).
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(DiffV1).to_value()
}

fn job(job: &JobId) -> DiffJobV1 {
    DiffJobV1 {
        name: job.name.to_string(),
        unit: job.unit.as_ref().map(ToString::to_string),
        stage: job.stage.clone(),
    }
}
