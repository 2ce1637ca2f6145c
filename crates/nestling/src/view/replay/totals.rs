//! Sums over all merges of a replay.

use crate::project::{PassedJobs, Replayed, ReplayedMerge};
use crate::select::Reason;
use crate::view::fit::counted;
use nestling_files::path::RepoPath;
use nestling_git::MergesEnd;
use nestling_gitlab::name::UnitName;
use std::collections::BTreeMap;

/// Sums over all merges.
pub(super) struct Totals {
    /// Number of jobs that run, or may.
    pub(super) jobs: usize,
    /// Number of jobs if every merge selected all units.
    pub(super) all_jobs: usize,
    /// Number of jobs of the merge in the middle.
    pub(super) median: usize,
    /// Number of merges that select no unit.
    pub(super) selecting_nothing: usize,
    /// The merges that select all units, by the reason, the most frequent first.
    pub(super) everything: Vec<(String, usize)>,
    /// The merges that select a unit, by unit, the most frequent first.
    pub(super) units: Vec<(UnitName, usize)>,
    /// The changed paths of no unit, by their topmost directory, or the file at the root, the most frequent first.
    pub(super) unclaimed: Vec<(RepoPath, usize)>,
    /// Number of unclaimed paths whose directory does not exist today.
    pub(super) gone: usize,
    /// Number of merges that changed the configuration of their time.
    pub(super) changed_configuration: usize,
    /// Number of merges with units whose jobs could not be rendered.
    pub(super) incomplete: usize,
    /// The jobs that had passed, if they were asked for.
    pub(super) passed: Option<PassedTotals>,
}

/// Sums over the jobs that had passed.
pub(super) struct PassedTotals {
    /// Number of jobs that would have been left out.
    pub(super) left_out: usize,
    /// Number of jobs with a policy about reuse that would have run, by the reason, the most frequent first.
    pub(super) kept: Vec<(String, usize)>,
}

impl Totals {
    pub(super) fn of(replayed: &Replayed) -> Self {
        let merges = &replayed.merges;
        let sum = |number: fn(&ReplayedMerge) -> usize| merges.iter().map(number).sum();
        let count = |holds: fn(&ReplayedMerge) -> bool| merges.iter().filter(|merge| holds(merge)).count();
        let mut jobs: Vec<usize> = merges.iter().map(|merge| merge.jobs).collect();
        jobs.sort_unstable();
        let everything = merges.iter().filter_map(|merge| merge.everything()?.reasons().first());
        let selected =
            merges.iter().filter(|merge| merge.everything().is_none()).flat_map(|merge| &merge.units);
        let unclaimed = merges.iter().flat_map(|merge| &merge.unclaimed);
        Self {
            jobs: sum(|merge| merge.jobs),
            all_jobs: sum(|merge| merge.all_jobs),
            median: jobs.get(jobs.len() / 2).copied().unwrap_or_default(),
            selecting_nothing: count(|merge| merge.units.is_empty()),
            everything: frequent(everything.map(kind_of)),
            units: frequent(selected.map(|(unit, _)| unit.clone())),
            unclaimed: frequent(unclaimed.map(topmost)),
            gone: sum(|merge| merge.gone),
            changed_configuration: count(|merge| merge.changed_configuration),
            incomplete: count(|merge| !merge.incomplete.is_empty()),
            passed: passed(merges),
        }
    }

    /// Returns the number of merges that select all units.
    pub(super) fn selecting_everything(&self) -> usize {
        self.everything.iter().map(|(_, count)| count).sum()
    }
}

/// Sums the jobs that had passed; `None` if nobody asked for them.
fn passed(merges: &[ReplayedMerge]) -> Option<PassedTotals> {
    let each: Vec<&PassedJobs> = merges.iter().filter_map(|merge| merge.passed.as_ref()).collect();
    if each.is_empty() {
        return None;
    }
    let mut kept: BTreeMap<&String, usize> = BTreeMap::new();
    for (why, jobs) in each.iter().flat_map(|passed| &passed.kept) {
        *kept.entry(why).or_default() += jobs;
    }
    let kept = kept.into_iter().map(|(why, jobs)| (why.clone(), jobs)).collect();
    Some(PassedTotals { left_out: each.iter().map(|passed| passed.left_out_count).sum(), kept: sorted(kept) })
}

/// Counts equal values, the most frequent first, and those of one count in their order.
fn frequent<T: Ord>(values: impl Iterator<Item = T>) -> Vec<(T, usize)> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    sorted(counts.into_iter().collect())
}

fn sorted<T>(mut counts: Vec<(T, usize)>) -> Vec<(T, usize)> {
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

/// Returns a reason to select all units without the path, so that those of one kind are counted together.
fn kind_of(reason: &Reason) -> String {
    match reason {
        Reason::EverythingGlob { glob, .. } => {
            format!("a path changed that `everything` names with `{glob}`")
        }
        Reason::Unclaimed { .. } => "a path changed that no unit claims (`unclaimed: everything`)".to_owned(),
        Reason::WorkspaceFile { path, why } => format!("{path} changed ({why})"),
        other => other.to_string(),
    }
}

/// Returns the first component of a path.
fn topmost(path: &RepoPath) -> RepoPath {
    let first = path.as_bytes().split(|byte| *byte == b'/').next().unwrap_or_default();
    RepoPath::root().child(first)
}

/// Describes the merges that are replayed: `The last 100 merges of main`.
pub(super) fn merges(replayed: &Replayed) -> String {
    let merges = match replayed.merges.len() {
        0 => {
            return format!(
                "No merge of {}, up to {}, can be replayed",
                replayed.branch,
                replayed.tip.short()
            );
        }
        1 => "merge".to_owned(),
        _ => counted(replayed.merges.len(), "merge"),
    };
    format!("The last {merges} of {}, up to {}", replayed.branch, replayed.tip.short())
}

/// Returns a share of a whole in percent.
pub(super) fn percent(part: usize, whole: usize) -> usize {
    (part * 100 + whole / 2).checked_div(whole).unwrap_or(100)
}

/// Returns the reason why there are fewer merges than were asked for.
pub(super) fn end(replayed: &Replayed) -> Option<&'static str> {
    match replayed.end {
        MergesEnd::Limit => None,
        MergesEnd::Root if replayed.merges.is_empty() => {
            Some("Nothing comes before the first commit of a branch")
        }
        MergesEnd::Root => Some("The branch has no others"),
        MergesEnd::CutOff => Some("The history of this clone ends there: set `GIT_DEPTH: 0`, or fetch more"),
    }
}
