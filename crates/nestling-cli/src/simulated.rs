//! Compares a pipeline that `--as` simulates with the one that would run without it.

use crate::exit::Failure;
use crate::io::{Io, counted};
use crate::session::Session;
use nestling::{Job, NOOP_JOB, Plan};
use nestling_gitlab::pipeline::presence::State;
use std::collections::BTreeSet;

/// Reports the jobs that a simulated pipeline adds and removes; nothing without `--as`.
pub(crate) fn report_difference(session: &Session, plan: &Plan, io: &mut Io) -> Result<(), Failure> {
    let Some(usual) = session.plan_without_as()? else { return Ok(()) };
    let added = jobs_missing_in(&usual, plan);
    let removed = jobs_missing_in(plan, &usual);
    let screen = io.screen_of_talk();
    let description = usual.facts.describe();
    let mut lines = match (added.len(), removed.len()) {
        (0, 0) => vec![format!("Same jobs as for {description}.")],
        (added, removed) => {
            let added = counted(added, "job");
            vec![format!("Compared with {description}: {added} added, {removed} removed.")]
        }
    };
    for (sign, names) in [('+', added), ('-', removed)] {
        if !names.is_empty() {
            lines.push(format!("  {sign} {}", listed(&names, screen.columns.saturating_sub(4))));
        }
    }
    for line in lines {
        io.talk(screen.paint.dim(line) + "\n");
    }
    Ok(())
}

/// Returns the jobs that GitLab makes or may make.
fn possible_jobs(plan: &Plan) -> impl Iterator<Item = &Job> {
    let jobs = plan.pipeline.jobs.iter().zip(&plan.presence);
    jobs.filter(|(_, presence)| presence.state() != State::Out).map(|(job, _)| job)
}

/// Returns the names of the jobs of `plan` that `other` does not have. The no-op job counts as no job.
fn jobs_missing_in(other: &Plan, plan: &Plan) -> Vec<String> {
    let other_names: BTreeSet<&str> = possible_jobs(other).map(|job| job.name.as_str()).collect();
    let mut missing = Vec::new();
    for job in possible_jobs(plan) {
        let is_noop = job.unit.is_none() && job.name.as_str() == NOOP_JOB;
        if !is_noop && !other_names.contains(job.name.as_str()) {
            missing.push(job.name.to_string());
        }
    }
    missing
}

/// Joins as many names as fit, at least one, with the number of the others.
fn listed(names: &[String], columns: usize) -> String {
    for shown in (2..=names.len()).rev() {
        let more = names.len() - shown;
        let count = if more == 0 { String::new() } else { format!(", +{more}") };
        let text = names[..shown].join(", ") + &count;
        if text.chars().count() <= columns {
            return text;
        }
    }
    let count = if names.len() == 1 { String::new() } else { format!(", +{}", names.len() - 1) };
    format!("{}{count}", names[0])
}
