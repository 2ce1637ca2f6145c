//! Consequences of a unit or a job.

use super::Effect;
use crate::plan::Plan;
use crate::select::Reason;
use crate::view::planned::{PlannedJob, possible_jobs};
use nestling_gitlab::name::UnitName;
use nestling_gitlab::pipeline::need::{NeedSource, needs};
use std::collections::BTreeSet;

/// Returns the jobs of a unit in this pipeline.
pub(super) fn jobs<'a>(plan: &'a Plan, unit: &UnitName) -> Vec<PlannedJob<'a>> {
    possible_jobs(plan).filter(|planned| planned.job.unit.as_ref() == Some(unit)).collect()
}

/// Returns an effect with its jobs.
pub(super) fn effect(unit: Option<&UnitName>, text: String, jobs: &[PlannedJob<'_>]) -> Effect {
    let copies = jobs.iter().filter(|planned| planned.multiplier().is_some());
    Effect {
        unit: unit.map(ToString::to_string),
        text,
        jobs: jobs.iter().map(|planned| planned.job.name.to_string()).collect(),
        copies: copies.map(|planned| (planned.job.name.to_string(), planned.count().possible)).collect(),
    }
}

/// Returns the units that this one selects: those that depend on it, and those whose jobs its jobs need.
pub(super) fn of_unit(plan: &Plan, unit: &UnitName) -> Vec<Effect> {
    let unit_jobs: BTreeSet<String> =
        jobs(plan, unit).iter().map(|planned| planned.job.name.to_string()).collect();
    let mut effects = Vec::new();
    for (other, verdict) in plan.included() {
        let reasons = verdict.reasons().iter();
        let Some(text) = reasons.filter_map(|reason| connection(reason, unit, &unit_jobs, other)).next()
        else {
            continue;
        };
        effects.push(effect(Some(other), text, &jobs(plan, other)));
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
    for planned in possible_jobs(plan) {
        let job = planned.job;
        let needs = needs(&job.body).unwrap_or_default();
        let is_needed = needs.iter().any(|need| matches!(need.source, NeedSource::Job(job) if job == name));
        if is_needed {
            effects.push(effect(job.unit.as_ref(), format!("{} needs it", job.name), &[planned]));
        }
    }
    effects
}
