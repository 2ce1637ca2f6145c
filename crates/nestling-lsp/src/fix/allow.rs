//! A warning that is meant is allowed: by a comment at its line, or in the header with the reason.

use super::{Finding, Fix};
use crate::edit::{Edit, add_item, add_key, line_break};
use crate::meaning::{FileKind, Section};
use nestling_gitlab::diagnostic::Severity;

/// The reason until the author writes another one.
const REASON: &str = "why it is accepted";

pub(super) fn fixes(finding: Finding<'_>) -> Vec<Fix> {
    let is_own = ["allow-unused", "allow-unknown"].contains(&finding.problem.rule.id);
    if finding.problem.severity == Severity::Error || is_own || finding.origin.line == 0 {
        return Vec::new();
    }
    let id = finding.problem.rule.id;
    let by_comment = Fix {
        title: format!("Allow `{id}` at this line"),
        edits: vec![comment(finding, id)],
        is_preferred: false,
    };
    let in_header = header(finding, id).map(|edit| Fix {
        title: format!("Allow `{id}` in the header, with a reason"),
        edits: vec![edit],
        is_preferred: false,
    });
    std::iter::once(by_comment).chain(in_header).collect()
}

/// Returns the edit that adds the comment: behind the line, or above it where something else is there already.
fn comment(finding: Finding<'_>, id: &str) -> Edit {
    let text = finding.outline.text;
    let offset = finding.offset();
    let line_start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[offset..].find('\n').map_or(text.len(), |length| offset + length);
    let line = text[line_start..end].trim_end_matches('\r');
    if let Some(open) = line.find("# nestling: allow(")
        && let Some(close) = line[open..].find(')')
    {
        return Edit::insert(line_start + open + close, format!(", {id}"));
    }
    let is_taken = line.contains(" #") || line.trim_start().starts_with('#') || line.ends_with('\\');
    let is_broken = line.ends_with(['|', '>', ',']) || line.matches('"').count() % 2 == 1;
    if is_taken || is_broken {
        let indent = &line[..line.len() - line.trim_start().len()];
        return Edit::insert(line_start, format!("{indent}# nestling: allow({id}){}", line_break(text)));
    }
    Edit::insert(line_start + line.trim_end().len(), format!(" # nestling: allow({id})"))
}

/// Returns the edit that adds an entry to `allow` of the header, if the file has one.
fn header(finding: Finding<'_>, id: &str) -> Option<Edit> {
    let outline = finding.outline;
    if *finding.kind != FileKind::Nestling {
        return None;
    }
    let root = outline.child(None, "unit").or_else(|| outline.child(None, "workspace"))?;
    if Section::of(outline, outline.entries[root].document, finding.kind) != Section::Header {
        return None;
    }
    let entry = match job(finding) {
        Some(job) => format!("{{ rule: {id}, where: \"{job}\", reason: {REASON} }}"),
        None => format!("{{ rule: {id}, reason: {REASON} }}"),
    };
    match outline.child(Some(root), "allow") {
        Some(allow) => add_item(outline, allow, &entry),
        None => add_key(outline, root, "allow", &format!("[{entry}]")),
    }
}

/// Returns the job that a finding is in.
fn job<'a>(finding: Finding<'a>) -> Option<&'a str> {
    let outline = finding.outline;
    let offset = finding.offset();
    let around = outline.entries.iter().rposition(|entry| entry.start <= offset && offset <= entry.end)?;
    if Section::of(outline, outline.entries[around].document, finding.kind) != Section::Jobs {
        return None;
    }
    let job = outline.above(around).last().map(|root| outline.step(root))?;
    (!job.contains(['"', '\\', '$', '*', '['])).then_some(job)
}
