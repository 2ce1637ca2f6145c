//! Replayed merges as data.

use super::totals::{PassedTotals, Totals};
use crate::project::{Replayed, ReplayedMerge};
use nestling_files::path::RepoPath;
use nestling_git::MergesEnd;
use schemars::JsonSchema;
use serde::Serialize;

/// The merges of a branch, each with what it would have run with the configuration of today: the output of `replay --format json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(title = "Nestling's replayed merges, version 1")]
#[non_exhaustive]
pub struct ReplayV1 {
    /// The version of this format: 1.
    pub version: u32,
    /// The branch whose merges are replayed.
    pub branch: String,
    /// Its newest commit.
    pub tip: String,
    /// The commit or the work tree that the configuration is from, in words.
    pub configuration: String,
    /// The pipeline that each merge is replayed as, in words.
    pub pipeline: String,
    /// The reason why there are no more merges: `limit`, `root` (the branch has no others) or `cut off` (the clone is shallow).
    pub end: String,
    /// Sums over all merges.
    pub totals: ReplayTotalsV1,
    /// The merges, the newest first.
    pub merges: Vec<ReplayedMergeV1>,
}

/// Sums over all merges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct ReplayTotalsV1 {
    /// Number of merges.
    pub merges: usize,
    /// Number of jobs that run, or may.
    pub jobs: usize,
    /// Number of jobs if every merge selected all units that there were.
    pub all_jobs: usize,
    /// Number of jobs of the merge in the middle.
    pub median_jobs: usize,
    /// Number of jobs of all units today.
    pub all_jobs_today: usize,
    /// Number of merges that select no unit.
    pub selecting_nothing: usize,
    /// Number of merges that select all units.
    pub selecting_everything: usize,
    /// The reasons to select all units, the most frequent first.
    pub everything: Vec<ReplayedReasonV1>,
    /// The changed paths of no unit, by their topmost directory, the most frequent first.
    pub unclaimed: Vec<UnclaimedPathsV1>,
    /// The jobs that `reuse` would have left out; null without `--passed`.
    pub passed: Option<ReplayedPassedV1>,
}

/// A reason to select all units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct ReplayedReasonV1 {
    /// The reason.
    pub reason: String,
    /// Number of merges that have it.
    pub merges: usize,
}

/// Jobs that would have been left out, as they had passed with the same content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct ReplayedPassedV1 {
    /// Number of jobs that would have been left out.
    pub left_out: usize,
    /// The reasons why other jobs would have run, the most frequent first.
    pub kept: Vec<KeptJobsV1>,
}

/// A reason to run jobs although `reuse` is set for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct KeptJobsV1 {
    /// The reason.
    pub reason: String,
    /// Number of jobs that have it.
    pub jobs: usize,
}

/// Changed paths of no unit in one directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct UnclaimedPathsV1 {
    /// The topmost directory, or a file at the root. Bytes that are not UTF-8 are U+FFFD.
    pub path: String,
    /// Number of changed paths in it, each counted once for each merge.
    pub paths: usize,
}

/// A merge with what it would have run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct ReplayedMergeV1 {
    /// The commit.
    pub commit: String,
    /// The commit before it.
    pub before: String,
    /// The tip of the branch that was merged; null for a commit with one parent.
    pub merged: Option<String>,
    /// The first line of its message.
    pub subject: String,
    /// Seconds since 1970 by the committer's clock.
    pub time: i64,
    /// Number of paths that it changed.
    pub changed_paths: usize,
    /// The reason why all units are selected; null if that is not so.
    pub everything: Option<String>,
    /// The selected units, by name.
    pub units: Vec<ReplayedUnitV1>,
    /// The units that are gone with it.
    pub removed: Vec<String>,
    /// Number of jobs that run, or may.
    pub jobs: usize,
    /// Number of jobs of all units that there were.
    pub all_jobs: usize,
    /// Changed paths that no unit claims, in order. Bytes that are not UTF-8 are U+FFFD.
    pub unclaimed: Vec<String>,
    /// Number of those whose directory does not exist today.
    pub gone: usize,
    /// Units whose jobs could not be rendered from files of that time, and are counted as they are today.
    pub incomplete: Vec<String>,
    /// True if it changed the configuration of its time: units that it redefined are selected.
    pub changed_configuration: bool,
    /// The names of the jobs that `reuse` would have left out; null without `--passed`.
    pub left_out: Option<Vec<String>>,
}

