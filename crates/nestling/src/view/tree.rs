//! The plan as a tree: the units with their reasons, each with its jobs.

use super::facts::{by_stage, short};
use super::fit::{counted, end_cut, list, middle_cut, width};
use super::paint::Screen;
use super::planned::{Count, PlannedJob, absent_names, planned_jobs, possible_jobs};
use super::row;
use super::unclaimed::provenance;
use crate::changes::{Everything, Extent};
use crate::passed::JobReuse;
use crate::plan::Plan;
use crate::select::Reason;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The minimal room for a reason: with less, it gets a line of its own.
const REASON: usize = 24;

/// The maximal number of omitted jobs of a unit that get a line each.
const OMITTED: usize = 3;

/// Returns the plan as a tree, for a terminal or a job's log. Lines are fitted to the screen by shortening reasons and
/// needs; of a name that would take more than half of a line, both ends are shown.
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
    let jobs: Vec<PlannedJob<'_>> = planned_jobs(plan).collect();
    let absent = absent_names(plan);
    let workspace_jobs: Vec<PlannedJob<'_>> =
        jobs.iter().copied().filter(|planned| planned.job.unit.is_none()).collect();
    if !workspace_jobs.is_empty() {
        let _ = writeln!(text, "{}", paint.bold("workspace"));
        jobs_of(&workspace_jobs, &absent, screen, &mut text);
        omitted_jobs(plan, &workspace_jobs, screen, &mut text);
    }
    let stage_index = stage_index(plan);
    for unit_jobs in jobs.chunk_by(|a, b| a.job.unit == b.job.unit) {
        let Some(unit) = &unit_jobs[0].job.unit else { continue };
        if is_removed(plan, unit) {
            continue;
        }
        unit_line(plan, unit, screen, &mut text);
        let mut unit_jobs = unit_jobs.to_vec();
        unit_jobs.sort_by_key(|planned| stage_index.get(planned.job.stage()));
        jobs_of(&unit_jobs, &absent, screen, &mut text);
        omitted_jobs(plan, &unit_jobs, screen, &mut text);
        left_out_jobs(plan, unit, screen, &mut text);
    }
    let with_jobs: BTreeSet<&UnitName> =
        jobs.iter().filter_map(|planned| planned.job.unit.as_ref()).collect();
    for (unit, _) in plan.included() {
        if !with_jobs.contains(unit) && !is_removed(plan, unit) {
            unit_line(plan, unit, screen, &mut text);
            if plan.left_out.get(unit).is_none_or(Vec::is_empty) {
                let _ = writeln!(text, "{}", paint.dim("   no jobs"));
            }
            left_out_jobs(plan, unit, screen, &mut text);
        }
    }
    removed_units(plan, screen, &mut text);
    text
}

/// Adds the jobs of a unit that the environment catalogue leaves out, each with the reason.
fn left_out_jobs(plan: &Plan, unit: &UnitName, screen: Screen, text: &mut String) {
    for left_out in plan.left_out.get(unit).into_iter().flatten() {
        let job = row::name_in_line(&left_out.job, screen.columns);
        let line = format!("   without {job}: {}", left_out.reason);
        let _ = writeln!(text, "{}", screen.paint.dim(end_cut(&line, screen.columns)));
    }
}

fn is_removed(plan: &Plan, unit: &UnitName) -> bool {
    plan.removed.iter().any(|removed| removed.unit.name == *unit)
}

/// Returns the position of each stage in the order in which they run.
fn stage_index(plan: &Plan) -> BTreeMap<&str, usize> {
    by_stage(&plan.pipeline, planned_jobs(plan))
        .into_iter()
        .enumerate()
        .map(|(index, (stage, _))| (stage, index))
        .collect()
}

