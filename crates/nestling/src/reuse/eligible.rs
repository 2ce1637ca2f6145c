//! Jobs of a plan that may be left out if they have passed.

use crate::fingerprint::Fingerprint;
use crate::plan::Plan;
use crate::workspace::Reuse;
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::presence::{JobPresence, Outcome, Start};
use nestling_gitlab::yaml::Node;

/// A job that may be left out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    /// Its position in the plan.
    pub index: usize,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// The policy about it.
    pub reuse: Reuse,
}

/// Returns for each job that has a policy, by its position, that it may be left out, or why not.
pub(crate) fn candidates(plan: &Plan) -> Vec<(usize, Result<Candidate, String>)> {
    let mut candidates = Vec::new();
    for (index, (job, presence)) in plan.pipeline.jobs.iter().zip(&plan.presence).enumerate() {
        let Some(reuse) = policy(plan, job) else { continue };
        candidates.push((index, candidate(plan, index, job, presence, reuse)));
    }
    candidates
}

/// Returns the policy about a job: its own, or the workspace's about jobs of units.
fn policy(plan: &Plan, job: &Job) -> Option<Reuse> {
    job.unit.as_ref()?;
    match plan.reuse_settings.get(&job.name) {
        Some(own) => *own,
        None => plan.workspace.reuse,
    }
}

fn candidate(
    plan: &Plan,
    index: usize,
    job: &Job,
    presence: &JobPresence,
    reuse: Reuse,
) -> Result<Candidate, String> {
    let unit = job.unit.as_ref().and_then(|unit| plan.workspace.unit(unit.as_str()));
    if unit.is_none() {
        return Err("its unit was removed".to_owned());
    }
    let print = plan.fingerprints.as_ref().and_then(|prints| prints.jobs.get(index));
    if let Some(Err(own)) = print.filter(|print| print.as_ref().is_err_and(|none| none.is_own)) {
        return Err(own.why.clone());
    }
    for (_, presence) in presence.copies() {
        starts_by_itself(presence.certain())?;
    }
    if job.body.get("allow_failure").is_some_and(|value| value.as_bool() != Some(false)) {
        return Err("it is allowed to fail".to_owned());
    }
    if fills_cache(job) {
        return Err("it fills a cache for other jobs".to_owned());
    }
    if !reuse.reports && plan.facts.is_default_branch() && has_reports(job) {
        return Err(
            "its reports are the baseline of the default branch (`reports: true` leaves it out)".to_owned()
        );
    }
    match print {
        Some(Ok(fingerprint)) => Ok(Candidate { index, fingerprint: *fingerprint, reuse }),
        Some(Err(none)) => Err(format!("it has no fingerprint: {none}")),
        None => Err("it has no fingerprint".to_owned()),
    }
}

/// Returns `true` for a job that writes a cache and reads none: it runs for the sake of others.
fn fills_cache(job: &Job) -> bool {
    let caches = job.body.get("cache").map(Node::items_or_self).unwrap_or_default();
    caches.iter().any(|cache| {
        cache
            .get("policy")
            .and_then(Node::text)
            .is_some_and(|policy| policy != "pull" && policy != "pull-push")
    })
}

/// Returns `true` for a job that starts automatically and whose failure fails the pipeline: in a pipeline that passed, it passed.
pub(crate) fn has_to_pass(outcome: Option<Outcome>) -> bool {
    starts_by_itself(outcome).is_ok()
}

fn starts_by_itself(outcome: Option<Outcome>) -> Result<(), String> {
    match outcome {
        None => Err("its rules depend on values that are not known yet".to_owned()),
        Some(Outcome::Absent) => Err("its rules exclude it".to_owned()),
        Some(Outcome::Present { allow_failure: true, .. }) => Err("it is allowed to fail".to_owned()),
        Some(Outcome::Present { start: Start::OnSuccess | Start::Always, .. }) => Ok(()),
        Some(Outcome::Present { .. }) => Err("it does not start automatically".to_owned()),
    }
}

/// Returns `true` if GitLab compares something of a job on the default branch with merge requests.
fn has_reports(job: &Job) -> bool {
    let reports = job.body.get("artifacts").and_then(|artifacts| artifacts.get("reports"));
    reports.is_some_and(|reports| !reports.is_null())
        || job.body.get("coverage").is_some_and(|coverage| !coverage.is_null())
}
