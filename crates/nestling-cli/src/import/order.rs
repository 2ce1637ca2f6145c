//! The order of stages across parent and child: the trigger job runs in one stage, with all jobs of the child in it.

use super::candidate::{Candidate, Owner};
use super::old::OldPipeline;
use nestling_gitlab::pipeline::rule::{has_when, is_manual, may_be_passed, rules};
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeSet;

/// The place of the trigger job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Order {
    /// Its stage.
    pub stage: String,
    /// True if it has to wait for jobs of earlier stages.
    pub waits: bool,
    /// The jobs of earlier stages that no moved job waited for before.
    pub delayed_by: Vec<String>,
}

/// A job that moves, and that would no longer wait for one that stays.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Disorder {
    /// The job, which stays as well.
    pub job: usize,
    /// The reason.
    pub reason: String,
    /// The jobs that stay already, and that keep it.
    pub staying: Vec<usize>,
    /// One of these that waits for a job of a unit, and that job.
    pub ahead: Option<(usize, usize)>,
}

/// A job with its index.
pub(super) type Indexed<'a> = (usize, &'a Candidate);

/// Finds the stage in which the child runs, so that each job still waits for those that it waited for.
///
/// # Errors
/// A job that moves would no longer wait for one that stays.
pub(super) fn order(
    candidates: &[Candidate],
    reasons: &[Option<String>],
    old: &OldPipeline,
) -> Result<Order, Disorder> {
    let of_root = || (0..).zip(candidates).zip(reasons).filter(|((_, job), _)| job.owner == Owner::Root);
    let moving: Vec<Indexed<'_>> =
        of_root().filter(|(_, reason)| reason.is_none()).map(|(job, _)| job).collect();
    let staying: Vec<Indexed<'_>> =
        of_root().filter(|(_, reason)| reason.is_some()).map(|(job, _)| job).collect();
    let first = moving.iter().map(|(_, job)| job.position).min().unwrap_or(1);
    // Jobs of the parent that wait for moved ones are in a later stage than the child.
    let late: Vec<(Indexed<'_>, Indexed<'_>)> =
        staying.iter().filter_map(|job| Some((*job, ahead_of(job.1, &moving)?))).collect();
    let first_late = late.iter().min_by_key(|((_, job), _)| job.position);
    let upper = first_late.map(|((_, job), _)| job.position.saturating_sub(1));
    let mut lower = first;
    let mut waits = false;
    for moved in &moving {
        lost_order(*moved, &moving, &staying).map_or(Ok(()), Err)?;
        for before in staying.iter().filter(|(_, job)| gates(job, moved.1)) {
            let wanted = before.1.position.saturating_add(1);
            if let Some(((late_job, ahead), upper)) =
                first_late.zip(upper).filter(|(_, upper)| wanted > *upper)
            {
                let mut disorder = between(*moved, *before, *late_job, *ahead);
                disorder.staying = between_all(moved.1, &staying, &late, upper);
                return Err(disorder);
            }
            lower = lower.max(wanted);
            waits = true;
        }
    }
    let stage = stage_at(old, lower);
    let is_early = |job: &&Indexed<'_>| job.1.position > 0 && job.1.position < lower;
    let delayed_by = if waits {
        staying.iter().filter(is_early).map(|(_, job)| job.name.clone()).collect()
    } else {
        Vec::new()
    };
    Ok(Order { stage, waits, delayed_by })
}

/// Returns a job of a unit that a job of the parent waits for by its stage.
pub(super) fn ahead_of<'a>(job: &Candidate, moving: &[Indexed<'a>]) -> Option<Indexed<'a>> {
    let is_ahead = |(_, moved): &&Indexed<'_>| moved.position < job.position && moved.meets(job);
    if is_by_stage(job) { moving.iter().find(is_ahead).copied() } else { None }
}

