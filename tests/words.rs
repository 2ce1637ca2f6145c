//! Words that users never read: in the documents, in help texts and in messages, each with the words to use instead.
//!
//! The glossary of the book (`docs/concepts.md`) has the terms. This table has phrases that are not English, or that are
//! a plain word where the field has a term.

mod comments;
mod literals;
mod sentences;

use crate::support::{read, tracked};
use crate::tidy::source;
use std::path::{Path, PathBuf};

/// A phrase in lower case, and what to write instead.
const PHRASES: [(&str, &str); 86] = [
    ("a text", "a string"),
    ("texts", "strings"),
    ("stands twice", "duplicate `X`"),
    ("stand twice", "duplicate `X`"),
    ("is no key of", "unknown key `X`"),
    ("is no keyword of", "unknown keyword `X`"),
    ("goes round", "circular"),
    ("go round", "circular"),
    ("keeps for itself", "reserved"),
    (", and this is", "`X` must be a string, found a list"),
    ("does not go with", "conflicts with"),
    ("tells", "reports, shows, warns"),
    ("told", "reported, shown"),
    ("warned of", "reported"),
    ("by hand", "manually; a manual job"),
    ("address", "URL"),
    ("addresses", "URLs"),
    ("stands over", "takes precedence over, overrides"),
    ("stand over", "takes precedence over, overrides"),
    ("goes over", "takes precedence over, overrides"),
    ("is concerned", "is affected"),
    ("concerns", "affects, selects"),
    ("end of its own", "`auto_stop_in`"),
    ("is meant", "is intended; refers to"),
    ("are meant", "are intended; refer to"),
    ("comes out", "is rendered, is generated"),
    ("come out", "are rendered, are generated"),
    ("folder", "directory"),
    ("folders", "directories"),
    ("talk", "diagnostics"),
    ("whoever", "anyone who, the person who"),
    ("everything was asked for", "all units (`--all`)"),
    ("jobs more", "3 jobs added"),
    ("jobs fewer", "2 jobs removed"),
    ("is without", "has no; omits"),
    ("stands", "is"),
    ("stand", "are"),
    ("heeds", "uses, respects"),
    ("is not there", "does not exist, is not defined"),
    ("are not there", "do not exist, are not defined"),
    ("there is no such", "unknown `X`"),
    ("anew", "again"),
    ("by way of", "through"),
    ("in silence", "silently"),
    ("what it says", "content, meaning, description"),
    ("says otherwise", "overrides it"),
    ("remarks", "notes, reports"),
    ("gets past", "bypasses"),
    ("sees to it", "ensures"),
    ("in its turn", "itself"),
    ("at the hand of", "by"),
    ("such as it is", "unchanged"),
    ("hand on", "pass on"),
    ("hands on", "passes on"),
    ("handed on", "passed on"),
    ("takes the place of", "replaces"),
    ("take the place of", "replace"),
    ("has to have", "must have, must contain"),
    ("have to have", "must have, must contain"),
    ("leads out of", "points outside of"),
    ("lead out of", "point outside of"),
    ("at hand", "available"),
    ("made-up", "placeholder"),
    ("says so", "reports it; the log has a message"),
    ("say so", "report it, declare it"),
    ("says why", "shows why, names the reason"),
    ("gitlab says", "GitLab reports"),
    ("log says", "log shows, log has"),
    ("is no list", "is not a list"),
    ("is no string", "is not a string"),
    ("is no mapping", "is not a mapping"),
    ("is no path", "is not a path"),
    ("are no units", "are not units"),
    ("is no package of", "has no package `X`"),
    ("worth a look", "Highlights"),
    ("by a button", "by a manual job"),
    ("stands in no", "is not in"),
    ("none at all", "none"),
    ("has a say", "decides; affects"),
    ("have a say", "decide; affect"),
    ("gitlab's, not ours", "GitLab decides"),
    ("cancelled", "canceled, as in GitLab"),
    ("misspelt", "misspelled"),
    ("colour", "color"),
    ("behaviour", "behavior"),
    ("labelled", "labeled"),
];

/// English that contains one of the phrases.
const ALLOWED: [&str; 4] = ["stands for", "stand for", "stands in for", "stand in for"];

