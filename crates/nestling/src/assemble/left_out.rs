//! Jobs that need a deploy of another unit to environments that this kind of pipeline does not deploy to: they are left out,
//! as those of the same unit are.

use super::{JobReference, resolve};
use crate::environments::LeftOut;
use crate::unit::{UnitJobs, is_optional, needed_job};
use crate::workspace::Workspace;
use nestling_gitlab::name::UnitName;
use nestling_gitlab::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// A job by its unit and its short name.
type JobOfUnit = (UnitName, String);

/// Leaves out the jobs of units that need one that is left out of another unit or of the workspace's `own`, and those that
/// need them in turn.
pub(crate) fn drop_dependents(
    workspace: &Workspace,
    own: &UnitJobs,
    units: &mut BTreeMap<UnitName, UnitJobs>,
) {
    let mut missing: BTreeSet<JobOfUnit> = BTreeSet::new();
    for (unit, jobs) in &*units {
        let empty_fans = jobs.fans.iter().filter(|(_, fan)| fan.is_empty());
        missing.extend(empty_fans.map(|(name, _)| (unit.clone(), name.clone())));
        missing.extend(jobs.left_out.iter().map(|left_out| (unit.clone(), left_out.job.clone())));
    }
    let fans_of_own = own.fans.iter().filter(|(_, fan)| fan.is_empty());
    let missing_own: BTreeSet<&str> = fans_of_own.map(|(name, _)| name.as_str()).collect();
    if missing.is_empty() && missing_own.is_empty() {
        return;
    }
    loop {
        let found = dependents(workspace, units, &missing, &missing_own);
        if found.is_empty() {
            return;
        }
        for (unit, job, lost) in found {
            if let Some(jobs) = units.get_mut(&unit) {
                jobs.jobs.shift_remove(&job);
                jobs.left_out.push(LeftOut::without(&job, &lost));
            }
            missing.insert((unit, job));
        }
    }
}

/// Returns the jobs that cannot do without a missing one, each with its unit and the name of the missing one.
fn dependents(
    workspace: &Workspace,
    units: &BTreeMap<UnitName, UnitJobs>,
    missing: &BTreeSet<JobOfUnit>,
    missing_own: &BTreeSet<&str>,
) -> Vec<(UnitName, String, String)> {
    let mut dependents = Vec::new();
    for (unit, jobs) in units {
        for (name, job) in &jobs.jobs {
            let needs = job.body.get("needs").and_then(Node::as_seq).unwrap_or_default();
            let required = needs.iter().filter(|need| !is_optional(need)).filter_map(needed_job);
            let mut lost = required.filter(|needed| match resolve(needed, jobs, workspace) {
                JobReference::Own => missing.contains(&(unit.clone(), (*needed).to_owned())),
                JobReference::Other { unit, job } => missing.contains(&(unit.clone(), job.to_owned())),
                // A job that has just been left out is none of the unit's any more.
                JobReference::Unknown => {
                    missing_own.contains(needed) || missing.contains(&(unit.clone(), (*needed).to_owned()))
                }
            });
            if let Some(lost) = lost.next() {
                dependents.push((unit.clone(), name.clone(), lost.to_owned()));
            }
        }
    }
    dependents
}
