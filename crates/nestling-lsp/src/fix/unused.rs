//! A key or an entry without effect is removed.

use super::{Finding, Fix};
use crate::edit::remove;

pub(super) fn fix(finding: Finding<'_>) -> Option<Fix> {
    let is_removal = finding.help() == "remove it" || finding.help().starts_with("remove `");
    if !is_removal {
        return None;
    }
    let (offset, outline) = (finding.offset(), finding.outline);
    let touches = |start: Option<usize>| start.is_some_and(|start| start == offset || start == offset + 1);
    let index = outline.entries.iter().position(|entry| {
        let key = entry.key.as_ref().map(|key| key.start);
        let value = entry.value.as_ref().map(|value| value.start);
        touches(key) || (entry.key.is_none() && touches(value))
    })?;
    // Of several keys that exclude each other, the help names the one to remove.
    let named = finding.help().strip_prefix("remove `").and_then(|rest| rest.strip_suffix('`'));
    if named.is_some_and(|named| named != outline.step(index)) {
        return None;
    }
    let what = match outline.entries[index].key {
        Some(_) => outline.step(index),
        None => outline.value(index).unwrap_or_default(),
    };
    Some(Fix { title: format!("Remove `{what}`"), edits: vec![remove(outline, index)?], is_preferred: false })
}