/// The phrases in a line, as messages.
fn findings(place: &str, line: &str) -> Vec<String> {
    let mut line = line.to_lowercase();
    for allowed in ALLOWED {
        line = line.replace(allowed, "");
    }
    let phrases = PHRASES.iter().filter(|(phrase, _)| holds(&line, phrase));
    phrases.map(|(phrase, instead)| format!("{place}: `{phrase}`; write: {instead}")).collect()
}

/// Returns `true` if a line has the phrase as whole words.
fn holds(line: &str, phrase: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || "_-".contains(character);
    line.match_indices(phrase).any(|(start, found)| {
        let before = line[..start].chars().next_back();
        let after = line[start + found.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

/// The lines of a document that are prose: no blocks of code, and no code within a line.
fn prose(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    let mut fence: Option<usize> = None;
    for (number, line) in text.lines().enumerate() {
        let ticks = line.trim_start().chars().take_while(|character| *character == '`').count();
        match fence {
            None if ticks >= 3 => fence = Some(ticks),
            Some(open) if ticks >= open => fence = None,
            Some(_) => {}
            None => lines.push((number + 1, line.split('`').step_by(2).collect::<Vec<_>>().join("``"))),
        }
    }
    lines
}

/// Directory in which proptest keeps its seeds, as text files.
const REGRESSIONS: &str = "proptest-regressions";

fn is_document(path: &Path) -> bool {
    let is_page = path.extension().is_some_and(|extension| extension == "md" || extension == "txt");
    let is_for_people =
        !path.starts_with("tests") && !path.components().any(|part| part.as_os_str() == REGRESSIONS);
    is_page && is_for_people && !path.ends_with("CHANGELOG.md")
}

#[test]
fn documents_have_none_of_these_phrases() {
    let mut wrong = Vec::new();
    for path in tracked().into_iter().filter(|path| is_document(path)) {
        for (number, line) in prose(&read(&path)) {
            wrong.extend(findings(&format!("{}:{number}", path.display()), &line));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Strings with a space in them are for people: messages, help, descriptions of schemas, rules with their pages.
#[test]
fn strings_of_the_program_have_none_of_these_phrases() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for path in program() {
        let code = source::Source::read(&read(&path)).lines.join("\n");
        for (number, literal) in literals::of(&code).into_iter().filter(|(_, text)| text.contains(' ')) {
            count += 1;
            wrong.extend(findings(&format!("{}:{number}", path.display()), &literal));
        }
    }
    assert!(count > 2000, "only {count} strings");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The doc comments of arguments are the help of `nestling --help`.
#[test]
fn help_has_none_of_these_phrases() {
    let mut wrong = Vec::new();
    let is_help = |path: &PathBuf| {
        let name = path.display().to_string();
        ["src/args.rs", "src/options.rs", "src/commands/"].iter().any(|part| name.contains(part))
    };
    for path in program().filter(is_help) {
        for (number, line) in read(&path).lines().enumerate() {
            if let Some(help) = line.trim_start().strip_prefix("/// ") {
                wrong.extend(findings(&format!("{}:{}", path.display(), number + 1), help));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The Rust files of the crates, without their tests.
fn program() -> impl Iterator<Item = PathBuf> {
    let is_source = |path: &PathBuf| {
        let is_rust = path.extension().is_some_and(|extension| extension == "rs");
        let is_of_crate =
            path.starts_with("crates") && path.components().any(|part| part.as_os_str() == "src");
        is_rust && is_of_crate && !source::is_test(path)
    };
    tracked().into_iter().filter(is_source)
}

#[test]
fn phrases_are_whole_words_outside_of_code() {
    assert!(holds("it tells why", "tells"));
    assert!(!holds("it foretells", "tells") && !holds("stand-in", "stand"));
    assert_eq!(findings("x", "A stands for B").len(), 0);
    assert_eq!(findings("x", "The key stands there"), ["x: `stands`; write: is"]);
    assert_eq!(prose("a `told` b\n```\ntold\n```\nc"), [(1, "a `` b".to_owned()), (5, "c".to_owned())]);
}
