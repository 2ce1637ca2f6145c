//! The plan as a tree: the units with their reasons, each with its jobs.

use super::facts::by_stage;
use super::fit::{counted, end_cut, list, width};
use super::paint::Screen;
use super::row;
use super::unclaimed::provenance;
use crate::changes::{Everything, Extent};
use crate::plan::Plan;
use crate::select::Reason;
use nestling_gitlab::name::UnitName;
use nestling_gitlab::pipeline::rule::is_manual;
use nestling_gitlab::pipeline::{Job, Pipeline};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The minimal room for a reason: with less, it gets a line of its own.
const REASON: usize = 24;

/// Returns the plan as a tree, for a terminal or a job's log. Lines are fitted to the screen by shortening reasons and
/// needs; names are never cut.
pub fn tree(plan: &Plan, screen: Screen) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}\n", heading(plan, screen));
    text += &branches(plan, screen);
    let _ = write!(text, "\n{}", summary(plan));
    text
}

/// Returns the units with their reasons and jobs, without heading and summary.
pub fn branches(plan: &Plan, screen: Screen) -> String {
    let paint = screen.paint;
    let mut text = String::new();
    let workspace_jobs: Vec<&Job> = plan.pipeline.jobs.iter().filter(|job| job.unit.is_none()).collect();
    if !workspace_jobs.is_empty() {
        let _ = writeln!(text, "{}", paint.bold("workspace"));
        jobs_of(&workspace_jobs, screen, &mut text);
    }
    let stage_index = stage_index(&plan.pipeline);
    for unit_jobs in plan.pipeline.jobs.chunk_by(|a, b| a.unit == b.unit) {
        let Some(unit) = &unit_jobs[0].unit else { continue };
        if is_removed(plan, unit) {
            continue;
        }
        unit_line(plan, unit, screen, &mut text);
        let mut jobs: Vec<&Job> = unit_jobs.iter().collect();
        jobs.sort_by_key(|job| stage_index.get(job.stage()));
        jobs_of(&jobs, screen, &mut text);
        for left_out in plan.left_out.get(unit).into_iter().flatten() {
            let line = format!("   without {}: {}", left_out.job, left_out.reason);
            let _ = writeln!(text, "{}", paint.dim(end_cut(&line, screen.columns)));
        }
    }
    removed_units(plan, screen, &mut text);
    text
}

fn is_removed(plan: &Plan, unit: &UnitName) -> bool {
    plan.removed.iter().any(|removed| removed.unit.name == *unit)
}

/// Returns the position of each stage in the order in which they run.
fn stage_index(pipeline: &Pipeline) -> BTreeMap<&str, usize> {
    by_stage(pipeline).into_iter().enumerate().map(|(index, (stage, _))| (stage, index)).collect()
}

/// Adds the units that were removed since base, with the jobs that stop their environments.
fn removed_units(plan: &Plan, screen: Screen, text: &mut String) {
    if !plan.removed.is_empty() {
        let _ = writeln!(text, "{}", screen.paint.yellow("removed"));
    }
    for removed in &plan.removed {
        let unit = &removed.unit.name;
        let jobs: Vec<&Job> =
            plan.pipeline.jobs.iter().filter(|job| job.unit.as_ref() == Some(unit)).collect();
        unit_line(plan, unit, screen, text);
        if jobs.is_empty() {
            let line = "   no environments to stop in this pipeline";
            let _ = writeln!(text, "{}", screen.paint.dim(line));
        }
        jobs_of(&jobs, screen, text);
    }
}

/// Returns the pipeline, the extent of the change, and how base and head were determined.
fn heading(plan: &Plan, screen: Screen) -> String {
    let paint = screen.paint;
    let description = paint.bold(plan.facts.describe());
    let provenance = paint.dim(provenance(plan));
    format!("{description}: {}\n{provenance}", extent(plan))
}

/// Returns the extent of the change in a few words.
pub(crate) fn extent(plan: &Plan) -> String {
    match &plan.changes.extent {
        Extent::Paths(paths) => format!("{} changed", counted(paths.len(), "path")),
        Extent::Everything(Everything::Asked) => "all units (`--all`)".to_owned(),
        Extent::Everything(reason) => format!("all units: {reason}"),
        Extent::Nothing(reason) => format!("no units: {reason}"),
    }
}

fn unit_line(plan: &Plan, unit: &UnitName, screen: Screen, text: &mut String) {
    let paint = screen.paint;
    let mut line_break = "  ";
    let mut room = screen.columns.saturating_sub(width(unit.as_str()) + 2);
    if room < REASON {
        line_break = "\n  ";
        room = screen.columns - 2;
    }
    let reasons = reasons_in(plan.verdict(unit).reasons(), room);
    let _ = writeln!(text, "{}{line_break}{}", paint.bold(unit), paint.dim(reasons));
}

/// Returns as many reasons as fit into `room` characters: at least the first one, shortened, and the number of others.
fn reasons_in(reasons: &[Reason], room: usize) -> String {
    let reasons: Vec<String> = reasons.iter().map(Reason::to_string).collect();
    let listed = list(&reasons, "; ", room, |count| format!("{count} more"));
    if !listed.is_empty() {
        return listed;
    }
    match reasons.as_slice() {
        [] => String::new(),
        [only] => end_cut(only, room),
        // Ten characters hold "; 999 more".
        [first, others @ ..] => {
            format!("{}; {} more", end_cut(first, room.saturating_sub(10)), others.len())
        }
    }
}

fn jobs_of(jobs: &[&Job], screen: Screen, text: &mut String) {
    let paint = screen.paint;
    let rows: Vec<Vec<String>> =
        jobs.iter().map(|job| vec![row::name(job, paint), paint.cyan(job.stage())]).collect();
    for (index, (line, job)) in row::padded(&rows).into_iter().zip(jobs).enumerate() {
        let branch = if index + 1 == jobs.len() { "└─ " } else { "├─ " };
        let facts = row::facts(job, screen, screen.columns.saturating_sub(3 + width(&line)));
        let _ = writeln!(text, "{}{}", paint.dim(branch), format!("{line}{facts}").trim_end());
    }
}

/// Returns a line with the numbers of units, jobs, manual jobs and deployments.
pub fn summary(plan: &Plan) -> String {
    let selected = plan.selection.selected().count();
    let units = counted(plan.workspace.units.len(), "unit");
    let jobs = counted(plan.pipeline.jobs.len(), "job");
    let manual = plan.pipeline.jobs.iter().filter(|job| is_manual(&job.body)).count();
    let manual = if manual == 0 { String::new() } else { format!(" ({manual} manual)") };
    let touched = super::touched::touched(&plan.pipeline);
    let deploys = touched.iter().filter(|touched| touched.action == "start").count();
    format!("{selected} of {units}, {jobs}{manual}, {}\n", counted(deploys, "deployment"))
}
