//! Comments: a doc comment opens with a noun or a verb, as those of the standard library do, and comments have none of the phrases
//! that users never read.

use super::{findings, program};
use crate::support::{read, tracked};
use std::path::PathBuf;

/// Words with which no doc comment opens: "What …" leaves the noun to the reader.
const OPENINGS: [&str; 9] = ["What", "Whether", "How", "Where", "Those", "That", "Who", "Whoever", "Which"];

/// The Rust files of the crates and of the tests.
fn sources() -> impl Iterator<Item = PathBuf> {
    tracked().into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
}

/// The comment on a line: its marker and its text.
fn comment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    ["///", "//!", "//"]
        .into_iter()
        .find_map(|marker| Some((marker, line.strip_prefix(marker)?.strip_prefix(' ')?)))
}

/// Returns the first lines of the doc comments of a file, with their numbers.
fn openings(text: &str) -> Vec<(usize, &str)> {
    let mut first_lines = Vec::new();
    let mut previous = "";
    for (number, line) in text.lines().enumerate() {
        let marker = ["///", "//!"].into_iter().find(|marker| line.trim_start().starts_with(marker));
        if let Some((_, text)) = comment(line).filter(|(marker, _)| *marker != "//" && *marker != previous) {
            first_lines.push((number + 1, text));
        }
        previous = marker.unwrap_or_default();
    }
    first_lines
}

/// Fails with the list of findings, if there are any.
fn expect_none(found: &[String]) {
    assert!(
        found.is_empty(),
        "{} to reword:
{}",
        found.len(),
        found.join(
            "
"
        )
    );
}

#[test]
fn no_doc_comment_opens_with_a_question_word() {
    let mut found = Vec::new();
    for path in sources() {
        for (number, line) in openings(&read(&path)) {
            let word = line.split(|character: char| !character.is_alphabetic()).next().unwrap_or_default();
            if OPENINGS.contains(&word) {
                found.push(format!("{}:{number}: {line}", path.display()));
            }
        }
    }
    expect_none(&found);
}

/// `nestling` shows the descriptions of inputs in the book and in editors.
#[test]
fn descriptions_of_inputs_open_with_no_question_word() {
    let mut found = Vec::new();
    for path in
        tracked().into_iter().filter(|path| path.starts_with("templates") && path.ends_with("template.yml"))
    {
        for (number, line) in read(&path).lines().enumerate() {
            let Some((_, description)) = line.split_once("description: ") else { continue };
            if OPENINGS
                .iter()
                .any(|word| description.trim_start_matches('"').starts_with(&format!("{word} ")))
            {
                found.push(format!("{}:{}: {description}", path.display(), number + 1));
            }
        }
    }
    expect_none(&found);
}

#[test]
fn comments_have_none_of_these_phrases() {
    let mut found = Vec::new();
    for path in program() {
        for (number, line) in read(&path).lines().enumerate() {
            if let Some((_, text)) = comment(line) {
                let words = text.split('`').step_by(2).collect::<Vec<_>>().join("``");
                found.extend(findings(&format!("{}:{}", path.display(), number + 1), &words));
            }
        }
    }
    expect_none(&found);
}

#[test]
fn only_first_lines_are_openings() {
    let text = "//! One\n//! two\n\n/// Three\n/// What\nfn a() {\n    // How\n}\n/// Four";
    assert_eq!(openings(text), [(1, "One"), (4, "Three"), (9, "Four")]);
    assert_eq!(comment("    // a"), Some(("//", "a")));
}
