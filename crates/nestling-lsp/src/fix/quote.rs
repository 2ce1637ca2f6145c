//! "Quote it": a plain scalar that YAML reads as something else than a string gets quotes.

use super::{Finding, Fix};
use crate::edit::Edit;

pub(super) fn fix(finding: Finding<'_>) -> Option<Fix> {
    if !finding.help().starts_with("quote it") {
        return None;
    }
    let offset = finding.offset();
    let text = finding.outline.text;
    let ranges = finding.outline.entries.iter().flat_map(|entry| [entry.key.clone(), entry.value.clone()]);
    let range = ranges.flatten().find(|range| range.start == offset && !range.is_empty())?;
    let written = &text[range.clone()];
    if written.contains(['\n', '"', '\\']) {
        return None;
    }
    let edits = vec![Edit { range, text: format!("\"{written}\"") }];
    Some(Fix { title: format!("Quote `{written}`"), edits, is_preferred: true })
}
