//! The settings of a pipeline as a whole, which its jobs lose where they move into a child.

use super::side::SideJob;
use super::sides::SidePipeline;
use nestling_gitlab::pipeline::guard::Guard;

/// Returns a line for each setting of `workflow` that a pipeline no longer gives to its jobs.
pub(super) fn lost_settings(old: &SidePipeline, new: &SidePipeline, assumption: &Guard) -> Vec<String> {
    let mut lost: Vec<String> = old.workflow.lost_in(&new.workflow, assumption).into_iter().collect();
    let pairs = old.present().filter_map(|(name, job)| Some((name, job, new.jobs.get(name)?)));
    let moved: Vec<(&String, &SideJob)> = pairs
        .filter(|(_, before, after)| before.place.child.is_none() && after.place.child.is_some())
        .map(|(name, before, _)| (name, before))
        .collect();
    if !moved.is_empty() && old.workflow.cancels_on_failure() && !new.child_cancels {
        lost.push("`workflow` of the child has no `auto_cancel:on_job_failure: all`".to_owned());
    }
    for (name, job) in moved {
        if let Some(variable) = old.workflow.needed_by(job).filter(|variable| !new.given.contains(*variable))
        {
            lost.push(format!("{name}: `${variable}` is set by `workflow:rules` of the parent alone"));
        }
    }
    lost
}
