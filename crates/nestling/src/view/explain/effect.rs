//! From a unit on to what it brings in.

use super::Effect;
use crate::plan::Plan;
use crate::select::Reason;
use nestling_gitlab::name::UnitName;
use nestling_gitlab::pipeline::need::{NeedSource, needs};
use std::collections::BTreeSet;

/// The jobs of a unit in this pipeline.
pub(super) fn jobs(plan: &Plan, unit: &UnitName) -> Vec<String> {
    let own = plan.pipeline.jobs.iter().filter(|job| job.unit.as_ref() == Some(unit));
    own.map(|job| job.name.to_string()).collect()
}

/// The units that are in because of this one: those that depend on it, and those whose jobs its jobs need.
pub(super) fn of_unit(plan: &Plan, unit: &UnitName) -> Vec<Effect> {
    let own: BTreeSet<String> = jobs(plan, unit).into_iter().collect();
    let mut effects = Vec::new();
    for (other, verdict) in plan.included() {
        let text = verdict.reasons().iter().find_map(|reason| match reason {
            Reason::DependsOn { chain } if chain.first() == Some(unit) => {
                Some(format!("{other} depends on it"))
            }
            Reason::DependsOn { chain } if chain.contains(unit) => {
                Some(format!("{other} depends on it, by way of {}", chain[0]))
            }
            Reason::DependedOn { unit: gone } if gone == unit => Some(format!("{other} depended on it")),
            Reason::NeededBy { job } if own.contains(job.as_str()) => {
                Some(format!("{job} needs a job of {other}"))
            }
            _ => None,
        });
        effects.extend(text.map(|text| Effect {
            unit: Some(other.to_string()),
            text,
            jobs: jobs(plan, other),
        }));
    }
    effects
}

/// The jobs of this pipeline that need a job, directly.
pub(super) fn of_job(plan: &Plan, name: &str) -> Vec<Effect> {
    let waits = |body| {
        let needed = needs(body).unwrap_or_default();
        needed.iter().any(|need| matches!(need.source, NeedSource::Job(job) if job == name))
    };
    let waiting = plan.pipeline.jobs.iter().filter(|job| waits(&job.body));
    waiting
        .map(|job| Effect {
            unit: job.unit.as_ref().map(ToString::to_string),
            text: format!("{} needs it", job.name),
            jobs: vec![job.name.to_string()],
        })
        .collect()
}
