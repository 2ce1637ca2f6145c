//! The jobs of earlier stages: a job without `needs` waits for them, and they may leave something for it, such as a cache or an image.

use super::{JobContext, Prints, none};
use crate::fingerprint::body::add_body;
use crate::fingerprint::digest::Hasher;
use crate::fingerprint::known::NoFingerprint;
use crate::fingerprint::units::closures;
use nestling_gitlab::name::UnitName;
use nestling_gitlab::pipeline::presence::State;
use std::collections::{BTreeSet, HashMap};

/// The jobs that others may come after.
pub(super) struct EarlierJobs<'a> {
    /// The units that each unit depends on.
    closures: HashMap<&'a UnitName, BTreeSet<&'a UnitName>>,
    /// The jobs of each unit, and those of the workspace's own body.
    jobs: HashMap<Option<&'a UnitName>, Vec<usize>>,
}

impl<'a> EarlierJobs<'a> {
    pub(super) fn of(context: JobContext<'a>) -> Self {
        let mut jobs: HashMap<Option<&UnitName>, Vec<usize>> = HashMap::new();
        for (index, job) in context.pipeline.jobs.iter().enumerate() {
            jobs.entry(job.unit.as_ref()).or_default().push(index);
        }
        Self { closures: closures(context.workspace).into_iter().collect(), jobs }
    }

    /// Returns the jobs of a unit, of those that it depends on, and of the workspace, in their order. Jobs of other units have nothing
    /// to do with it.
    fn affecting(&self, unit: &UnitName) -> BTreeSet<usize> {
        let dependencies = self.closures.get(unit).into_iter().flatten().copied();
        let units = dependencies.map(Some).chain([Some(unit), None]);
        units.filter_map(|unit| self.jobs.get(&unit)).flatten().copied().collect()
    }
}

impl Prints<'_> {
    /// Adds the jobs that a job without `needs` comes after, and refuses one that comes after a job whose every run is one of its own.
    pub(super) fn add_order(&self, hasher: &mut Hasher, index: usize) -> Result<(), NoFingerprint> {
        let jobs = &self.context.pipeline.jobs;
        let Some(unit) = &jobs[index].unit else { return Ok(()) };
        let is_before = |other: &usize| {
            self.stage_numbers[*other] < self.stage_numbers[index]
                && self.context.presence[*other].state() != State::Out
        };
        let before: Vec<usize> = self.earlier.affecting(unit).into_iter().filter(is_before).collect();
        for other in &before {
            if let Some(why) = &self.effects[*other] {
                return self.behind(*other, why);
            }
        }
        for other in before {
            let job = &jobs[other];
            hasher.add(job.name.as_str().as_bytes());
            if job.unit.is_some() {
                match &self.jobs[other] {
                    Some(Ok(print)) => hasher.add_fingerprint(print),
                    Some(Err(no)) => return self.behind(other, &no.why),
                    None => return none(format!("it and `{}` need each other", job.name)),
                }
                continue;
            }
            // A job of the workspace works on no unit's files, so it counts as it is written.
            match self.chosen_rule(other) {
                Ok(rule) => add_body(hasher, &job.body, rule),
                Err(no) => return self.behind(other, &no.why),
            }
        }
        Ok(())
    }

    fn behind(&self, other: usize, why: &str) -> Result<(), NoFingerprint> {
        let name = &self.context.pipeline.jobs[other].name;
        none(format!(
            "`{name}` of an earlier stage has none: {why} (with `needs`, it would depend only on the jobs listed there)"
        ))
    }
}
