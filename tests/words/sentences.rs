//! The length of sentences in documents: the number of long ones only goes down.

use super::is_document;
use crate::support::{read, tracked};

/// A sentence with more words than this is long.
const MOST_WORDS: usize = 30;

/// Number of long sentences. Lower it when you have shortened some; never raise it.
const LONG_SENTENCES: usize = 3;

/// The paragraphs, list items and cells of tables of a document, each with the number of its first line.
fn blocks(text: &str) -> Vec<(usize, String)> {
    let mut blocks: Vec<(usize, String)> = Vec::new();
    let mut fence: Option<usize> = None;
    let mut is_open = false;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        let ticks = line.chars().take_while(|character| *character == '`').count();
        let is_fence = ticks >= 3 && fence.is_none_or(|open| ticks >= open);
        if is_fence {
            fence = if fence.is_some() { None } else { Some(ticks) };
        }
        if is_fence || fence.is_some() || line.is_empty() || line.starts_with(['#', '<']) {
            is_open = false;
        } else if line.starts_with('|') {
            is_open = false;
            blocks.extend(line.split('|').map(|cell| (number + 1, cell.trim().to_owned())));
        } else if let Some((_, block)) = blocks.last_mut().filter(|_| is_open && !is_item(line)) {
            *block = format!("{block} {line}");
        } else {
            is_open = true;
            blocks.push((number + 1, line.to_owned()));
        }
    }
    blocks
}

/// Returns `true` if a line starts an item of a list.
fn is_item(line: &str) -> bool {
    let rest = line.trim_start_matches(|character: char| character.is_ascii_digit());
    line.starts_with("- ") || line.starts_with("* ") || (rest.len() < line.len() && rest.starts_with(". "))
}

/// Returns the number of words of each sentence. Code is one word, and a colon ends a sentence, too.
fn lengths(block: &str) -> Vec<usize> {
    let without_code: String = block.split('`').step_by(2).collect::<Vec<_>>().join("X");
    let mut lengths = vec![0];
    for word in without_code.split_whitespace() {
        if let Some(length) = lengths.last_mut() {
            *length += usize::from(word.contains(char::is_alphanumeric));
        }
        if word.trim_end_matches(['*', ')', ']', '"']).ends_with(['.', ':', '!', '?']) {
            lengths.push(0);
        }
    }
    lengths
}

#[test]
fn few_sentences_are_long() {
    let mut long = Vec::new();
    for path in tracked().into_iter().filter(|path| is_document(path)) {
        for (number, block) in blocks(&read(&path)) {
            let count = lengths(&block).into_iter().filter(|words| *words > MOST_WORDS).count();
            long.extend(std::iter::repeat_n(format!("{}:{number}", path.display()), count));
        }
    }
    let list = long.join("\n");
    assert!(long.len() <= LONG_SENTENCES, "{} long sentences, split some:\n{list}", long.len());
    assert!(long.len() + 5 > LONG_SENTENCES, "only {} long sentences: lower LONG_SENTENCES", long.len());
}

#[test]
fn sentences_end_at_stops_and_code_is_one_word() {
    assert_eq!(lengths("One two. **Three.** Four `a b c` five: six"), [2, 1, 3, 1]);
    let text = "# A b\n\nOne\ntwo.\n- three\n  four\n- five\n\n```\nsix\n```\n| seven | eight |";
    let found: Vec<String> = blocks(text).into_iter().map(|(_, block)| block).collect();
    assert_eq!(found, ["One two.", "- three four", "- five", "", "seven", "eight", ""]);
}