/// Adds the units that were removed since base, with the jobs that stop their environments.
fn removed_units(plan: &Plan, screen: Screen, text: &mut String) {
    if !plan.removed.is_empty() {
        let _ = writeln!(text, "{}", screen.paint.yellow("removed"));
    }
    for removed in &plan.removed {
        let unit = &removed.unit.name;
        let jobs: Vec<PlannedJob<'_>> =
            planned_jobs(plan).filter(|planned| planned.job.unit.as_ref() == Some(unit)).collect();
        unit_line(plan, unit, screen, text);
        if jobs.is_empty() {
            let line = "   no environments to stop in this pipeline";
            let _ = writeln!(text, "{}", screen.paint.dim(line));
        }
        jobs_of(&jobs, &absent_names(plan), screen, text);
        omitted_jobs(plan, &jobs, screen, text);
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
    let name = middle_cut(unit.as_str(), screen.columns);
    let mut room = screen.columns.saturating_sub(width(&name) + 2);
    if room < REASON {
        line_break = "\n  ";
        room = screen.columns - 2;
    }
    let reasons = reasons_in(plan.verdict(unit).reasons(), room);
    let _ = writeln!(text, "{}{line_break}{}", paint.bold(name), paint.dim(reasons));
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

/// Adds a line for each job that GitLab makes or may make.
fn jobs_of(jobs: &[PlannedJob<'_>], absent: &BTreeSet<&str>, screen: Screen, text: &mut String) {
    let paint = screen.paint;
    let jobs: Vec<PlannedJob<'_>> = jobs.iter().copied().filter(|planned| !planned.is_out()).collect();
    let rows: Vec<[String; 2]> =
        jobs.iter().map(|planned| [row::name(*planned), planned.job.stage().to_owned()]).collect();
    let name = |index: usize, name: &str| row::paint_name(jobs[index], name, paint);
    let stage = |_: usize, stage: &str| paint.cyan(stage);
    let lines = row::padded_names(&rows, screen.columns.saturating_sub(3), [&name, &stage]);
    for (index, (line, planned)) in lines.into_iter().zip(&jobs).enumerate() {
        let branch = if index + 1 == jobs.len() { "└─ " } else { "├─ " };
        let room = screen.columns.saturating_sub(3 + width(&line));
        let facts = row::facts(*planned, absent, screen, room);
        let _ = writeln!(text, "{}{}", paint.dim(branch), format!("{line}{facts}").trim_end());
    }
}

/// Adds the jobs that their rules leave out: each with its rule if they are few, else their number.
fn omitted_jobs(plan: &Plan, jobs: &[PlannedJob<'_>], screen: Screen, text: &mut String) {
    let mut lines = Vec::new();
    for planned in jobs {
        if let Some(omission) = planned.omission() {
            let reason = omission.in_words(&plan.sources);
            let name = row::name_in_line(short(planned.job), screen.columns);
            lines.push(format!("   without {name}: {reason}"));
        }
    }
    if lines.len() > OMITTED {
        lines = vec![format!("   {} left out by rules", counted(lines.len(), "job"))];
    }
    for line in lines {
        let _ = writeln!(text, "{}", screen.paint.dim(end_cut(&line, screen.columns)));
    }
}

/// Returns the number of manual jobs in parentheses: ` (2 manual)`, ` (2 manual, up to 3)`; empty if there is none.
fn manual_jobs(plan: &Plan) -> String {
    let mut count = Count::default();
    for planned in possible_jobs(plan) {
        let manual = planned.manual_count();
        count.certain += manual.certain;
        count.possible += manual.possible;
    }
    let Count { certain: manual, possible } = count;
    match (manual, possible) {
        (_, 0) => String::new(),
        (0, _) => format!(" (up to {possible} manual)"),
        _ if manual == possible => format!(" ({manual} manual)"),
        _ => format!(" ({manual} manual, up to {possible})"),
    }
}

/// Returns a line with the numbers of units, jobs, manual jobs and deployments.
pub fn summary(plan: &Plan) -> String {
    let selected = plan.selection.selected().count();
    let units = counted(plan.workspace.units.len(), "unit");
    let jobs = Count::of(possible_jobs(plan)).in_words("job");
    let manual = manual_jobs(plan);
    let mut deployments = Count::default();
    for touched in super::touched::touched(plan) {
        if touched.action == "start" {
            deployments.certain += touched.count.certain;
            deployments.possible += touched.count.possible;
        }
    }
    let deployments = deployments.in_words("deployment");
    let omitted = match absent_names(plan).len() {
        0 => String::new(),
        count => format!("; {} left out by rules", counted(count, "job")),
    };
    let passed = plan.reuse.values().filter(|reuse| matches!(reuse, JobReuse::Reused(_))).count();
    let passed = match passed {
        0 => String::new(),
        count => format!("; {} left out that passed with the same content", counted(count, "job")),
    };
    format!("{selected} of {units}, {jobs}{manual}, {deployments}{omitted}{passed}\n")
}
