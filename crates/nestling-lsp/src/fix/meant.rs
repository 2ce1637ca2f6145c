//! "Did you mean": a word that is probably misspelled becomes the one that was meant.

use super::{Finding, Fix};
use crate::edit::Edit;
use crate::position::Line;

/// Returns the correction, if the word that the finding is about is at its place.
pub(super) fn fix(finding: Finding<'_>) -> Option<Fix> {
    let meant = finding.help().strip_prefix("did you mean `")?.strip_suffix("`?")?;
    let line = Line::of(finding.outline.text, finding.origin);
    let start = if finding.origin.column == 0 { 0 } else { line.offset(finding.origin) };
    // The message has the word among others, such as the names of jobs.
    let words = finding.problem.message.split('`').skip(1).step_by(2).filter(|word| !word.is_empty());
    let (offset, word) = words
        .filter_map(|word| Some((start + whole_word(&line.text[start..], word)?, word)))
        .min_by_key(|(offset, word)| (*offset, std::cmp::Reverse(word.len())))?;
    let line_start = finding.offset().saturating_sub(start);
    let range = line_start + offset..line_start + offset + word.len();
    let edits = vec![Edit { range, text: meant.to_owned() }];
    Some(Fix { title: format!("Replace `{word}` with `{meant}`"), edits, is_preferred: true })
}

/// Returns the offset of a word that is no part of a longer one.
fn whole_word(text: &str, word: &str) -> Option<usize> {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    let mut offsets = text.match_indices(word).map(|(offset, _)| offset);
    offsets.find(|offset| {
        !is_part(text[..*offset].chars().next_back()) && !is_part(text[offset + word.len()..].chars().next())
    })
}
