//! The numbers on the tab of a kind, so that the page derives the jobs of a kind when its tab is opened.

use super::data::{PageJob, PageKind};
use super::page_data::PageData;
use crate::plan::NOOP_JOB;
use std::collections::HashMap;

/// Returns the numbers of certain and of possible jobs.
pub(super) fn count(data: &PageData, jobs: &[usize]) -> [usize; 2] {
    let mut count = [0, 0];
    for index in jobs {
        let copies = data.tables.jobs.get(*index).copies.unwrap_or([1, 1]);
        count = [count[0] + copies[0], count[1] + copies[1]];
    }
    count
}

/// Returns the numbers of GitLab's jobs that a kind has and the first has not, that only the first has, and that differ: in their
/// YAML, in their condition, or in their start.
pub(super) fn difference(data: &PageData, first: &PageKind, jobs: &[usize]) -> [usize; 3] {
    let first = present(data, &first.jobs);
    let other = present(data, jobs);
    let [mut added, mut removed, mut changed] = [0, 0, 0];
    for (name, job) in &other {
        let copies = possible_copies(job);
        let Some(of_first) = first.get(name) else {
            added += copies;
            continue;
        };
        let before = possible_copies(of_first);
        added += copies.saturating_sub(before);
        removed += before.saturating_sub(copies);
        if !is_same(data, of_first, job) {
            changed += copies.min(before);
        }
    }
    for (_, job) in first.iter().filter(|(name, _)| !other.contains_key(*name)) {
        removed += possible_copies(job);
    }
    [added, removed, changed]
}

fn possible_copies(job: &PageJob) -> usize {
    job.copies.unwrap_or([1, 1])[1]
}

/// Returns `true` if a job is the same in two kinds. Lines are equal if their text is, wherever they come from.
fn is_same(data: &PageData, first: &PageJob, other: &PageJob) -> bool {
    let presence = |job: &PageJob| (job.condition.clone(), job.copies);
    let start = |job: &PageJob| (job.start, job.start_words.clone(), job.start_in.clone());
    let lines = data.tables.lines.values();
    presence(first) == presence(other)
        && start(first) == start(other)
        && first.lines.iter().map(|line| &lines[*line].0).eq(other.lines.iter().map(|line| &lines[*line].0))
}

/// The jobs that GitLab makes or may make, by their names. The no-op job counts as no job.
fn present<'a>(data: &'a PageData, jobs: &[usize]) -> HashMap<usize, &'a PageJob> {
    let noop = data.tables.names.known(&(None, NOOP_JOB.to_owned()));
    let records = jobs.iter().map(|index| data.tables.jobs.get(*index));
    let records = records.filter(|job| job.out.is_none() && Some(job.name) != noop);
    records.map(|job| (job.name, job)).collect()
}
