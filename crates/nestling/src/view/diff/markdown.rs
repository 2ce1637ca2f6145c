//! The difference as Markdown, for a comment on a merge request.

use super::fold::{Alike, Same, changes, full, same, short_label};
use super::{Diff, JobId};
use crate::view::escape::{code, fence};
use crate::view::fit::counted;
use std::fmt::Write as _;

/// Lines shown of one change.
const LINES: usize = 40;

/// Changes shown. GitLab accepts comments of up to a million characters
/// (<https://docs.gitlab.com/administration/instance_limits/>), but nobody reads that much.
const CHANGES: usize = 50;

/// Returns the difference as Markdown. `title` describes the two sides.
pub fn markdown(diff: &Diff, title: &str) -> String {
    let mut out = format!("### Jobs of the child pipelines\n\n{title}\n\n");
    if diff.is_empty() {
        out.push_str("No job is added, removed or changed.\n");
        if let Some(note) = diff.left_out_note() {
            let _ = writeln!(out, "\n{note}.");
        }
        return out;
    }
    let [added, removed, changed] = diff.counts();
    let _ = writeln!(out, "**{added} added**, **{removed} removed**, **{changed} changed**\n");
    jobs(&mut out, &diff.added, "Added");
    jobs(&mut out, &diff.removed, "Removed");
    if let Some(stages) = &diff.stages {
        let _ = writeln!(
            out,
            "The order of the stages changes from {} to {}.\n",
            code(&stages.before.join(", ")),
            code(&stages.after.join(", "))
        );
    }
    let changes = changes(diff);
    for alike in changes.iter().take(CHANGES) {
        change(&mut out, alike);
    }
    if changes.len() > CHANGES {
        let _ = writeln!(out, "… and {} more changes: run `nestling diff`.", changes.len() - CHANGES);
    }
    if let Some(note) = diff.left_out_note() {
        let _ = writeln!(out, "{note}.");
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

fn jobs(out: &mut String, jobs: &[JobId], word: &str) {
    if jobs.is_empty() {
        return;
    }
    let _ = writeln!(out, "{word}:\n");
    for Same { short, units } in same(jobs) {
        let _ = match units.as_slice() {
            [] => writeln!(out, "- {}", code(&short)),
            [unit] => writeln!(out, "- {}", code(&full(Some(unit), &short))),
            units => {
                let names: Vec<String> = units.iter().map(|unit| code(unit.as_str())).collect();
                writeln!(out, "- {} in {} units: {}", code(&short), units.len(), names.join(", "))
            }
        };
    }
    out.push('\n');
}

fn change(out: &mut String, alike: &Alike) {
    let mut lines: Vec<String> = alike.change.removed.iter().map(|line| format!("- {line}")).collect();
    lines.extend(alike.change.added.iter().map(|line| format!("+ {line}")));
    if lines.len() > LINES {
        let more = lines.len() - LINES;
        lines.truncate(LINES);
        lines.push(format!("  … and {more} more lines"));
    }
    let _ = writeln!(out, "{}\n\n{}", alike.titled(code, code), fence("diff", &lines.join("\n")));
    if !alike.is_of_one_job() {
        let _ = writeln!(out, "<details><summary>{}</summary>\n", counted(alike.count(), "job"));
        for (unit, jobs) in &alike.jobs {
            let jobs: Vec<String> = jobs.iter().map(|job| code(&short_label(job))).collect();
            let unit = unit.as_ref().map_or("workspace", |unit| unit.as_str());
            let _ = writeln!(out, "- {}: {}", code(unit), jobs.join(", "));
        }
        out.push_str("\n</details>\n\n");
    }
}
