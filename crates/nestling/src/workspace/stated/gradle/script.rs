//! Text of a script in Groovy or Kotlin, without its comments.

use regex::Regex;
use std::sync::LazyLock;

/// A pattern that is compiled once. None fails to: they are constants, and tests use each.
pub(super) type Pattern = LazyLock<Option<Regex>>;

/// A build script.
#[derive(Debug)]
pub(super) struct Script {
    /// The text with blanks for comments, so that places stay.
    pub code: String,
}

impl Script {
    pub(super) fn new(text: &str) -> Self {
        Self { code: without_comments(text) }
    }
}

/// Puts blanks in for `//` and `/* */` outside of strings.
pub(super) fn without_comments(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '"' | '\'' => string_length(rest, c),
            '/' if rest.starts_with("//") => {
                let comment = rest.find('\n').unwrap_or(rest.len());
                blank(&mut code, &rest[..comment]);
                rest = &rest[comment..];
                continue;
            }
            '/' if rest.starts_with("/*") => {
                let comment = rest.find("*/").map_or(rest.len(), |end| end + 2);
                blank(&mut code, &rest[..comment]);
                rest = &rest[comment..];
                continue;
            }
            _ => c.len_utf8(),
        };
        code.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    code
}

/// The length of the literal that code begins with, which ends with its line if it is not closed.
fn string_length(text: &str, quote: char) -> usize {
    let triple = quote.to_string().repeat(3);
    if text.starts_with(&triple) {
        return text[3..].find(&triple).map_or(text.len(), |end| end + 6);
    }
    let mut is_escaped = false;
    for (position, c) in text.char_indices().skip(1) {
        if c == '\n' || (c == quote && !is_escaped) {
            return position + 1;
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    text.len()
}

fn blank(code: &mut String, comment: &str) {
    code.extend(comment.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
}

/// The string literals of the list that follows each match of a pattern, with where they start: one, or several with commas
/// between, over several lines and in parentheses too.
pub(super) fn literals_after(code: &str, pattern: &Pattern) -> Vec<(usize, String)> {
    let mut literals = Vec::new();
    for found in pattern.iter().flat_map(|regex| regex.find_iter(code)) {
        let mut position = found.end();
        while let Some((start, literal)) = literal_at(code, position) {
            position = start + literal.len() + 2;
            literals.push((start, literal));
            let Some(comma) = code[position..].find(|c: char| !c.is_whitespace()) else { break };
            if !code[position + comma..].starts_with(',') {
                break;
            }
            position += comma + 1;
        }
    }
    literals
}

/// The string literal that comes next, after blanks and an opening parenthesis or bracket at most.
fn literal_at(code: &str, position: usize) -> Option<(usize, String)> {
    let is_before = |c: char| c.is_whitespace() || matches!(c, '(' | '[');
    let start = position + code[position..].find(|c| !is_before(c))?;
    let quote = code[start..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let text = &code[start + 1..];
    let end = text.find([quote, '\n'])?;
    text[end..].starts_with(quote).then(|| (start, text[..end].to_owned()))
}

/// A path without the name that scripts have for their own directory.
pub(super) fn without_own_directory(path: &str) -> &str {
    ["$projectDir/", "${projectDir}/"].iter().find_map(|name| path.strip_prefix(name)).unwrap_or(path)
}

/// A path that begins with a name of the build's root directory, without it.
pub(super) fn below_root(path: &str) -> Option<&str> {
    let name = path.strip_prefix("${").and_then(|rest| rest.split_once('}'));
    let (name, path) = name.or_else(|| path.strip_prefix('$')?.split_once('/')).unwrap_or_default();
    const ROOTS: [&str; 6] = [
        "rootDir",
        "settingsDir",
        "project.rootDir",
        "rootProject.rootDir",
        "rootProject.projectDir",
        "project.rootProject.projectDir",
    ];
    ROOTS.contains(&name).then(|| path.trim_start_matches('/'))
}
