//! "Did you mean": a word that is probably misspelled becomes the one that was meant.

use super::{Finding, Fix};
use crate::edit::{Edit, as_scalar};
use crate::outline::Entry;
use crate::position::Line;
use nestling_gitlab::diagnostic::Suggestion;
use std::ops::Range;

/// The places of a word that are tried.
const MOST: usize = 4;

/// Returns the corrections, that of the word that is nearest to the meant one first.
pub(super) fn fixes(finding: Finding<'_>) -> Vec<Fix> {
    let Some(meant) = meant(finding.help()) else { return Vec::new() };
    let text = finding.outline.text;
    let mut ranges: Vec<Range<usize>> = words(finding);
    // What the message does not name has to be nearly the word: a finding may be shown at another one, such as a template's name.
    ranges.extend(scalars(finding).into_iter().filter(|range| is_near(&text[range.clone()], meant)));
    ranges.retain(|range| !range.is_empty() && text[range.clone()] != *meant);
    // The string that an expression becomes is misspelled, not the expression.
    ranges.retain(|range| !text[range.clone()].contains("${{"));
    ranges.sort_by_key(|range| {
        let distance = strsim::damerau_levenshtein(&text[range.clone()], meant);
        (distance, range.start, std::cmp::Reverse(range.end))
    });
    ranges.dedup();
    let mut fixes: Vec<Fix> = behind_expression(finding, meant).into_iter().collect();
    fixes.extend(ranges.into_iter().map(|range| fix(finding, range, meant)));
    fixes.truncate(MOST);
    fixes
}

/// Returns the word that a help text proposes. Of a function, that is its name.
fn meant(help: &str) -> Option<&str> {
    let (_, behind) = help.split_once("did you mean ")?;
    let (_, word) = behind.split_once('`')?;
    let (word, _) = word.split_once('`')?;
    Some(word.strip_suffix("(…)").unwrap_or(word))
}

fn fix(finding: Finding<'_>, range: Range<usize>, meant: &str) -> Fix {
    let outline = finding.outline;
    let word = &outline.text[range.clone()];
    let is_scalar = outline.entries.iter().any(|entry| entry.value.as_ref() == Some(&range));
    let is_quoted = outline.text[..range.start].ends_with(['"', '\'']);
    let text = if is_scalar && !is_quoted { as_scalar(meant) } else { meant.to_owned() };
    let title = format!("Replace `{word}` with `{meant}`");
    Fix { title, edits: vec![Edit { range, text }], is_preferred: true }
}

/// Returns the words of the message where the finding is: behind its place in the line, before it, or as keys above it.
fn words(finding: Finding<'_>) -> Vec<Range<usize>> {
    let (outline, offset) = (finding.outline, finding.offset());
    let line = Line::of(outline.text, finding.origin);
    let start = if finding.origin.column == 0 { 0 } else { line.offset(finding.origin) };
    let line_start = offset.saturating_sub(start);
    let mut ranges = Vec::new();
    for word in finding.problem.message.split('`').skip(1).step_by(2).filter(|word| !word.is_empty()) {
        let behind = whole_word(&line.text[start..], word).map(|position| start + position);
        let in_line = behind.or_else(|| whole_word(line.text, word)).map(|position| line_start + position);
        ranges.extend(in_line.map(|position| position..position + word.len()));
        let around = outline.entries.iter().filter(|entry| entry.start <= offset && offset <= entry.end);
        let keys = around.filter_map(|entry| entry.key.clone());
        ranges.extend(keys.filter(|key| outline.text[key.clone()] == *word));
    }
    ranges
}

/// Returns the key and the scalar that the finding points to, and those of the list or mapping that it points to.
fn scalars(finding: Finding<'_>) -> Vec<Range<usize>> {
    let (offset, outline) = (finding.offset(), finding.outline);
    let is_collection = |entry: &Entry| entry.flow.as_ref().is_some_and(|flow| flow.start == offset);
    let mut ranges = Vec::new();
    for entry in &outline.entries {
        let is_part = entry.parent.is_some_and(|parent| is_collection(&outline.entries[parent]));
        let scalars = [entry.key.clone(), entry.value.clone()].into_iter().flatten();
        ranges.extend(scalars.filter(|range| is_part || (range.start <= offset + 1 && offset < range.end)));
    }
    ranges
}

/// Returns the correction of what is behind the last expression of a scalar, where the meant string goes on as it does.
fn behind_expression(finding: Finding<'_>, meant: &str) -> Option<Fix> {
    let text = finding.outline.text;
    let range = scalars(finding).into_iter().find(|range| text[range.clone()].contains("}}"))?;
    let start = range.start + text[range.clone()].rfind("}}")? + 2;
    let rest = &text[start..range.end];
    let known = meant.rfind(rest).filter(|_| !rest.is_empty())?;
    let behind = &meant[known..];
    (behind != rest).then(|| Fix {
        title: format!("Replace `{rest}` with `{behind}`"),
        edits: vec![Edit { range: start..range.end, text: behind.to_owned() }],
        is_preferred: true,
    })
}

/// Returns `true` if a string is probably a form of the suggestion: misspelled, or the beginning of a path.
fn is_near(string: &str, meant: &str) -> bool {
    let path = string.trim_end_matches(['/', '*']);
    let goes_on = !path.is_empty() && meant.starts_with(path) && meant.contains('*');
    goes_on || Suggestion::among(string, [meant]).word().is_some()
}

/// Returns the offset of a word that is not part of a longer one.
fn whole_word(text: &str, word: &str) -> Option<usize> {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    let mut offsets = text.match_indices(word).map(|(offset, _)| offset);
    offsets.find(|offset| {
        !is_part(text[..*offset].chars().next_back()) && !is_part(text[offset + word.len()..].chars().next())
    })
}
