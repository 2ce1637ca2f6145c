//! The difference for a terminal.

use super::fold::{Alike, Same, changes, full, same, short_label};
use super::{Diff, JobId};
use crate::view::fit::{counted, list, width};
use crate::view::paint::{Paint, Screen};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Lines shown of each side of one change.
const LINES: usize = 12;

/// Units listed of one change, one per line.
const UNITS: usize = 5;

/// Returns the difference as text: added jobs, removed jobs, and the changes to the others, identical ones grouped.
pub fn text(diff: &Diff, screen: Screen) -> String {
    let mut out = String::new();
    if diff.is_empty() {
        out.push_str("no job is added, removed or changed\n\n");
    }
    jobs(&mut out, &diff.added, '+', "added", screen);
    jobs(&mut out, &diff.removed, '-', "removed", screen);
    if let Some(stages) = &diff.stages {
        let _ = writeln!(out, "{}", screen.paint.bold("the order of the stages changes"));
        let _ = writeln!(out, "  {}", screen.paint.red(format!("- {}", stages.before.join(", "))));
        let _ = writeln!(out, "  {}\n", screen.paint.green(format!("+ {}", stages.after.join(", "))));
    }
    if !diff.changed.is_empty() {
        let units: BTreeSet<_> =
            diff.changed.iter().filter_map(|changed| changed.job.unit.as_ref()).collect();
        let jobs = counted(JobId::total(diff.changed.iter().map(|changed| &changed.job)), "job");
        let units = counted(units.len(), "unit");
        let _ = writeln!(out, "{}\n", screen.paint.bold(format!("{jobs} changed in {units}")));
    }
    for alike in changes(diff) {
        change(&mut out, &alike, screen);
    }
    if let Some(note) = diff.left_out_note() {
        let _ = writeln!(out, "{}", screen.paint.dim(note));
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

fn jobs(out: &mut String, jobs: &[JobId], sign: char, word: &str, screen: Screen) {
    if jobs.is_empty() {
        return;
    }
    let _ = writeln!(out, "{}", screen.paint.bold(format!("{} {word}", counted(JobId::total(jobs), "job"))));
    for Same { short, units } in same(jobs) {
        let line = match units.as_slice() {
            [] => format!("{sign} {short}"),
            [unit] => format!("{sign} {}", full(Some(unit), &short)),
            units => {
                let names: Vec<String> = units.iter().map(ToString::to_string).collect();
                let start = format!("{sign} {short}  in {} units: ", units.len());
                let room = screen.columns.saturating_sub(width(&start) + 2);
                format!("{start}{}", list(&names, ", ", room, |more| format!("and {more} more")))
            }
        };
        // No name fits on a narrow screen: the count is enough.
        let line = line.trim_end().trim_end_matches(':');
        let _ = writeln!(out, "  {}", colored(line, sign, screen.paint));
    }
    out.push('\n');
}

fn colored(line: &str, sign: char, paint: Paint) -> String {
    if sign == '+' { paint.green(line) } else { paint.red(line) }
}

fn change(out: &mut String, alike: &Alike, screen: Screen) {
    let paint = screen.paint;
    let _ = writeln!(out, "{}", alike.title());
    for (sign, lines) in [('-', &alike.change.removed), ('+', &alike.change.added)] {
        for line in lines.iter().take(LINES) {
            let _ = writeln!(out, "  {}", colored(&format!("{sign} {line}"), sign, paint));
        }
        if lines.len() > LINES {
            let _ = writeln!(out, "  {sign} … and {} more lines", lines.len() - LINES);
        }
    }
    if !alike.is_of_one_job() {
        for (unit, jobs) in alike.jobs.iter().take(UNITS) {
            let unit = unit.as_ref().map_or("workspace", |unit| unit.as_str());
            let room = screen.columns.saturating_sub(width(unit) + 6);
            let labels: Vec<String> = jobs.iter().map(short_label).collect();
            let mut names = list(&labels, ", ", room, |more| format!("+{more}"));
            if names.is_empty() {
                names = counted(JobId::total(jobs), "job");
            }
            let _ = writeln!(out, "    {}", paint.dim(format!("{unit}: {names}")));
        }
        if alike.jobs.len() > UNITS {
            let more = counted(alike.jobs.len() - UNITS, "more unit");
            let _ = writeln!(out, "    {}", paint.dim(format!("and {more}")));
        }
    }
    out.push('\n');
}
