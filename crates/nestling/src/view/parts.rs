//! Parts of the plan for the log of the parent's job: changed paths, selected units, environments. The jobs by stage
//! are [`stages`](super::stages).

use super::fit::{counted, end_cut, list, middle_cut, width};
use super::paint::Screen;
use super::row::{START, names_in_lines, padded};
use super::unclaimed::provenance;
use crate::plan::Plan;
use crate::select::{Reason, Selection};
use crate::view::touched::{Starts, Touched, touched};
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use std::fmt::Write as _;

/// Paths listed of one unit.
const PATHS: usize = 5;

/// Units listed; nobody reads a longer log.
const UNITS: usize = 100;

/// Returns how base and head were determined, and the extent of the change.
pub fn comparison(plan: &Plan, screen: Screen) -> String {
    let paint = screen.paint;
    format!("{}: {}\n{}\n", paint.bold(plan.facts.describe()), super::tree::extent(plan), provenance(plan))
}

/// Returns the changed paths by the units that they affect, then those that affect none.
pub fn changed_paths(plan: &Plan, screen: Screen) -> String {
    let paint = screen.paint;
    let mut text = String::new();
    let mut units: Vec<(&UnitName, &[RepoPath])> =
        plan.units().map(|unit| (&unit.name, plan.paths(&unit.name))).collect();
    units.retain(|(_, paths)| !paths.is_empty());
    units.sort_unstable_by_key(|(name, _)| *name);
    for (unit, paths) in units.iter().take(UNITS) {
        let _ = writeln!(text, "{}", paint.bold(unit));
        listed(&mut text, paths);
    }
    if units.len() > UNITS {
        let _ = writeln!(text, "and those of {} more units", units.len() - UNITS);
    }
    let Selection { unclaimed, ignored, .. } = &plan.selection;
    for (title, paths) in [("in no unit", unclaimed), ("matched by `ignore`", ignored)] {
        if !paths.is_empty() {
            let _ = writeln!(text, "{}", paint.dim(title));
            listed(&mut text, paths);
        }
    }
    if text.is_empty() { "none that affect a unit\n".to_owned() } else { text }
}

fn listed(text: &mut String, paths: &[RepoPath]) {
    for path in paths.iter().take(PATHS) {
        let _ = writeln!(text, "  {path}");
    }
    let more = paths.len().saturating_sub(PATHS);
    if more > 0 {
        let _ = writeln!(text, "  and {}", counted(more, "more path"));
    }
}

/// Returns the units of the pipeline, each with its reasons.
pub fn units(plan: &Plan, screen: Screen) -> String {
    let included = plan.included();
    let names: Vec<&str> = included.iter().take(UNITS).map(|(unit, _)| unit.as_str()).collect();
    let names = names_in_lines(&names, screen.columns);
    let names: Vec<Vec<String>> = names.into_iter().map(|name| vec![screen.paint.bold(name)]).collect();
    let mut text = String::new();
    for (line, (_, verdict)) in padded(&names).into_iter().zip(&included) {
        let room = screen.columns.saturating_sub(width(&line));
        let reasons: Vec<String> = verdict.reasons().iter().map(Reason::to_string).collect();
        let mut listed = list(&reasons, "; ", room, |more| format!("{more} more"));
        if listed.is_empty() {
            listed = end_cut(reasons.first().map_or("", String::as_str), room.max(20));
        }
        let _ = writeln!(text, "{}", format!("{line}{}", screen.paint.dim(listed)).trim_end());
    }
    if included.len() > UNITS {
        let _ = writeln!(text, "and {} more units", included.len() - UNITS);
    }
    if text.is_empty() { "no unit is selected\n".to_owned() } else { text }
}

/// Returns the environments that the pipeline changes: tier, action, start, name and job.
pub fn environments(plan: &Plan, screen: Screen) -> String {
    let paint = screen.paint;
    let all = touched(plan);
    let rows: Vec<Vec<String>> = all.iter().map(|touched| environment_row(touched, screen)).collect();
    let mut text = String::new();
    for (line, touched) in padded(&rows).into_iter().zip(&all).take(UNITS) {
        let room = screen.columns.saturating_sub(width(&line)).max(20);
        let name = middle_cut(&touched.name, room);
        let job = paint.dim(format!("by {}", touched.job));
        let fits = width(&line) + width(&name) + 2 + width(&job) <= screen.columns;
        let job = if fits { format!("  {job}") } else { String::new() };
        let _ = writeln!(text, "{line}{name}{job}");
    }
    if all.len() > UNITS {
        let _ = writeln!(text, "and {} more", all.len() - UNITS);
    }
    match &plan.facts.only_environment {
        // What a person asks for in an incident, and gets a pipeline that passes without it.
        Some(only) if !all.iter().any(|touched| touched.action == "start") => {
            format!("{text}nothing in this pipeline deploys to `{only}` (`--environment`)\n")
        }
        _ if text.is_empty() => "none\n".to_owned(),
        _ => text,
    }
}

fn environment_row(touched: &Touched, screen: Screen) -> Vec<String> {
    let paint = screen.paint;
    let action = match touched.action.as_str() {
        "start" => paint.green("deploy"),
        action => action.to_owned(),
    };
    let mut words = Vec::new();
    if touched.start != Starts::Automatic {
        words.push(end_cut(&touched.start.to_string(), (screen.columns / 3).max(START)));
    }
    if touched.condition.is_some() {
        words.push("conditional".to_owned());
    }
    let start = if words.is_empty() { String::new() } else { paint.yellow(words.join(", ")) };
    vec![touched.tier.clone().unwrap_or_default(), action, start]
}
