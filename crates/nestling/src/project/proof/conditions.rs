//! Conditions on a record, apart from that its fingerprint follows from its commit.

use crate::changes::{PipelineFacts, PipelineKind};
use crate::fingerprint::Fingerprint;
use crate::passed::{Passed, VerifiedJobV1};
use crate::plan::Plan;
use crate::reuse::{Candidate, Takers};
use crate::workspace::ReuseTrust;
use std::collections::{BTreeMap, BTreeSet};

/// Seconds by which the clock of this machine may be behind that of GitLab.
const CLOCKS: u64 = 600;

/// Everything that a record is looked at with.
pub(in crate::project) struct Conditions<'a> {
    pub(in crate::project) passed: &'a Passed,
    /// The pipeline that is planned.
    pub(in crate::project) facts: &'a PipelineFacts,
}

impl Conditions<'_> {
    /// Returns why a record does not count for a job, whatever its fingerprint is.
    pub(in crate::project) fn hold(
        &self,
        record: &VerifiedJobV1,
        candidate: &Candidate,
    ) -> Result<(), String> {
        let age = self.passed.now.saturating_sub(record.finished);
        if age > candidate.reuse.within {
            return Err(format!("it is {} old", in_words(age)));
        }
        if record.finished > self.passed.now.saturating_add(CLOCKS) {
            return Err("GitLab reports that it ended in the future, by the clock of this machine".to_owned());
        }
        if candidate.reuse.trust == ReuseTrust::Protected && !record.protected {
            return Err(format!("`{}` is not protected (`trust: protected`)", record.r#ref));
        }
        self.is_elsewhere(record)?;
        if let Some(failed) = self.passed.failed_since(&candidate.fingerprint, record) {
            let what = if failed.unknown { "GitLab does not report how it ended" } else { "it has failed" };
            return Err(format!("{what} with the same content since, in pipeline {}", failed.pipeline));
        }
        Ok(())
    }

    /// Refuses the records of a branch on the branch itself, and those of tags on tags. A job that runs only there does something
    /// there, such as to publish, and has to do it again where earlier content comes back.
    fn is_elsewhere(&self, record: &VerifiedJobV1) -> Result<(), String> {
        let facts = self.facts;
        let is_here = match facts.kind {
            PipelineKind::MergeRequest => false,
            PipelineKind::Branch => !record.tag && facts.branch.as_deref() == Some(record.r#ref.as_str()),
            PipelineKind::Tag => record.tag,
        };
        match is_here {
            true => Err(format!("it is of `{}` itself, where a job may do more than test", record.r#ref)),
            false => Ok(()),
        }
    }
}

/// Refuses a record of another job, and one of some of its copies.
pub(in crate::project) fn is_of_job(
    record: &VerifiedJobV1,
    plan: &Plan,
    candidate: &Candidate,
) -> Result<(), String> {
    let job = &plan.pipeline.jobs[candidate.index];
    if record.job != job.name.as_str() || job.unit.as_ref().is_none_or(|unit| record.unit != unit.as_str()) {
        return Err("it is of another job".to_owned());
    }
    let copies = plan.presence[candidate.index].copies().iter().map(|(copy, _)| copy.name.as_str());
    let names = record.names.iter().map(String::as_str);
    match copies.collect::<BTreeSet<_>>() == names.collect::<BTreeSet<_>>() {
        true => Ok(()),
        false => Err("it does not name all copies of the job".to_owned()),
    }
}

/// Returns the fingerprints of the jobs of a plan that a record can show to have passed with their content, by job. `has_passed` is
/// asked by the names of instances.
pub(in crate::project) fn provable(
    plan: &Plan,
    has_passed: impl Fn(&str) -> bool,
) -> BTreeMap<String, Fingerprint> {
    let takers = Takers::new(&plan.pipeline);
    let was_there = |source: usize| {
        let copies = plan.presence[source].copies();
        copies.iter().all(|(copy, _)| has_passed(&copy.name))
    };
    let prints = plan.fingerprints.as_ref().map(|prints| prints.jobs.as_slice()).unwrap_or_default();
    let mut by_name = BTreeMap::new();
    for (index, (job, print)) in plan.pipeline.jobs.iter().zip(prints).enumerate() {
        // The facts of a pipeline are never known in full afterwards: what a template makes of them is no content.
        let reads_facts = job.unit.as_ref().is_some_and(|unit| plan.reading_facts.contains(unit));
        if let Ok(print) = print
            && !reads_facts
            && takers.sources(index).into_iter().all(was_there)
        {
            by_name.insert(job.name.to_string(), *print);
        }
    }
    by_name
}

fn in_words(seconds: u64) -> String {
    match (seconds / 86_400, seconds / 3_600) {
        (0, 0) => format!("{} minutes", seconds / 60),
        (0, hours) => format!("{hours} hours"),
        (1, _) => "1 day".to_owned(),
        (days, _) => format!("{days} days"),
    }
}
