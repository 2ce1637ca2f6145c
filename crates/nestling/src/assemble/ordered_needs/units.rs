//! The jobs of each unit by their stages, and which of them others wait for.

use crate::assemble::staged::stage_index;
use crate::unit::{is_optional, needed_job};
use nestling_gitlab::name::{StageName, UnitName};
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::environment::environment;
use nestling_gitlab::pipeline::rule::may_be_passed;
use nestling_gitlab::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// A job, its index in the pipeline, and the index of its stage.
pub(super) struct StagedJob<'j> {
    pub job: &'j Job,
    pub index: usize,
    pub stage: usize,
}

/// The jobs of a pipeline, and those of each unit.
pub(super) struct UnitsOfPipeline<'j> {
    pub all: Vec<StagedJob<'j>>,
    by_unit: BTreeMap<&'j UnitName, Vec<usize>>,
}

impl<'j> UnitsOfPipeline<'j> {
    pub(super) fn new(jobs: &'j [Job], stages: &[StageName]) -> Self {
        let mut all = Vec::new();
        let mut by_unit: BTreeMap<&UnitName, Vec<usize>> = BTreeMap::new();
        for (index, job) in jobs.iter().enumerate() {
            // Nobody starts a stop job while the pipeline runs: what waits for one waits for ever. And it has to be able
            // to run whenever its deploy is.
            if let Some(unit) = job.unit.as_ref().filter(|_| !stops(job)) {
                by_unit.entry(unit).or_default().push(index);
            }
            all.push(StagedJob { job, index, stage: stage_index(stages, job.stage()) });
        }
        Self { all, by_unit }
    }

    /// Returns the jobs of a unit that come before all those of another.
    pub(super) fn that_cannot_wait(&self, unit: &UnitName, other: &UnitName) -> Vec<&StagedJob<'j>> {
        let Some(first_stage) = self.of_unit(other).map(|job| job.stage).min() else { return Vec::new() };
        let own: Vec<&StagedJob<'j>> = self.of_unit(unit).collect();
        let too_early = own.iter().filter(|job| job.stage < first_stage);
        // What waits for another of them is as early as that one.
        too_early.filter(|job| !own.iter().any(|other| needs(job.job, other.job))).copied().collect()
    }

    /// Returns the jobs of another unit in later stages than all those of a unit: nothing of it can wait for them.
    pub(super) fn later(&self, unit: &UnitName, other: &UnitName) -> Vec<&StagedJob<'j>> {
        let Some(last_stage) = self.of_unit(unit).map(|job| job.stage).max() else { return Vec::new() };
        let others: Vec<&StagedJob<'j>> = self.of_unit(other).collect();
        if others.iter().all(|job| job.stage > last_stage) {
            return Vec::new();
        }
        others.into_iter().filter(|job| job.stage > last_stage).collect()
    }

    /// Returns the jobs of a unit that need further needs to wait for other units, with the jobs that each waits for.
    pub(super) fn waits(
        &self,
        unit: &UnitName,
        others: &[&UnitName],
    ) -> Vec<(&StagedJob<'j>, Vec<&StagedJob<'j>>)> {
        let own: Vec<&StagedJob<'j>> = self.of_unit(unit).collect();
        let last_jobs: Vec<BTreeSet<usize>> = own
            .iter()
            .map(|job| others.iter().flat_map(|other| self.last_jobs(other, job.stage)).collect())
            .collect();
        let mut waits = Vec::new();
        for (position, job) in own.iter().enumerate() {
            let mut awaited = last_jobs[position].clone();
            // A job of the unit that it cannot do without waits for them already.
            let before = own.iter().zip(&last_jobs).filter(|(before, _)| requires(job.job, before.job));
            for (_, known) in before {
                awaited.retain(|index| !known.contains(index));
            }
            // A job without needs starts when the stages before its own are done, manual jobs in them or not.
            if !job.job.body.contains("needs") {
                let is_ordered =
                    |other: &StagedJob<'_>| other.stage < job.stage && !may_be_passed(&other.job.body);
                awaited.retain(|index| !is_ordered(&self.all[*index]));
            }
            if !awaited.is_empty() {
                waits.push((*job, awaited.iter().map(|index| &self.all[*index]).collect()));
            }
        }
        waits
    }

    /// Returns the jobs of a unit up to a stage that no other of these waits for.
    ///
    /// A job that rules may drop is no reason to pass over the one that it waits for: where it is missing, that is the last.
    /// A manual job that the unit itself continues without is none of them: what needs it waits until somebody starts it.
    fn last_jobs(&self, unit: &UnitName, stage: usize) -> Vec<usize> {
        let candidates: Vec<&StagedJob<'j>> = self.of_unit(unit).filter(|job| job.stage <= stage).collect();
        let is_awaited = |job: &StagedJob<'_>| {
            candidates.iter().any(|other| waits_for(other, job) && !may_be_dropped(other.job))
        };
        let last_stage = candidates.iter().map(|job| job.stage).max();
        let is_passed = |job: &StagedJob<'_>| may_be_passed(&job.job.body) && Some(job.stage) != last_stage;
        let last = candidates.iter().filter(|job| !is_awaited(job) && !is_passed(job));
        last.map(|job| job.index).collect()
    }

    pub(super) fn of_unit(&self, unit: &UnitName) -> impl Iterator<Item = &StagedJob<'j>> {
        let indices = self.by_unit.get(unit).map(Vec::as_slice).unwrap_or_default();
        indices.iter().map(|index| &self.all[*index])
    }
}

/// Returns `true` if a job is sure to start after another: by a need, or by its stage.
fn waits_for(job: &StagedJob<'_>, other: &StagedJob<'_>) -> bool {
    if job.job.body.contains("needs") {
        return needs(job.job, other.job);
    }
    job.stage > other.stage && !may_be_passed(&other.job.body)
}

/// Returns `true` if GitLab may leave a job out.
fn may_be_dropped(job: &Job) -> bool {
    ["rules", "only", "except"].iter().any(|key| job.body.contains(key))
}

fn needs(job: &Job, other: &Job) -> bool {
    names(job, &|_| true).any(|name| name == other.name.as_str())
}

fn requires(job: &Job, other: &Job) -> bool {
    names(job, &|need| !is_optional(need)).any(|name| name == other.name.as_str())
}

fn names<'j>(job: &'j Job, is_meant: &'j dyn Fn(&Node) -> bool) -> impl Iterator<Item = &'j str> {
    let needs = job.body.get("needs").and_then(Node::as_seq).unwrap_or_default();
    needs.iter().filter(move |need| is_meant(need)).filter_map(needed_job)
}

pub(super) fn stops(job: &Job) -> bool {
    environment(&job.body).is_some_and(|environment| environment.action() == "stop")
}
