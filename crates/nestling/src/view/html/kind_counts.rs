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

/// Returns the numbers of jobs that a kind has and the first has not, that only the first has, and whose YAML differs.
pub(super) fn difference(data: &PageData, first: &PageKind, jobs: &[usize]) -> [usize; 3] {
    let first = present(data, &first.jobs);
    let other = present(data, jobs);
    let added = other.keys().filter(|name| !first.contains_key(*name)).count();
    let removed = first.keys().filter(|name| !other.contains_key(*name)).count();
    let is_changed = |(name, job): (&usize, &&PageJob)| {
        first.get(name).is_some_and(|of_first| of_first.lines != job.lines)
    };
    let changed = other.iter().filter(|entry| is_changed(*entry)).count();
    [added, removed, changed]
}

/// The jobs that GitLab makes or may make, by their names. The no-op job counts as no job.
fn present<'a>(data: &'a PageData, jobs: &[usize]) -> HashMap<usize, &'a PageJob> {
    let noop = data.tables.names.known(&(None, NOOP_JOB.to_owned()));
    let records = jobs.iter().map(|index| data.tables.jobs.get(*index));
    let records = records.filter(|job| job.out.is_none() && Some(job.name) != noop);
    records.map(|job| (job.name, job)).collect()
}
