//! Takes the jobs that have passed out of a plan.

use super::needs;
use super::reused_job::{REUSED_JOB, reused_job};
use super::taken::Takers;
use crate::environments::LeftOut;
use crate::fingerprint::NoFingerprint;
use crate::passed::{JobReuse, VerifiedJobV1};
use crate::plan::{NOOP_JOB, Plan};
use nestling_gitlab::name::{JobName, StageName};
use nestling_gitlab::pipeline::known::KnownVariables;
use nestling_gitlab::pipeline::presence::{Creation, JobPresence};
use std::collections::{BTreeMap, BTreeSet};

/// Leaves out the jobs with a proof, by their positions, but for those that others need to run. Every one is in
/// [`Plan::reuse`](crate::Plan::reuse) afterwards.
pub(crate) fn leave_out(plan: &mut Plan, proofs: BTreeMap<usize, VerifiedJobV1>) {
    // The name may be taken by a job of the workspace: then nothing could show what is left out.
    let is_taken = plan.pipeline.job(REUSED_JOB).is_some();
    let mut left_out: BTreeSet<usize> =
        if is_taken { BTreeSet::new() } else { proofs.keys().copied().collect() };
    let kept = Takers::new(&plan.pipeline).keep(&mut left_out);
    for (index, record) in proofs {
        let name = plan.pipeline.jobs[index].name.clone();
        let outcome = if left_out.contains(&index) {
            JobReuse::Reused(Box::new(record))
        } else {
            let taken = || format!("`{REUSED_JOB}` is the name of a job of the workspace");
            JobReuse::Kept { why: kept.get(&index).cloned().unwrap_or_else(taken), refused: Vec::new() }
        };
        plan.reuse.insert(name, outcome);
    }
    if left_out.is_empty() {
        return;
    }
    for index in &left_out {
        list_as_left_out(plan, *index);
    }
    needs::remove(&mut plan.pipeline, &left_out);
    remove_jobs(plan, &left_out);
    add_reused_job(plan);
}

/// Adds a job to those that the pipeline does not have, which every view shows.
fn list_as_left_out(plan: &mut Plan, index: usize) {
    let job = &plan.pipeline.jobs[index];
    let (Some(unit), Some(JobReuse::Reused(record))) = (&job.unit, plan.reuse.get(&job.name)) else { return };
    let short = job.name.as_str().strip_prefix(unit.as_str()).and_then(|rest| rest.strip_prefix(':'));
    let page =
        if record.pipeline_url.is_empty() { String::new() } else { format!(", {}", record.pipeline_url) };
    let reason = format!("it passed with the same content in pipeline {}{page}", record.pipeline);
    let left_out = LeftOut { job: short.unwrap_or(job.name.as_str()).to_owned(), reason };
    plan.left_out.entry(unit.clone()).or_default().push(left_out);
}

fn remove_jobs(plan: &mut Plan, left_out: &BTreeSet<usize>) {
    let is_noop = |name: &JobName| name.as_str() == NOOP_JOB;
    let mut stays = (0..plan.pipeline.jobs.len()).map(|index| !left_out.contains(&index));
    let mut stays: Vec<bool> = stays.by_ref().collect();
    // The job that says what is left out is in every pipeline, so none is needed that says nothing.
    for (stays, job) in stays.iter_mut().zip(&plan.pipeline.jobs) {
        *stays &= !(job.unit.is_none() && is_noop(&job.name));
    }
    let mut keep = stays.iter();
    plan.pipeline.jobs.retain(|_| *keep.next().unwrap_or(&true));
    let mut keep = stays.iter();
    plan.presence.retain(|_| *keep.next().unwrap_or(&true));
    if let Some(prints) = &mut plan.fingerprints {
        let mut keep = stays.iter();
        prints.jobs.retain(|_| *keep.next().unwrap_or(&true));
    }
}

fn add_reused_job(plan: &mut Plan) {
    let reused: Vec<(&JobName, &VerifiedJobV1)> = plan
        .reuse
        .iter()
        .filter_map(|(name, reuse)| match reuse {
            JobReuse::Reused(record) => Some((name, &**record)),
            JobReuse::Kept { .. } => None,
        })
        .collect();
    let Some(job) = reused_job((&plan.defaults, plan.workspace.origin()), &reused) else { return };
    let stages = &mut plan.pipeline.stages;
    if !stages.iter().any(|stage| stage.as_str() == job.stage())
        && let Ok(stage) = StageName::parse(job.stage())
    {
        stages.push(stage);
    }
    let variables = KnownVariables::of_child(&plan.facts);
    let creation = Creation::of(&variables);
    plan.presence.push(JobPresence::of(job.name.as_str(), &job.body, &creation.moment(true)));
    plan.pipeline.jobs.push(job);
    if let Some(prints) = &mut plan.fingerprints {
        prints.jobs.push(Err(NoFingerprint::new("it does not belong to a unit")));
    }
}
