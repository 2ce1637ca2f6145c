//! Consequences of a unit or a job.

use super::Effect;
use crate::plan::Plan;
use crate::select::Reason;
use crate::view::planned::{PlannedJob, possible_jobs};
use nestling_gitlab::name::UnitName;
use nestling_gitlab::pipeline::need::{NeedSource, needs};
use std::collections::BTreeSet;

/// Returns the jobs of a unit in this pipeline.
pub(super) fn jobs(plan: &Plan, unit: &UnitName) -> Vec<String> {
    let jobs = possible_jobs(plan).filter(|planned| planned.job.unit.as_ref() == Some(unit));
    jobs.map(|planned| planned.job.name.to_string()).collect()
}

/// Returns the units that this one selects: those that depend on it, and those whose jobs its jobs need.
pub(super) fn of_unit(plan: &Plan, unit: &UnitName) -> Vec<Effect> {
    let unit_jobs: BTreeSet<String> = jobs(plan, unit).into_iter().collect();
    let mut effects = Vec::new();
    for (other, verdict) in plan.included() {
        let reasons = verdict.reasons().iter();
        let Some(text) = reasons.filter_map(|reason| connection(reason, unit, &unit_jobs, other)).next()
        else {
            continue;
        };
        effects.push(Effect { unit: Some(other.to_string()), text, jobs: jobs(plan, other) });
    }
    effects
}

/// Returns how `unit` selects `other`, if `reason` is such a reason.
fn connection(
    reason: &Reason,
    unit: &UnitName,
    unit_jobs: &BTreeSet<String>,
    other: &UnitName,
) -> Option<String> {
    match reason {
        Reason::DependsOn { chain } if chain.first() == Some(unit) => Some(format!("{other} depends on it")),
        Reason::DependsOn { chain } if chain.contains(unit) => {
            Some(format!("{other} depends on it through {}", chain[0]))
        }
        Reason::DependedOn { unit: removed } if removed == unit => Some(format!("{other} depended on it")),
        Reason::NeededBy { job } if unit_jobs.contains(job.as_str()) => {
            Some(format!("{job} needs a job of {other}"))
        }
        _ => None,
    }
}

/// Returns the jobs of this pipeline that need a job directly.
pub(super) fn of_job(plan: &Plan, name: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for PlannedJob { job, .. } in possible_jobs(plan) {
        let needs = needs(&job.body).unwrap_or_default();
        let is_needed = needs.iter().any(|need| matches!(need.source, NeedSource::Job(job) if job == name));
        if is_needed {
            effects.push(Effect {
                unit: job.unit.as_ref().map(ToString::to_string),
                text: format!("{} needs it", job.name),
                jobs: vec![job.name.to_string()],
            });
        }
    }
    effects
}
