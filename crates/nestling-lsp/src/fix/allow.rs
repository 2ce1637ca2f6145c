//! A warning about something intended is allowed: by a comment at its line, or in the header with the reason.

use super::{Effect, Finding, Fix, Proposal};
use crate::edit::{Edit, add_item, add_key, line_break};
use crate::meaning::{FileKind, Section};
use nestling_gitlab::diagnostic::Severity;

/// The reason until the author writes another one.
const REASON: &str = "why it is accepted";

pub(super) fn proposals(finding: Finding<'_>) -> Vec<Proposal> {
    let is_own = ["allow-unused", "allow-unknown"].contains(&finding.problem.rule.id);
    if finding.problem.severity == Severity::Error || is_own || finding.origin.line == 0 {
        return Vec::new();
    }
    let id = finding.problem.rule.id;
    let fix = |title: String, edit: Edit| Fix { title, edits: vec![edit], is_preferred: false };
    let comments = comments(finding, id).into_iter();
    let by_comment = comments.map(|edit| fix(format!("Allow `{id}` at this line"), edit)).collect();
    let in_header = header(finding, id).into_iter();
    let in_header =
        in_header.map(|edit| fix(format!("Allow `{id}` in the header, with a reason"), edit)).collect();
    [by_comment, in_header].map(|alternatives| Proposal { alternatives, effect: Effect::Allows }).into()
}

/// Returns the edits that add the comment: to the one that is there, behind the line, or above it.
fn comments(finding: Finding<'_>, id: &str) -> Vec<Edit> {
    let text = finding.outline.text;
    let offset = finding.offset();
    let line_start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[offset..].find('\n').map_or(text.len(), |length| offset + length);
    let line = text[line_start..end].trim_end_matches('\r');
    if is_in_data(finding, line_start) {
        return Vec::new();
    }
    if let Some(open) = line.find("# nestling: allow(")
        && let Some(close) = line[open..].find(')')
    {
        return vec![Edit::insert(line_start + open + close, format!(", {id}"))];
    }
    let is_taken = line.contains(" #") || line.trim_start().starts_with('#') || line.ends_with('\\');
    let is_broken = line.ends_with(['|', '>', ',']) || line.matches('"').count() % 2 == 1;
    let indent = &line[..line.len() - line.trim_start().len()];
    let above = Edit::insert(line_start, format!("{indent}# nestling: allow({id}){}", line_break(text)));
    let behind = Edit::insert(line_start + line.trim_end().len(), format!(" # nestling: allow({id})"));
    if is_taken || is_broken { vec![above] } else { vec![behind, above] }
}

/// Returns `true` for a further line of a scalar that no shell reads: a comment there would be a part of the value.
fn is_in_data(finding: Finding<'_>, line_start: usize) -> bool {
    let outline = finding.outline;
    let around = outline.entries.iter().position(|entry| {
        entry.value.as_ref().is_some_and(|value| value.start < line_start && line_start < value.end)
    });
    let Some(around) = around else { return false };
    let is_script = |step: &&str| ["script", "before_script", "after_script"].contains(step);
    !outline.path(around).iter().any(is_script)
}

/// Returns the edits that add an entry to `allow` of the header, if the file has one: for the job, for the file, for all.
fn header(finding: Finding<'_>, id: &str) -> Vec<Edit> {
    let outline = finding.outline;
    if *finding.kind != FileKind::Nestling {
        return Vec::new();
    }
    let Some(root) = outline.child(None, "unit").or_else(|| outline.child(None, "workspace")) else {
        return Vec::new();
    };
    if Section::of(outline, outline.entries[root].document, finding.kind) != Section::Header {
        return Vec::new();
    }
    let mut entries: Vec<String> = Vec::new();
    for place in job(finding).into_iter().chain([finding.path]) {
        entries.push(format!("{{ rule: {id}, where: \"{place}\", reason: {REASON} }}"));
    }
    entries.push(format!("{{ rule: {id}, reason: {REASON} }}"));
    let edit = |entry: String| match outline.child(Some(root), "allow") {
        Some(allow) => add_item(outline, allow, &entry),
        None => add_key(outline, root, "allow", &format!("[{entry}]")),
    };
    entries.into_iter().filter_map(edit).collect()
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
