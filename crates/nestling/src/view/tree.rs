//! The plan as a tree: units with their reasons, and under each its jobs.

use super::facts::by_stage;
use super::fit::{end_cut, list, width};
use super::paint::Screen;
use super::row;
use crate::changes::Extent;
use crate::plan::Plan;
use crate::select::Reason;
use nestling_gitlab::name::UnitName;
use nestling_gitlab::pipeline::{Job, Pipeline};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The least room for a reason: below that it goes on a line of its own.
const REASON: usize = 24;

/// The plan as a tree, for a terminal or a job's log. Lines are kept within the screen by shortening reasons and
/// needs; names are never cut.
pub fn tree(plan: &Plan, screen: Screen) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}\n", heading(plan, screen));
    text += &branches(plan, screen);
    let _ = write!(text, "\n{}", summary(plan));
    text
}

/// The units with their reasons and jobs, without what stands around them.
pub fn branches(plan: &Plan, screen: Screen) -> String {
    let paint = screen.paint;
    let mut text = String::new();
    let own: Vec<&Job> = plan.pipeline.jobs.iter().filter(|job| job.unit.is_none()).collect();
    if !own.is_empty() {
        let _ = writeln!(text, "{}", paint.bold("workspace"));
        jobs_of(&own, screen, &mut text);
    }
    let order = stage_order(&plan.pipeline);
    let is_removed = |unit: &UnitName| plan.removed.iter().any(|removed| removed.unit.name == *unit);
    for group in plan.pipeline.jobs.chunk_by(|a, b| a.unit == b.unit) {
        let Some(unit) = &group[0].unit else { continue };
        if is_removed(unit) {
            continue;
        }
        unit_line(plan, unit, screen, &mut text);
        let mut jobs: Vec<&Job> = group.iter().collect();
        jobs.sort_by_key(|job| order.get(job.stage()));
        jobs_of(&jobs, screen, &mut text);
        for left_out in plan.left_out.get(unit).into_iter().flatten() {
            let line = format!("   without {}: {}", left_out.job, left_out.reason);
            let _ = writeln!(text, "{}", paint.dim(end_cut(&line, screen.columns)));
        }
    }
    removed(plan, screen, &mut text);
    text
}

/// The place of each stage in the order in which they run.
fn stage_order(pipeline: &Pipeline) -> BTreeMap<&str, usize> {
    by_stage(pipeline).into_iter().enumerate().map(|(at, (stage, _))| (stage, at)).collect()
}

/// The units that are gone since base, with the jobs that stop what they left.
fn removed(plan: &Plan, screen: Screen, text: &mut String) {
    if !plan.removed.is_empty() {
        let _ = writeln!(text, "{}", screen.paint.yellow("removed"));
    }
    for removed in &plan.removed {
        let unit = &removed.unit.name;
        let jobs: Vec<&Job> =
            plan.pipeline.jobs.iter().filter(|job| job.unit.as_ref() == Some(unit)).collect();
        unit_line(plan, unit, screen, text);
        if jobs.is_empty() {
            let line = "   nothing of it is left to stop in this pipeline";
            let _ = writeln!(text, "{}", screen.paint.dim(line));
        }
        jobs_of(&jobs, screen, text);
    }
}

/// The pipeline, what changed, and how that is known.
fn heading(plan: &Plan, screen: Screen) -> String {
    let paint = screen.paint;
    format!(
        "{}: {}\n{}",
        paint.bold(plan.facts.describe()),
        extent(plan),
        paint.dim(plan.changes.provenance())
    )
}

/// How much changed, in a few words.
pub(crate) fn extent(plan: &Plan) -> String {
    match &plan.changes.extent {
        Extent::Paths(paths) if paths.len() == 1 => "1 path changed".to_owned(),
        Extent::Paths(paths) => format!("{} paths changed", paths.len()),
        Extent::Everything(reason) => format!("every unit: {reason}"),
        Extent::Nothing(reason) => format!("no unit: {reason}"),
    }
}

fn unit_line(plan: &Plan, unit: &UnitName, screen: Screen, text: &mut String) {
    let paint = screen.paint;
    let reasons = plan.verdict(unit).reasons();
    let reasons: Vec<String> = reasons.iter().map(Reason::to_string).collect();
    let room = screen.columns.saturating_sub(width(unit.as_str()) + 2);
    let (line_break, room) = if room < REASON { ("\n  ", screen.columns - 2) } else { ("  ", room) };
    let more = |count: usize| if count == 1 { "1 more".to_owned() } else { format!("{count} more") };
    let mut shown = list(&reasons, "; ", room, more);
    if shown.is_empty() {
        let first = reasons.first().map(String::as_str).unwrap_or_default();
        shown = match reasons.len() {
            0 | 1 => end_cut(first, room),
            count => format!("{}; {}", end_cut(first, room.saturating_sub(10)), more(count - 1)),
        };
    }
    let _ = writeln!(text, "{}{line_break}{}", paint.bold(unit), paint.dim(shown));
}

fn jobs_of(jobs: &[&Job], screen: Screen, text: &mut String) {
    let paint = screen.paint;
    let rows: Vec<Vec<String>> =
        jobs.iter().map(|job| vec![row::name(job, paint), paint.cyan(job.stage())]).collect();
    for (at, (line, job)) in row::padded(&rows).into_iter().zip(jobs).enumerate() {
        let branch = if at + 1 == jobs.len() { "└─ " } else { "├─ " };
        let facts = row::facts(job, screen, screen.columns.saturating_sub(3 + width(&line)));
        let _ = writeln!(text, "{}{}", paint.dim(branch), format!("{line}{facts}").trim_end());
    }
}

/// One line that counts: units, jobs, deployments, and what waits for a person.
pub fn summary(plan: &Plan) -> String {
    let selected = plan.selection.selected().count();
    let deploys = super::touched::touched(&plan.pipeline).iter().filter(|t| t.action == "start").count();
    let jobs = plan.pipeline.jobs.len();
    let manual =
        plan.pipeline.jobs.iter().filter(|job| nestling_gitlab::pipeline::rule::is_manual(&job.body)).count();
    let waiting = if manual == 0 { String::new() } else { format!(" ({manual} manual)") };
    format!(
        "{selected} of {} {}, {jobs} {}{waiting}, {deploys} {}\n",
        plan.workspace.units.len(),
        if plan.workspace.units.len() == 1 { "unit" } else { "units" },
        if jobs == 1 { "job" } else { "jobs" },
        if deploys == 1 { "deployment" } else { "deployments" },
    )
}
