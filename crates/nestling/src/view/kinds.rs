//! The difference of a pipeline to one of another kind, in jobs as GitLab makes them.

use super::diff::changed_keys;
use super::planned::{Count, PlannedJob, possible_jobs};
use crate::plan::{NOOP_JOB, Plan};
use std::collections::HashMap;

/// The jobs by which a pipeline differs from another one. The no-op job counts as no job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KindDifference {
    /// The jobs that it has in addition.
    pub added: KindJobs,
    /// The jobs that it lacks.
    pub removed: KindJobs,
    /// The jobs of both that differ: in their YAML, in their condition, or in their start.
    pub changed: KindJobs,
}

/// Jobs of a difference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KindJobs {
    /// The number of jobs that GitLab makes of them.
    pub count: usize,
    /// Their names, with the number of copies: `api:test ×3`.
    pub names: Vec<String>,
}

impl KindJobs {
    fn add(&mut self, planned: PlannedJob<'_>, count: usize) {
        if count == 0 {
            return;
        }
        self.count += count;
        let copies = planned.multiplier().map(|_| format!(" ×{count}")).unwrap_or_default();
        self.names.push(format!("{}{copies}", planned.job.name));
    }
}

/// Compares a pipeline with that of another kind.
pub fn kind_difference(other: &Plan, plan: &Plan) -> KindDifference {
    let (before, after) = (jobs(other), jobs(plan));
    let of_other: HashMap<&str, PlannedJob<'_>> =
        before.iter().map(|planned| (planned.job.name.as_str(), *planned)).collect();
    let mut difference = KindDifference::default();
    let mut common = HashMap::new();
    for planned in after {
        let name = planned.job.name.as_str();
        let count = planned.count().possible;
        let Some(was) = of_other.get(name) else {
            difference.added.add(planned, count);
            continue;
        };
        common.insert(name, count);
        difference.added.add(planned, count.saturating_sub(was.count().possible));
        if facts(*was) != facts(planned) || !changed_keys(&was.job.body, &planned.job.body).is_empty() {
            difference.changed.add(planned, count.min(was.count().possible));
        }
    }
    for planned in before {
        let left = common.get(planned.job.name.as_str()).copied().unwrap_or_default();
        difference.removed.add(planned, planned.count().possible.saturating_sub(left));
    }
    difference
}

/// Returns what differs between kinds beside the YAML: presence and start.
fn facts(planned: PlannedJob<'_>) -> (Count, Option<String>, String) {
    (planned.count(), planned.condition(), planned.start_words("automatic"))
}

fn jobs(plan: &Plan) -> Vec<PlannedJob<'_>> {
    possible_jobs(plan)
        .filter(|planned| planned.job.unit.is_some() || planned.job.name.as_str() != NOOP_JOB)
        .collect()
}
