//! A key or an entry without effect is removed.

use super::{Finding, Fix};
use crate::edit::{Edit, remove};
use crate::outline::Outline;
use nestling_gitlab::diagnostic::Origin;

/// Returns the removals that may be right: with what would be empty without it, and alone.
pub(super) fn fixes(finding: Finding<'_>) -> Vec<Fix> {
    let help = finding.help();
    let outline = finding.outline;
    if !help.starts_with("remove it") && !help.starts_with("remove `") {
        return Vec::new();
    }
    let Some(index) = entry_at(outline, finding.offset()) else { return Vec::new() };
    // Of several keys that exclude each other, the help names the one to remove.
    let named = help.strip_prefix("remove `").and_then(|rest| rest.strip_suffix('`'));
    let index = match named {
        Some(named) => outline.above(index).find(|above| outline.step(*above) == named),
        None => Some(index),
    };
    let Some(index) = index else { return Vec::new() };
    let title = format!("Remove `{}`", words(outline, index));
    let edits = [whole(outline, index), index].map(|removed| remove(outline, removed));
    edits.into_iter().flatten().map(|edit| fix(title.clone(), edit)).collect()
}

/// Returns the removal of a key that another one of the same name overrides.
pub(super) fn duplicate(finding: Finding<'_>) -> Option<Fix> {
    let labels = &finding.problem.labels;
    if finding.problem.rule.id != "yaml-duplicate-key" {
        return None;
    }
    let first = labels
        .iter()
        .map(|label| label.origin)
        .find(|origin| origin.file == finding.origin.file && is_before(*origin, finding.origin))?;
    let index = entry_at(finding.outline, Finding { origin: first, ..finding }.offset())?;
    let title = format!("Remove the first `{}`, which has no effect", words(finding.outline, index));
    Some(fix(title, remove(finding.outline, index)?))
}

fn is_before(one: Origin, other: Origin) -> bool {
    (one.line, one.column) < (other.line, other.column)
}

fn fix(title: String, edit: Edit) -> Fix {
    Fix { title, edits: vec![edit], is_preferred: false }
}

/// Returns the entry whose key is at an offset, or whose item or value is.
fn entry_at(outline: &Outline<'_>, offset: usize) -> Option<usize> {
    let touches = |start: Option<usize>| start.is_some_and(|start| start == offset || start == offset + 1);
    let key = |index: &usize| touches(outline.entries[*index].key.as_ref().map(|key| key.start));
    let value = |index: &usize| {
        let entry = &outline.entries[*index];
        touches(entry.value.as_ref().map(|value| value.start))
            || touches(entry.flow.as_ref().map(|flow| flow.start))
    };
    let mut entries = 0..outline.entries.len();
    entries.clone().find(key).or_else(|| entries.find(value))
}

/// Returns the outermost key that has nothing but this entry.
fn whole(outline: &Outline<'_>, index: usize) -> usize {
    let mut whole = index;
    while let Some(parent) = outline.entries[whole].parent {
        let is_only = outline.children(Some(parent)).count() == 1;
        if !is_only || outline.entries[parent].parent.is_none() {
            break;
        }
        whole = parent;
    }
    whole
}

fn words<'t>(outline: &Outline<'t>, index: usize) -> &'t str {
    match outline.entries[index].key {
        Some(_) => outline.step(index),
        None => outline.value(index).unwrap_or_default(),
    }
}
