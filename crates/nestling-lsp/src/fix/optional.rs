//! A need on a job that may not be there becomes optional.

use super::{Finding, Fix};
use crate::edit::{Edit, add_key};

pub(super) fn fix(finding: Finding<'_>) -> Option<Fix> {
    if !finding.help().contains("optional: true") {
        return None;
    }
    let (offset, outline) = (finding.offset(), finding.outline);
    let title = "Make the need optional".to_owned();
    // The place is that of the name, or of the mapping that has it.
    let (index, entry) = outline.entries.iter().enumerate().find(|(_, entry)| {
        let starts = [entry.value.as_ref(), entry.key.as_ref(), entry.flow.as_ref()];
        let quoted = entry.value.as_ref().is_some_and(|value| value.start == offset + 1);
        quoted || starts.into_iter().flatten().any(|range| range.start == offset)
    })?;
    if !outline.path(index).contains(&"needs") {
        return None;
    }
    let mapping = match (&entry.key, &entry.value) {
        (Some(_), _) => entry.parent,
        (None, None) => Some(index),
        (None, Some(value)) => {
            let (mut start, mut end) = (value.start, value.end);
            let is_quoted = outline.text[..start].ends_with(['"', '\'']);
            start -= usize::from(is_quoted);
            end += usize::from(is_quoted);
            let written = &outline.text[start..end];
            let edits =
                vec![Edit { range: start..end, text: format!("{{ job: {written}, optional: true }}") }];
            return Some(Fix { title, edits, is_preferred: false });
        }
    };
    let edit = add_key(outline, mapping?, "optional", "true")?;
    Some(Fix { title, edits: vec![edit], is_preferred: false })
}
