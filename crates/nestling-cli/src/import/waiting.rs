//! The order of jobs by their stages, in a parent and its children: a job of either side waits for the same jobs.

use super::candidate::can_meet;
use super::place::Place;
use super::side::{Jobs, SideJob};
use nestling_gitlab::pipeline::guard::Guard;
use std::collections::BTreeMap;

/// Returns a line for each job that no longer waits for one that it waited for by its stage.
pub(super) fn lost_order(old: &Jobs, new: &Jobs) -> Vec<String> {
    let is_made = |(_, job): &(&String, &SideJob)| job.guard() != Guard::Never;
    let pair = |(name, job)| Some((name, job, new.get(name)?));
    let both: Vec<(&String, &SideJob, &SideJob)> = old.iter().filter(is_made).filter_map(pair).collect();
    let mut lost: BTreeMap<&String, &String> = BTreeMap::new();
    // Jobs are many, and their places are few.
    let mut by_places: BTreeMap<(&Place, &Place), Vec<(&String, &SideJob)>> = BTreeMap::new();
    for (name, old_job, new_job) in &both {
        by_places.entry((&old_job.place, &new_job.place)).or_default().push((name, old_job));
    }
    for ((old_place, new_place), jobs) in &by_places {
        for ((old_before, new_before), others) in &by_places {
            if !old_place.waits_for(old_before) || new_place.waits_for(new_before) {
                continue;
            }
            for (name, job) in jobs {
                let guard = job.guard();
                let meets =
                    |(_, before): &&(&String, &SideJob)| gates(before) && can_meet(&guard, &before.guard());
                if let Some((before, _)) = others.iter().find(meets) {
                    let known = lost.entry(name).or_insert(before);
                    *known = (*known).min(before);
                }
            }
        }
    }
    lost.into_iter().map(|(name, before)| format!("{name} no longer waits for {before}")).collect()
}

/// Returns `true` if later jobs do not start where this one has failed.
fn gates(job: &SideJob) -> bool {
    job.copies.iter().flatten().any(|((_, may_fail, _), guard)| !may_fail && *guard != Guard::Never)
}
