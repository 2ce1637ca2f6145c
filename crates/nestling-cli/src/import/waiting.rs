//! The order of jobs by their stages, in a parent and its children: a job of either side waits for the same jobs.

use super::candidate::can_meet;
use super::side::{Jobs, SideJob};
use nestling_gitlab::pipeline::guard::Guard;
use std::collections::BTreeMap;

/// Returns a line for each job that no longer waits for one that it waited for by its stage.
pub(super) fn lost_order(old: &Jobs, new: &Jobs) -> Vec<String> {
    let is_made = |(_, job): &(&String, &SideJob)| job.guard() != Guard::Never;
    let pair = |(name, job)| Some((name, job, new.get(name)?));
    let both: Vec<(&String, &SideJob, &SideJob)> = old.iter().filter(is_made).filter_map(pair).collect();
    let mut lost: BTreeMap<&String, &String> = BTreeMap::new();
    for (name, old_job, new_job) in &both {
        for (before_name, old_before, new_before) in &both {
            let is_lost =
                old_job.place.waits_for(&old_before.place) && !new_job.place.waits_for(&new_before.place);
            if is_lost && gates(old_before) && can_meet(&old_job.guard(), &old_before.guard()) {
                lost.entry(name).or_insert(before_name);
            }
        }
    }
    lost.into_iter().map(|(name, before)| format!("{name} no longer waits for {before}")).collect()
}

/// Returns `true` if later jobs do not start where this one has failed.
fn gates(job: &SideJob) -> bool {
    job.copies.iter().flatten().any(|((_, may_fail, _), guard)| !may_fail && *guard != Guard::Never)
}
