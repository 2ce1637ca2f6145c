//! Replayed merges as a table, with sums below it.

use super::totals::{Totals, end, merges, percent};
use crate::project::{Replayed, ReplayedMerge};
use crate::view::fit::{counted, end_cut, list, width};
use crate::view::paint::Screen;
use nestling_files::path::escaped;
use std::fmt::Write as _;

/// Number of lines of a list below the table.
const LISTED: usize = 5;

/// The widest column of units, as a part of the line.
const UNITS_SHARE: (usize, usize) = (2, 5);

/// Draws the merges as a table, a line each, and the sums.
pub fn text(replayed: &Replayed, screen: Screen) -> String {
    let mut out = String::new();
    let title = [
        merges(replayed),
        format!(
            "Each as {}, with the configuration of {}",
            replayed.facts.describe(),
            replayed.configuration
        ),
    ];
    for line in title {
        let _ = writeln!(out, "{}", screen.paint.dim(end_cut(&line, screen.columns)));
    }
    if !replayed.merges.is_empty() {
        out.push('\n');
        table(&mut out, replayed, screen);
        out.push('\n');
        sums(&mut out, replayed, screen);
    }
    if let Some(reason) = end(replayed) {
        let _ = writeln!(out, "{}", screen.paint.dim(end_cut(reason, screen.columns)));
    }
    out
}

/// A line of the table.
struct Line {
    commit: String,
    jobs: String,
    /// Empty unless passed jobs were asked for.
    omitted: String,
    units: String,
    subject: String,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Some,
    Nothing,
    Everything,
}

fn table(out: &mut String, replayed: &Replayed, screen: Screen) {
    let room = screen.columns * UNITS_SHARE.0 / UNITS_SHARE.1;
    let lines: Vec<Line> = replayed.merges.iter().map(|merge| line(merge, room)).collect();
    let jobs = lines.iter().map(|line| width(&line.jobs)).max().unwrap_or_default().max(4);
    let units = lines.iter().map(|line| width(&line.units)).max().unwrap_or_default().max(5);
    let paint = screen.paint;
    let has_passed = replayed.merges.iter().any(|merge| merge.passed.is_some());
    let column = |omitted: &str| if has_passed { format!("  {omitted:>7}") } else { String::new() };
    let taken = 14 + jobs + units + width(&column(""));
    let header = format!("{:8}  {:>jobs$}{}  {:units$}  MERGE", "COMMIT", "JOBS", column("OMITTED"), "UNITS");
    let _ = writeln!(out, "{}", paint.dim(header));
    for line in lines {
        let subject = end_cut(&line.subject, screen.columns.saturating_sub(taken));
        let padded = " ".repeat(units.saturating_sub(width(&line.units)));
        let units = match line.kind {
            Kind::Some => line.units,
            Kind::Nothing => paint.dim(line.units),
            Kind::Everything => paint.yellow(line.units),
        };
        let omitted = column(&line.omitted);
        let row = format!("{:8}  {:>jobs$}{omitted}  {units}{padded}  {subject}", line.commit, line.jobs);
        let _ = writeln!(out, "{}", row.trim_end());
    }
}

fn line(merge: &ReplayedMerge, room: usize) -> Line {
    let (units, kind) = if let Some(verdict) = merge.everything() {
        let reason = verdict.reasons().first().map(ToString::to_string).unwrap_or_default();
        (end_cut(&format!("all: {reason}"), room), Kind::Everything)
    } else if merge.units.is_empty() {
        ("none".to_owned(), Kind::Nothing)
    } else {
        let names: Vec<String> = merge.units.iter().map(|(name, _)| name.to_string()).collect();
        let listed = list(&names, ", ", room, |more| format!("+{more}"));
        let units = if listed.is_empty() { counted(names.len(), "unit") } else { listed };
        (units, Kind::Some)
    };
    Line {
        commit: merge.merge.commit.short(),
        jobs: merge.jobs.to_string(),
        omitted: merge.passed.as_ref().map(|passed| passed.left_out_count.to_string()).unwrap_or_default(),
        units,
        subject: escaped(merge.merge.subject.as_bytes()),
        kind,
    }
}

fn sums(out: &mut String, replayed: &Replayed, screen: Screen) {
    let totals = Totals::of(replayed);
    let paint = screen.paint;
    let percent_of_all = percent(totals.jobs, totals.all_jobs);
    let jobs = format!("{} of {} ({percent_of_all} %)", counted(totals.jobs, "job"), totals.all_jobs);
    let _ = writeln!(out, "{}", paint.bold(jobs));
    let _ = writeln!(out, "  median {} of {}", counted(totals.median, "job"), replayed.all_jobs);
    let none = counted(totals.selecting_nothing, "merge");
    let verb = if totals.selecting_nothing == 1 { "selects" } else { "select" };
    let _ = writeln!(out, "  {none} {verb} no unit, {} all of them", totals.selecting_everything());
    if let Some(passed) = &totals.passed {
        let share = percent(passed.left_out, totals.jobs);
        let _ = writeln!(out, "  {} of them omitted: passed before ({share} %)", passed.left_out);
    }
    listed(out, "All units, because", &totals.everything, screen);
    listed(out, "Units, by merges that select them", &totals.units, screen);
    if !totals.unclaimed.is_empty() {
        let count: usize = totals.unclaimed.iter().map(|(_, count)| count).sum();
        let mut title = format!("Unclaimed: {} of no unit", counted(count, "changed path"));
        if totals.gone > 0 {
            let _ = write!(title, ", {} in directories that are gone", totals.gone);
        }
        listed(out, &title, &totals.unclaimed, screen);
    }
    if let Some(passed) = &totals.passed {
        listed(out, "Jobs that are not omitted, because", &passed.kept, screen);
    }
    let mut notes = Vec::new();
    if totals.changed_configuration > 0 {
        let merges = counted(totals.changed_configuration, "merge");
        notes.push(format!("{merges} changed the configuration: units that they redefined are selected"));
    }
    if totals.incomplete > 0 {
        let merges = counted(totals.incomplete, "merge");
        notes.push(format!(
            "{merges} with units that cannot be rendered from files of that time: counted as today"
        ));
    }
    for note in notes {
        let _ = writeln!(out, "{}", paint.dim(end_cut(&note, screen.columns)));
    }
}

/// Lists the most frequent values.
fn listed<T: ToString>(out: &mut String, title: &str, values: &[(T, usize)], screen: Screen) {
    if values.is_empty() {
        return;
    }
    let _ = writeln!(out, "{}", end_cut(title, screen.columns));
    let digits = values.first().map_or(1, |(_, count)| count.to_string().len());
    for (value, count) in values.iter().take(LISTED) {
        let value = end_cut(&value.to_string(), screen.columns.saturating_sub(digits + 4));
        let _ = writeln!(out, "  {count:>digits$}  {value}");
    }
    if values.len() > LISTED {
        let _ = writeln!(out, "  {}", screen.paint.dim(format!("and {} more", values.len() - LISTED)));
    }
}
