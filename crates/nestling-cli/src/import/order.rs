//! The order of stages across parent and child: the trigger job runs in one stage, with all jobs of the child in it.

use super::candidate::{Candidate, Owner};
use super::old::OldPipeline;
use nestling_gitlab::pipeline::rule::{has_when, is_manual, may_be_passed, rules};
use nestling_gitlab::yaml::{Map, Node};

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

/// Finds the stage in which the child runs, so that each job still waits for those that it waited for.
///
/// # Errors
/// A job that moves would no longer wait for one that stays: its index, and the reason why it stays as well.
pub(super) fn order(
    candidates: &[Candidate],
    reasons: &[Option<String>],
    old: &OldPipeline,
) -> Result<Order, (usize, String)> {
    let of_root = || (0..).zip(candidates).zip(reasons).filter(|((_, job), _)| job.owner == Owner::Root);
    let moving: Vec<(usize, &Candidate)> =
        of_root().filter(|(_, reason)| reason.is_none()).map(|(job, _)| job).collect();
    let staying: Vec<&Candidate> =
        of_root().filter(|(_, reason)| reason.is_some()).map(|((_, job), _)| job).collect();
    let first = moving.iter().map(|(_, job)| job.position).min().unwrap_or(1);
    // Jobs of the parent that wait for moved ones are in a later stage than the child.
    let waits_for_moved = |job: &&&Candidate| {
        is_by_stage(job) && moving.iter().any(|(_, moved)| moved.position < job.position && moved.meets(job))
    };
    let late = staying.iter().filter(waits_for_moved).min_by_key(|job| job.position);
    let upper = late.map(|job| job.position.saturating_sub(1));
    let mut lower = first;
    let mut waits = false;
    for (index, moved) in &moving {
        if let Some(reason) = lost_order(moved, &moving, &staying) {
            return Err((*index, reason));
        }
        for before in staying.iter().filter(|job| gates(job, moved)) {
            let wanted = before.position.saturating_add(1);
            if let Some(late) = late.filter(|_| upper.is_some_and(|upper| wanted > upper)) {
                return Err((*index, between(&moved.name, &before.name, &late.name)));
            }
            lower = lower.max(wanted);
            waits = true;
        }
    }
    let stage = stage_at(old, lower);
    let is_early = |job: &&&Candidate| is_by_stage_of(job) && job.position < lower;
    let delayed_by = if waits {
        staying.iter().filter(is_early).map(|job| job.name.clone()).collect()
    } else {
        Vec::new()
    };
    Ok(Order { stage, waits, delayed_by })
}

/// Returns the reason why a job cannot wait for one that stays, while another one that stays waits for jobs of units.
fn between(name: &str, before: &str, late: &str) -> String {
    if before == late {
        return format!("`{name}` waits for `{before}`, which stays and waits for other jobs of units");
    }
    format!(
        "`{name}` waits for `{before}`, and `{late}` waits for jobs of units. Both stay, and the child cannot start after \
         `{before}` and before `{late}`"
    )
}

/// Returns the reason why a job, or a static child, cannot be in the one child of all units.
fn lost_order(moved: &Candidate, moving: &[(usize, &Candidate)], staying: &[&Candidate]) -> Option<String> {
    let name = &moved.name;
    // GitLab does not start the child where a job before it has failed.
    if runs_after_failure(&moved.folded)
        && let Some(before) = staying.iter().find(|before| gates(before, moved))
    {
        return Some(format!("it also runs where `{}`, which stays, has failed", before.name));
    }
    // The stages of a static child say nothing about the stage that its trigger job was in.
    let waits_for = |before: &&Candidate| waits(before) && gates(before, moved);
    let is_trigger = moved.folded.contains("trigger");
    let before = moving.iter().map(|(_, job)| *job).filter(|_| is_trigger).find(waits_for)?;
    Some(format!("`{name}` waits for `{}`, and the jobs of one child would start together", before.name))
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
fn gates(before: &Candidate, moved: &Candidate) -> bool {
    let is_allowed_to_fail = before.folded.get("allow_failure").and_then(Node::as_bool) == Some(true);
    let is_passed = is_manual(&before.folded) && may_be_passed(&before.folded);
    before.position < moved.position
        && is_by_stage(moved)
        && !is_allowed_to_fail
        && !is_passed
        && before.meets(moved)
}

/// A job without `needs` waits for all earlier stages.
fn is_by_stage(job: &Candidate) -> bool {
    job.folded.get("needs").is_none_or(Node::is_null)
}

fn is_by_stage_of(job: &Candidate) -> bool {
    job.position > 0
}

fn stage_at(old: &OldPipeline, position: usize) -> String {
    let stages = &old.root.pipeline.stages;
    let listed = position.checked_sub(1).and_then(|position| stages.get(position)).or(stages.last());
    listed.map_or_else(|| "test".to_owned(), ToString::to_string)
}
