//! The part of the report on jobs that keep others in the parent, with what lets those move.

use super::candidate::{Owner, child_index};
use super::cures::{Change, Cure, Cures, Trials, cures};
use super::files::line;
use super::keepers::{Keeper, circles, keepers};
use super::proposal::Proposal;
use crate::exit::Failure;
use crate::io::counted;
use nestling::Files;

/// Number of keepers, and of the jobs of a list, that are named.
const NAMED: usize = 6;

/// Returns the part; an empty string if no job keeps another one.
///
/// # Errors
/// A file cannot be read.
pub(super) fn held(proposal: &Proposal, files: &dyn Files, default_branch: &str) -> Result<String, Failure> {
    let mut keepers = keepers(&proposal.division);
    // A static child moves as a whole anyway: its jobs are no others.
    keepers.retain(|keeper| {
        keeper.kept.iter().any(|kept| child(*kept, proposal) != child(keeper.job, proposal))
    });
    let trials = cures(proposal, &keepers, files, default_branch)?;
    if keepers.is_empty() && trials.of_faults.is_none() {
        return Ok(String::new());
    }
    let mut text = String::new();
    line(&mut text, "\nJobs that keep others in the parent, and what lets those move");
    if let Some(cure) = &trials.of_faults {
        let change = change(cure, None, proposal);
        line(&mut text, format_args!("  {change}: {}", moves(cure, proposal)));
    }
    for (keeper, cures) in keepers.iter().zip(&trials.of_keepers).take(NAMED) {
        add_keeper(&mut text, keeper, cures, proposal);
    }
    if keepers.len() > NAMED {
        line(&mut text, format_args!("  and {}", counted(keepers.len() - NAMED, "other job")));
    }
    if let Some(cure) = &trials.together {
        line(
            &mut text,
            format_args!("  together, {}: {}", change(cure, None, proposal), moves(cure, proposal)),
        );
    }
    for circle in circles(&proposal.candidates, &proposal.division) {
        let members = list(&circle, proposal);
        line(
            &mut text,
            format_args!("  {members}: a circle, in which each job stays because another one does"),
        );
    }
    if has_cure(&trials) {
        line(
            &mut text,
            "  The changes were tried in memory, and not made: edit the file, and run `nestling import` again",
        );
    }
    Ok(text)
}

fn has_cure(trials: &Trials) -> bool {
    trials.of_faults.is_some()
        || trials.together.is_some()
        || trials.of_keepers.iter().any(|cures| !cures.of_keeper.is_empty())
}

fn add_keeper(text: &mut String, keeper: &Keeper, cures: &Cures, proposal: &Proposal) {
    let kept: Vec<usize> = keeper.kept.iter().copied().collect();
    let place = proposal.candidates.get(keeper.job).map(|job| proposal.old.place(job.origin));
    let (name, place) = (name(keeper.job, proposal), place.unwrap_or_default());
    let others = counted(kept.len(), "other");
    line(text, format_args!("  {name} keeps {others}: {}  ({place})", list(&kept, proposal)));
    for cure in &cures.of_keeper {
        let change = change(cure, Some(keeper), proposal);
        line(text, format_args!("    {change}: {}", moves(cure, proposal)));
    }
    match (cures.is_tried, cures.of_keeper.is_empty()) {
        (false, _) => line(text, "    no change was tried: there are too many jobs"),
        (true, true) => line(text, "    no change to this job alone lets more jobs move"),
        (true, false) => {}
    }
}

/// Describes a change. Without the name of a keeper, it is one to several.
fn change(cure: &Cure, keeper: Option<&Keeper>, proposal: &Proposal) -> String {
    let is_of_all = keeper.is_some_and(|keeper| cure.edited.iter().eq(&keeper.kept) && cure.edited.len() > 1);
    let edited = if is_of_all { "these jobs".to_owned() } else { list(&cure.edited, proposal) };
    let keeper =
        keeper.map_or_else(|| "one of the jobs above".to_owned(), |keeper| name(keeper.job, proposal));
    let same = "of the same directory";
    match cure.change {
        Change::NoNeeds => {
            format!("`needs: []` on {edited}, unless jobs or artifacts of earlier stages are needed")
        }
        Change::FirstStage => {
            let stage = proposal.first_stage().unwrap_or_default();
            format!("`stage: {stage}` on {edited}, unless jobs or artifacts of earlier stages are needed")
        }
        Change::Dependencies => {
            format!("`dependencies` {same} on {edited}, unless artifacts of {keeper} are needed")
        }
        Change::WithoutNeed => format!("`needs` without {keeper} on {edited}, unless it has to run first"),
        Change::Apart => {
            format!(
                "`needs` and `dependencies` without {keeper} on {edited}, unless it has to run first or its artifacts are needed"
            )
        }
        Change::NeedsOfDirectory => {
            format!("`needs` {same} on {edited}, unless {keeper} has to run first")
        }
        Change::OptionalNeeds => {
            format!("`optional: true` on the needs of {edited} that are faults of the old configuration")
        }
        Change::Moved => {
            let reason = cure.edited.first().and_then(|job| proposal.division.reasons.get(*job)?.as_ref());
            let reason = reason.map_or("", String::as_str);
            format!("{keeper} in a unit, without its reason to stay ({reason})")
        }
    }
}

fn moves(cure: &Cure, proposal: &Proposal) -> String {
    format!("{} of {} move, and units start in stage {}", cure.moves, proposal.jobs(), cure.stage)
}

/// Returns the names of jobs, of which many are cut short.
fn list(jobs: &[usize], proposal: &Proposal) -> String {
    let names: Vec<String> = jobs.iter().take(NAMED).map(|job| name(*job, proposal)).collect();
    let more = jobs.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    names.join(", ") + &more
}

fn name(job: usize, proposal: &Proposal) -> String {
    let Some(candidate) = proposal.candidates.get(job) else { return String::new() };
    match candidate.owner {
        Owner::Root => format!("`{}`", candidate.name),
        Owner::Child(index) => {
            let trigger = proposal.old.children.get(index).map_or("", |child| child.trigger.as_str());
            format!("`{trigger} > {}`", candidate.name)
        }
    }
}

/// Returns what moves as a whole with a job: a static child with its trigger job, or the job alone.
fn child(job: usize, proposal: &Proposal) -> Result<usize, usize> {
    let Some(candidate) = proposal.candidates.get(job) else { return Err(job) };
    match candidate.owner {
        Owner::Root => child_index(candidate, &proposal.old).ok_or(job),
        Owner::Child(index) => Ok(index),
    }
}
