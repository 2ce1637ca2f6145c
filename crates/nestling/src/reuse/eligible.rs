//! Jobs of a plan that may be left out if they have passed.

use super::pipeline_variables;
use crate::fingerprint::Fingerprint;
use crate::plan::Plan;
use crate::workspace::Reuse;
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::presence::{JobPresence, Outcome, Start};
use nestling_gitlab::yaml::Node;

/// Keywords of jobs that change something outside of the pipeline, or that run for more than their status.
const NEVER: [&str; 6] = ["environment", "release", "pages", "trigger", "resource_group", "inputs"];

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
    if let Some(keyword) = NEVER.into_iter().find(|keyword| is_set(job, keyword)) {
        return Err(format!("jobs with `{keyword}` are never left out"));
    }
    let unit = job.unit.as_ref().and_then(|unit| plan.workspace.unit(unit.as_str()));
    match unit {
        None => return Err("its unit was removed".to_owned()),
        Some(unit) if unit.cdk.is_some() => return Err("its unit deploys a CDK assembly".to_owned()),
        Some(_) => {}
    }
    for (_, presence) in presence.copies() {
        starts_by_itself(presence.certain())?;
    }
    if job.body.get("allow_failure").is_some_and(|value| value.as_bool() != Some(false)) {
        return Err("it is allowed to fail".to_owned());
    }
    if checks_nothing_out(job) {
        return Err("it checks nothing out, so its result is not that of the content".to_owned());
    }
    if fills_cache(job) {
        return Err("it fills a cache for other jobs".to_owned());
    }
    if let Some(variable) = pipeline_variables::in_body(&job.body) {
        return Err(format!("it reads `{variable}`, so its result is of one pipeline"));
    }
    if !reuse.reports && plan.facts.is_default_branch() && has_reports(job) {
        return Err(
            "its reports are the baseline of the default branch (`reports: true` leaves it out)".to_owned()
        );
    }
    let prints = plan.fingerprints.as_ref().and_then(|prints| prints.jobs.get(index));
    match prints {
        Some(Ok(fingerprint)) => Ok(Candidate { index, fingerprint: *fingerprint, reuse }),
        Some(Err(none)) => Err(format!("it has no fingerprint: {none}")),
        None => Err("it has no fingerprint".to_owned()),
    }
}

fn is_set(job: &Job, keyword: &str) -> bool {
    job.body.get(keyword).is_some_and(|node| !node.is_null())
}

/// Returns `true` for a job without a checkout: it works on something else, or waits for other jobs.
fn checks_nothing_out(job: &Job) -> bool {
    let strategy = job.body.get("variables").and_then(|variables| variables.get("GIT_STRATEGY"));
    let value = strategy.map(|value| value.get("value").unwrap_or(value)).and_then(Node::text);
    matches!(value, Some("none" | "empty"))
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

fn starts_by_itself(outcome: Option<Outcome>) -> Result<(), String> {
    match outcome {
        None => Err("its rules depend on values that are not known yet".to_owned()),
        Some(Outcome::Absent) => Err("its rules leave it out".to_owned()),
        Some(Outcome::Present { allow_failure: true, .. }) => Err("it is allowed to fail".to_owned()),
        Some(Outcome::Present { start: Start::OnSuccess | Start::Always, .. }) => Ok(()),
        Some(Outcome::Present { .. }) => Err("it does not start by itself".to_owned()),
    }
}

/// Returns `true` if GitLab compares something of a job on the default branch with merge requests.
fn has_reports(job: &Job) -> bool {
    let reports = job.body.get("artifacts").and_then(|artifacts| artifacts.get("reports"));
    reports.is_some_and(|reports| !reports.is_null())
        || job.body.get("coverage").is_some_and(|coverage| !coverage.is_null())
}