/// A selected unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct ReplayedUnitV1 {
    /// Its name.
    pub name: String,
    /// Reasons for it, the most direct first. Empty where all units are selected.
    pub reasons: Vec<String>,
}

/// Returns a replay in this format.
pub fn replay_v1(replayed: &Replayed) -> ReplayV1 {
    let sums = Totals::of(replayed);
    let reason =
        |(reason, merges): &(String, usize)| ReplayedReasonV1 { reason: reason.clone(), merges: *merges };
    let paths = |(path, paths): &(RepoPath, usize)| UnclaimedPathsV1 { path: path.to_json(), paths: *paths };
    let end = match replayed.end {
        MergesEnd::Limit => "limit",
        MergesEnd::Root => "root",
        MergesEnd::CutOff => "cut off",
    };
    let totals = ReplayTotalsV1 {
        merges: replayed.merges.len(),
        jobs: sums.jobs,
        all_jobs: sums.all_jobs,
        median_jobs: sums.median,
        all_jobs_today: replayed.all_jobs,
        selecting_nothing: sums.selecting_nothing,
        selecting_everything: sums.selecting_everything(),
        everything: sums.everything.iter().map(reason).collect(),
        unclaimed: sums.unclaimed.iter().map(paths).collect(),
        passed: sums.passed.as_ref().map(passed),
    };
    ReplayV1 {
        version: 1,
        branch: replayed.branch.clone(),
        tip: replayed.tip.to_string(),
        configuration: replayed.configuration.to_string(),
        pipeline: replayed.facts.describe(),
        end: end.to_owned(),
        totals,
        merges: replayed.merges.iter().map(merge).collect(),
    }
}

fn passed(sums: &PassedTotals) -> ReplayedPassedV1 {
    let kept = |(reason, jobs): &(String, usize)| KeptJobsV1 { reason: reason.clone(), jobs: *jobs };
    ReplayedPassedV1 { left_out: sums.left_out, kept: sums.kept.iter().map(kept).collect() }
}

fn merge(replayed: &ReplayedMerge) -> ReplayedMergeV1 {
    let everything = replayed.everything().and_then(|verdict| verdict.reasons().first());
    let mut units = Vec::new();
    for (name, verdict) in &replayed.units {
        // Of a thousand units the one reason is not said a thousand times.
        let reasons = if everything.is_some() && verdict.reasons().first() == everything {
            Vec::new()
        } else {
            verdict.reasons().iter().map(ToString::to_string).collect()
        };
        units.push(ReplayedUnitV1 { name: name.to_string(), reasons });
    }
    ReplayedMergeV1 {
        commit: replayed.merge.commit.to_string(),
        before: replayed.merge.before.to_string(),
        merged: replayed.merge.merged.map(|commit| commit.to_string()),
        subject: replayed.merge.subject.clone(),
        time: replayed.merge.time,
        changed_paths: replayed.changed_paths,
        everything: everything.map(ToString::to_string),
        units,
        removed: replayed.removed.iter().map(ToString::to_string).collect(),
        jobs: replayed.jobs,
        all_jobs: replayed.all_jobs,
        unclaimed: replayed.unclaimed.iter().map(RepoPath::to_json).collect(),
        gone: replayed.gone,
        incomplete: replayed.incomplete.iter().map(ToString::to_string).collect(),
        changed_configuration: replayed.changed_configuration,
        left_out: replayed
            .passed
            .as_ref()
            .map(|passed| passed.left_out.iter().map(ToString::to_string).collect()),
    }
}

/// Returns the JSON schema of the format (draft 2020-12).
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(ReplayV1).to_value()
}