/// A job cannot wait for one that stays, while another one that stays waits for jobs of units.
fn between(moved: Indexed<'_>, before: Indexed<'_>, late: Indexed<'_>, ahead: Indexed<'_>) -> Disorder {
    let (before_name, late_name, ahead_name) = (&before.1.name, &late.1.name, &ahead.1.name);
    let reason = if before.0 == late.0 {
        format!(
            "it waits for `{before_name}`, which stays and waits for `{ahead_name}`: the child cannot start both before and after \
             `{before_name}`"
        )
    } else {
        format!(
            "it waits for `{before_name}`, and `{late_name}` waits for `{ahead_name}`: the child cannot start after \
             `{before_name}` and before `{late_name}`, which both stay"
        )
    };
    Disorder { job: moved.0, reason, staying: vec![before.0, late.0], ahead: Some((late.0, ahead.0)) }
}

/// Returns all jobs that stay and between which there is no stage for a job: those that it waits for, and those that wait for units.
fn between_all(
    moved: &Candidate,
    staying: &[Indexed<'_>],
    late: &[(Indexed<'_>, Indexed<'_>)],
    upper: usize,
) -> Vec<usize> {
    let is_gate = |(_, job): &&Indexed<'_>| job.position >= upper && gates(job, moved);
    let gates: Vec<Indexed<'_>> = staying.iter().filter(is_gate).copied().collect();
    let last = gates.iter().map(|(_, job)| job.position).max().unwrap_or(upper);
    let late = late.iter().map(|(job, _)| *job).filter(|(_, job)| job.position <= last.saturating_add(1));
    let all: BTreeSet<usize> = gates.iter().copied().chain(late).map(|(index, _)| index).collect();
    all.into_iter().collect()
}

/// Returns the reason why a job, or a static child, cannot be in the one child of all units.
fn lost_order(moved: Indexed<'_>, moving: &[Indexed<'_>], staying: &[Indexed<'_>]) -> Option<Disorder> {
    let (job, moved) = moved;
    // GitLab does not start the child where a job before it has failed.
    if runs_after_failure(&moved.folded)
        && let Some((index, before)) = staying.iter().find(|(_, before)| gates(before, moved))
    {
        let reason = format!("it also runs where `{}`, which stays, has failed", before.name);
        return Some(Disorder { job, reason, staying: vec![*index], ahead: None });
    }
    // The stages of a static child say nothing about the stage that its trigger job was in.
    let waits_for = |before: &&Candidate| waits(before) && gates(before, moved);
    let is_trigger = moved.folded.contains("trigger");
    let before = moving.iter().map(|(_, job)| *job).filter(|_| is_trigger).find(waits_for)?;
    let reason = format!("it waits for `{}`, and the jobs of one child would start together", before.name);
    Some(Disorder { job, reason, staying: Vec::new(), ahead: None })
}

/// Returns `true` if a job starts where one before it has failed.
fn runs_after_failure(body: &Map) -> bool {
    let rules = rules(body).unwrap_or_default();
    let bodies = || rules.iter().map(|rule| rule.body).chain([body]);
    ["on_failure", "always"].iter().any(|when| bodies().any(|body| has_when(body, when)))
}

/// Returns `true` if later stages wait for the work of a job: without `strategy`, they do not wait for that of a child.
fn waits(job: &Candidate) -> bool {
    job.folded.get("trigger").is_none_or(|trigger| trigger.get("strategy").is_some())
}

/// Returns `true` if a moved job does not start where a staying one has failed.
pub(super) fn gates(before: &Candidate, moved: &Candidate) -> bool {
    let is_allowed_to_fail = before.folded.get("allow_failure").and_then(Node::as_bool) == Some(true);
    let is_passed = is_manual(&before.folded) && may_be_passed(&before.folded);
    before.position < moved.position
        && is_by_stage(moved)
        && !is_allowed_to_fail
        && !is_passed
        && before.meets(moved)
}

/// A job without `needs` waits for all earlier stages.
pub(super) fn is_by_stage(job: &Candidate) -> bool {
    job.folded.get("needs").is_none_or(Node::is_null)
}

fn stage_at(old: &OldPipeline, position: usize) -> String {
    let stages = &old.root.pipeline.stages;
    let listed = position.checked_sub(1).and_then(|position| stages.get(position)).or(stages.last());
    listed.map_or_else(|| "test".to_owned(), ToString::to_string)
}
