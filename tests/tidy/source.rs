//! A Rust file as far as tidiness is affected: its code without comments and without its tests.

use std::path::Path;

/// The lines of code of a file: comments are blank, and so is what only tests see.
pub(crate) struct Source {
    pub(crate) lines: Vec<String>,
}

impl Source {
    /// Reads a file. Leans on rustfmt: an attribute is on a line of its own, and an inline module of tests ends
    /// with a brace at its own indentation.
    pub(crate) fn read(text: &str) -> Self {
        let mut lines = Vec::new();
        let mut skip = Skip::No;
        for line in text.lines() {
            let code = without_comment(line);
            skip = match skip {
                Skip::No | Skip::Last if code.trim() == "#[cfg(test)]" => Skip::Item,
                Skip::No | Skip::Last => Skip::No,
                Skip::Item if code.trim_end().ends_with('{') => Skip::Until(closing(line)),
                Skip::Until(end) if line != end => Skip::Until(end),
                Skip::Item | Skip::Until(_) => Skip::Last,
            };
            lines.push(if matches!(skip, Skip::No) { code } else { String::new() });
        }
        Self { lines }
    }
}

/// State of skipping a part of a file.
enum Skip {
    No,
    /// The line after `#[cfg(test)]`.
    Item,
    /// Everything until this line.
    Until(String),
    /// The line that ends it.
    Last,
}

fn closing(line: &str) -> String {
    let indent = line.len() - line.trim_start().len();
    format!("{}}}", " ".repeat(indent))
}

fn without_comment(line: &str) -> String {
    let end = if line.trim_start().starts_with("//") { 0 } else { line.find(" // ").unwrap_or(line.len()) };
    line[..end].to_owned()
}

/// Returns `true` if a file contains nothing but tests.
pub(crate) fn is_test(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs")
}

/// The public type that a line defines.
pub(crate) fn public_type(line: &str) -> Option<&str> {
    let definition = line.strip_prefix("pub ")?;
    let keywords = ["struct ", "enum ", "trait ", "type "];
    let name = keywords.iter().find_map(|keyword| definition.strip_prefix(keyword))?;
    name.split(|character: char| !character.is_alphanumeric()).next()
}

#[test]
fn public_types_are_seen() {
    for (line, name) in [
        ("pub struct Plan {", Some("Plan")),
        ("pub enum Meaning<'a> {", Some("Meaning")),
        ("pub type Meanings = Vec<u8>;", Some("Meanings")),
        ("pub(crate) struct Plan;", None),
        ("    pub struct Plan;", None),
        ("pub fn plan() {", None),
    ] {
        assert_eq!(public_type(line), name, "{line}");
    }
}

#[test]
fn tests_and_comments_are_no_code() {
    let text = "a // b\n/// doc\n#[cfg(test)]\nmod tests {\n    x\n}\nb\n#[cfg(test)]\nmod tests;\nc\n";
    let lines = Source::read(text).lines;
    let code: Vec<&str> = lines.iter().map(String::as_str).filter(|line| !line.is_empty()).collect();
    assert_eq!(code, ["a", "b", "c"]);
    assert_eq!(lines.len(), text.lines().count());
}
