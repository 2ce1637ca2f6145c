//! A value of another form: a list in place of a string, a boolean without its quotes.

use super::{Finding, Fix};
use crate::edit::Edit;
use std::ops::Range;

pub(super) fn fix(finding: Finding<'_>) -> Option<Fix> {
    let (range, key) = value_at(finding)?;
    let text = finding.outline.text;
    let written = &text[range.clone()];
    if finding.help().starts_with("remove the quotes") {
        let plain = written.trim_matches(['"', '\'']);
        let title = format!("Remove the quotes of `{plain}`");
        return (plain.len() + 2 == written.len()).then(|| fix_with(title, range, plain));
    }
    // "write `tags: [docker]`" says it whole, with the key that it is for.
    let whole = finding.help().strip_prefix("write `")?.split('`').next()?;
    let (of_key, value) = whole.split_once(": ")?;
    let is_example = value.contains('…') || value == "NAME";
    let is_other = of_key != key || value == written || is_example;
    (!is_other).then(|| fix_with(format!("Write `{whole}`"), range, value))
}

fn fix_with(title: String, range: Range<usize>, value: &str) -> Fix {
    Fix { title, edits: vec![Edit { range, text: value.to_owned() }], is_preferred: true }
}

/// Returns the scalar at the finding with its quotes, and the key that it is the value of; empty for an item of a list.
fn value_at<'a>(finding: Finding<'a>) -> Option<(Range<usize>, &'a str)> {
    let (offset, outline) = (finding.offset(), finding.outline);
    let is_quoted = outline.text[offset..].starts_with(['"', '\'']);
    let start = offset + usize::from(is_quoted);
    let index = outline
        .entries
        .iter()
        .position(|entry| entry.value.as_ref().is_some_and(|value| value.start == start))?;
    let value = outline.entries[index].value.clone()?;
    if outline.text[value.clone()].contains('\n') {
        return None;
    }
    let quote = usize::from(is_quoted);
    let key = if outline.entries[index].key.is_some() { outline.step(index) } else { "" };
    Some((value.start - quote..value.end + quote, key))
}
