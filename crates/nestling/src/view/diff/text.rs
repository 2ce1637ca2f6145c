//! The difference for a terminal.

use super::fold::{Alike, Same, changes, counted, full, same};
use super::{Diff, JobId};
use crate::view::fit::list;
use crate::view::paint::Screen;
use std::fmt::Write as _;

/// How many lines of one change are shown on each side.
const LINES: usize = 12;

/// How many units of one change are listed, a line each.
const UNITS: usize = 5;

/// The difference as text: jobs that came, jobs that went, and what changes in the others, alike changes together.
pub fn text(diff: &Diff, screen: Screen) -> String {
    let mut out = String::new();
    if diff.is_empty() {
        return "no job is added, removed or changed\n".to_owned();
    }
    jobs(&mut out, &diff.added, '+', "added", screen);
    jobs(&mut out, &diff.removed, '-', "removed", screen);
    if let Some(stages) = &diff.stages {
        let _ = writeln!(out, "{}", screen.paint.bold("the order of the stages changes"));
        let _ = writeln!(out, "  {}", screen.paint.red(format!("- {}", stages.before.join(", "))));
        let _ = writeln!(out, "  {}\n", screen.paint.green(format!("+ {}", stages.after.join(", "))));
    }
    if !diff.changed.is_empty() {
        let units: std::collections::BTreeSet<_> =
            diff.changed.iter().filter_map(|it| it.job.unit.as_ref()).collect();
        let title =
            format!("{} changed in {}", counted(diff.changed.len(), "job"), counted(units.len(), "unit"));
        let _ = writeln!(out, "{}\n", screen.paint.bold(title));
    }
    for alike in changes(diff) {
        change(&mut out, &alike, screen);
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

fn jobs(out: &mut String, jobs: &[JobId], sign: char, word: &str, screen: Screen) {
    if jobs.is_empty() {
        return;
    }
    let _ = writeln!(out, "{}", screen.paint.bold(format!("{} {word}", counted(jobs.len(), "job"))));
    for Same { short, units } in same(jobs) {
        let line = match units.as_slice() {
            [] => format!("{sign} {short}"),
            [unit] => format!("{sign} {}", full(Some(unit), &short)),
            units => {
                let names: Vec<String> = units.iter().map(ToString::to_string).collect();
                let start = format!("{sign} {short}  in {} units: ", units.len());
                let room = screen.columns.saturating_sub(start.chars().count() + 2);
                format!("{start}{}", list(&names, ", ", room, |more| format!("and {more} more")))
            }
        };
        let line = line.trim_end().trim_end_matches(':').to_owned();
        let _ = writeln!(
            out,
            "  {}",
            if sign == '+' { screen.paint.green(line) } else { screen.paint.red(line) }
        );
    }
    out.push('\n');
}

fn change(out: &mut String, alike: &Alike, screen: Screen) {
    let paint = screen.paint;
    let _ = writeln!(out, "{}", alike.title());
    for (sign, lines) in [('-', &alike.removed), ('+', &alike.added)] {
        for line in lines.iter().take(LINES) {
            let line = format!("{sign} {line}");
            let _ = writeln!(out, "  {}", if sign == '+' { paint.green(line) } else { paint.red(line) });
        }
        if lines.len() > LINES {
            let _ = writeln!(out, "  {sign} … and {} more lines", lines.len() - LINES);
        }
    }
    if alike.count() > 1 {
        for (unit, jobs) in alike.jobs.iter().take(UNITS) {
            let unit = unit.as_ref().map_or("workspace", |unit| unit.as_str());
            let room = screen.columns.saturating_sub(unit.chars().count() + 6);
            let jobs = match list(jobs, ", ", room, |more| format!("+{more}")) {
                shown if shown.is_empty() => counted(jobs.len(), "job"),
                shown => shown,
            };
            let _ = writeln!(out, "    {}", paint.dim(format!("{unit}: {jobs}")));
        }
        if alike.jobs.len() > UNITS {
            let more = counted(alike.jobs.len() - UNITS, "more unit");
            let _ = writeln!(out, "    {}", paint.dim(format!("and {more}")));
        }
    }
    out.push('\n');
}
