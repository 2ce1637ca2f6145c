//! Corrections that an editor can make: a word that is probably misspelt becomes the one that was meant.

use crate::position::{Encoding, Line};
use lsp_types::TextEdit;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};

/// A correction of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fix {
    /// The title that the editor offers.
    pub title: String,
    pub edit: TextEdit,
}

/// Returns the correction of a finding that says "did you mean", if the word that it is about stands at its place.
pub(crate) fn of(problem: &Diagnostic, text: &str, origin: Origin, encoding: Encoding) -> Option<Fix> {
    let meant = problem.help.as_deref()?.strip_prefix("did you mean `")?.strip_suffix("`?")?;
    let line = Line::of(text, origin);
    let start = if origin.column == 0 { 0 } else { line.offset(origin) };
    // The message has the word among others, such as the names of jobs.
    let words = problem.message.split('`').skip(1).step_by(2).filter(|word| !word.is_empty());
    let (offset, word) = words
        .filter_map(|word| Some((start + whole_word(&line.text[start..], word)?, word)))
        .min_by_key(|(offset, word)| (*offset, std::cmp::Reverse(word.len())))?;
    let range = line.range(offset, offset + word.len(), encoding);
    let edit = TextEdit { range, new_text: meant.to_owned() };
    Some(Fix { title: format!("Replace `{word}` with `{meant}`"), edit })
}

/// Returns the offset of a word that is no part of a longer one.
fn whole_word(text: &str, word: &str) -> Option<usize> {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    let mut offsets = text.match_indices(word).map(|(offset, _)| offset);
    offsets.find(|offset| {
        !is_part(text[..*offset].chars().next_back()) && !is_part(text[offset + word.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_at_the_place_is_replaced() {
        for (text, want) in [
            ("build: { scirpt: make }\n", Some("build: { script: make }\n")),
            ("build:\n  \"scirpt\": make\n", Some("build:\n  \"script\": make\n")),
            ("a: { script: x }\nb: { script: x, needs: [aa-b, c] }\naab: { script: x }\n", None),
        ] {
            let problems = nestling_gitlab::lint(text);
            let fix =
                problems.iter().find_map(|problem| of(problem, text, problem.origin()?, Encoding::Utf8));
            let fixed = fix.map(|fix| {
                let range = fix.edit.range;
                let line = text.split('\n').take(usize::try_from(range.start.line).unwrap());
                let before: usize = line.map(|line| line.len() + 1).sum();
                let [start, end] = [range.start, range.end]
                    .map(|position| before + usize::try_from(position.character).unwrap());
                format!("{}{}{}", &text[..start], fix.edit.new_text, &text[end..])
            });
            if let Some(want) = want {
                assert_eq!(fixed.as_deref(), Some(want), "{problems:?}");
            }
        }
    }
}
