//! The difference to base, and that of a kind to the first one.

use super::collect::reader;
use super::data::{PageBase, PageDifference};
use super::job::unit_index;
use super::tables::Tables;
use crate::plan::Plan;
use crate::view::diff::{ChangedJob, Diff, JobId, base_note, compared_units, diff};

/// The number of jobs of each sort that are listed of the difference to another kind.
const LISTED: usize = 60;

/// Returns the difference of a kind to the first one.
pub(super) fn kind(diff: &Diff, tables: &mut Tables) -> PageDifference {
    let rest = |jobs: &[JobId]| JobId::total(jobs.iter().skip(LISTED));
    let changed_rest = diff.changed.iter().skip(LISTED).map(|changed| &changed.job);
    PageDifference {
        counts: diff.counts(),
        more: [rest(&diff.added), rest(&diff.removed), JobId::total(changed_rest)],
        added: diff.added.iter().take(LISTED).map(|job| counted_name(job, tables)).collect(),
        removed: diff.removed.iter().take(LISTED).map(|job| counted_name(job, tables)).collect(),
        changed: diff.changed.iter().take(LISTED).map(|changed| changed_job(changed, tables)).collect(),
    }
}

/// Returns the difference between the plans of base and of head.
pub(super) fn base(base: &Plan, head: &Plan, tables: &mut Tables) -> PageBase {
    let diff = diff(base, head);
    let mut reader = reader(base);
    let of_base = base_note(base).map(|note| format!("Note: {note}."));
    let mut page = PageBase {
        title: base.changes.head.to_string(),
        units: compared_units(head),
        notes: of_base.into_iter().chain(diff.notes()).collect(),
        counts: diff.counts(),
        added: diff.added.iter().map(|job| counted_name(job, tables)).collect(),
        removed: Vec::new(),
        changed: diff.changed.iter().map(|changed| changed_job(changed, tables)).collect(),
    };
    for removed in &diff.removed {
        let Some(job) = reader.jobs.get(removed.name.as_str()).copied() else { continue };
        let lines = reader.lines(job, tables);
        let stage = tables.stages.index(removed.stage.clone());
        let (name, count) = counted_name(removed, tables);
        page.removed.push((name, count, stage, lines));
    }
    page
}

fn changed_job(changed: &ChangedJob, tables: &mut Tables) -> (usize, usize, usize) {
    let (name, count) = counted_name(&changed.job, tables);
    let mut keys = Vec::new();
    for key in &changed.keys {
        keys.push((key.key.clone(), key.removed.clone(), key.added.clone()));
    }
    (name, tables.changes.index(keys), count)
}

/// Returns the index of a job's name, and the number of jobs.
fn counted_name(job: &JobId, tables: &mut Tables) -> (usize, usize) {
    let unit = job.unit.as_ref().map(|unit| unit_index(unit, tables));
    (tables.names.index((unit, job.short.clone())), job.count())
}
