//! Parts of the plan for the log of the parent's job: what changed, which units that selects, which environments are
//! touched. The jobs by stage are [`stages`](super::stages).

use super::fit::{end_cut, list, middle_cut, width};
use super::paint::Screen;
use super::row::padded;
use crate::plan::Plan;
use crate::select::{Reason, Selection};
use crate::view::touched::{Starts, Touched, touched};
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use std::fmt::Write as _;

/// How many paths of a unit are listed.
const PATHS: usize = 5;

/// How many units are listed; a log is for people.
const UNITS: usize = 100;

/// How base and head were found, and how much changed.
pub fn comparison(plan: &Plan, screen: Screen) -> String {
    let paint = screen.paint;
    format!(
        "{}: {}\n{}\n",
        paint.bold(plan.facts.describe()),
        super::tree::extent(plan),
        plan.changes.provenance()
    )
}

/// The changed paths by the units that they concern, then those that concern none.
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
    for (title, paths) in [("of no unit", unclaimed), ("left out by `ignore`", ignored)] {
        if !paths.is_empty() {
            let _ = writeln!(text, "{}", paint.dim(title));
            listed(&mut text, paths);
        }
    }
    if text.is_empty() { "none counts\n".to_owned() } else { text }
}

fn listed(text: &mut String, paths: &[RepoPath]) {
    for path in paths.iter().take(PATHS) {
        let _ = writeln!(text, "  {path}");
    }
    match paths.len().saturating_sub(PATHS) {
        0 => {}
        1 => text.push_str("  and 1 more path\n"),
        more => {
            let _ = writeln!(text, "  and {more} more paths");
        }
    }
}

/// The units that are in, each with its reasons.
pub fn units(plan: &Plan, screen: Screen) -> String {
    let included = plan.included();
    let names: Vec<Vec<String>> =
        included.iter().take(UNITS).map(|(unit, _)| vec![screen.paint.bold(unit)]).collect();
    let mut text = String::new();
    for (line, (_, verdict)) in padded(&names).into_iter().zip(&included) {
        let room = screen.columns.saturating_sub(width(&line));
        let reasons: Vec<String> = verdict.reasons().iter().map(Reason::to_string).collect();
        let shown = match list(&reasons, "; ", room, |more| format!("{more} more")) {
            shown if shown.is_empty() => end_cut(reasons.first().map_or("", String::as_str), room.max(20)),
            shown => shown,
        };
        let _ = writeln!(text, "{}", format!("{line}{}", screen.paint.dim(shown)).trim_end());
    }
    if included.len() > UNITS {
        let _ = writeln!(text, "and {} more units", included.len() - UNITS);
    }
    if text.is_empty() { "no unit is selected\n".to_owned() } else { text }
}

/// The environments that the pipeline touches: tier, name, what is done, by which job, and whether a person starts it.
pub fn environments(plan: &Plan, screen: Screen) -> String {
    let paint = screen.paint;
    let all = touched(&plan.pipeline);
    let row = |it: &Touched| {
        let action = if it.action == "start" { "deploy" } else { &it.action };
        let action = if it.action == "start" { paint.green(action) } else { action.to_owned() };
        let start = if it.start == Starts::Manual { paint.yellow("manual") } else { String::new() };
        vec![it.tier.clone().unwrap_or_default(), action, start]
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    let mut text = String::new();
    for (line, it) in padded(&rows).into_iter().zip(&all).take(UNITS) {
        let room = screen.columns.saturating_sub(width(&line)).max(20);
        let job = paint.dim(format!("by {}", it.job));
        let name = middle_cut(&it.name, room);
        let fits = width(&line) + width(&name) + 2 + width(&job) <= screen.columns;
        let _ = writeln!(text, "{line}{name}{}", if fits { format!("  {job}") } else { String::new() });
    }
    if all.len() > UNITS {
        let _ = writeln!(text, "and {} more", all.len() - UNITS);
    }
    if text.is_empty() { "none\n".to_owned() } else { text }
}
