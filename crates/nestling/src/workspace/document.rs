//! A file of two documents: a header of plain data and a body of templated jobs, split by `---` as GitLab splits a
//! `spec:` header from its pipeline.

use super::template_reads::{Read, template_reads};
use crate::template_syntax::owner::{OwnerProblem, separate};
use crate::template_syntax::rules::EXPRESSION_OWNER;
use crate::template_syntax::{FileRead, file_reads};
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, number};
use regex::Regex;
use std::sync::{Arc, LazyLock};

/// `include:` as GitLab has it, at the start of a line.
static INCLUDES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?m)^["']?include["']?[ \t]*:"#).ok());

/// The jobs part of a file: not yet YAML, since it may hold template syntax.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    /// The file it is in.
    pub file: FileId,
    /// The file's text with the header's lines blank, so that line numbers hold, and with the braces of GitLab's expressions
    /// hidden.
    pub text: Arc<str>,
    /// Set if any are hidden: then the text holds characters that a template cannot hold.
    pub has_hidden: bool,
    /// Set if it is GitLab's alone: nothing in it is template syntax.
    pub is_plain: bool,
    /// Expressions that are neither the template's nor GitLab's.
    pub problems: Vec<Diagnostic>,
}

impl Body {
    /// Makes the body of a file.
    pub(super) fn new(file: FileId, text: String) -> Self {
        match separate(&text) {
            None => Self { is_plain: false, ..Self::plain(file, text) },
            Some(separated) => {
                let problem = |problem| two_owners(file, &text, problem);
                let problems = separated.problems.into_iter().map(problem).collect();
                let text = separated.text.into();
                Self { file, text, has_hidden: true, is_plain: false, problems }
            }
        }
    }

    /// Makes the body of a file of another project, in which nothing is template syntax.
    pub(super) fn plain(file: FileId, text: String) -> Self {
        Self { file, text: text.into(), has_hidden: false, is_plain: true, problems: Vec::new() }
    }

    /// Returns the templates that it includes, imports or extends, in order.
    pub(crate) fn reads(&self) -> Vec<Read> {
        if self.is_plain { Vec::new() } else { template_reads(&self.text) }
    }

    /// Returns the files of the repository that it asks about, in order.
    pub(crate) fn file_reads(&self) -> Vec<FileRead> {
        if self.is_plain { Vec::new() } else { file_reads(&self.text) }
    }

    /// Returns `true` if it has an `include:` of GitLab's kind.
    pub(crate) fn includes(&self) -> bool {
        INCLUDES.as_ref().is_some_and(|pattern| pattern.is_match(&self.text))
    }
}

fn two_owners(file: FileId, text: &str, problem: OwnerProblem) -> Diagnostic {
    let before = &text[..problem.range.start];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let first_line = text[problem.range].lines().next().unwrap_or_default();
    let origin = Origin::span(file, number(line), number(column), number(first_line.chars().count()));
    Diagnostic::error(&EXPRESSION_OWNER, origin, problem.message).with_help(problem.help)
}

/// A file cut at its separator.
#[derive(Debug, Clone)]
pub(super) struct Document<'a> {
    /// The header's text from the file's first line, if there is a header.
    pub header: Option<&'a str>,
    /// The body with the header's lines blank; empty where there is only a header.
    pub body: String,
}

/// The keys that open a header. A body's first key is a job or a keyword of GitLab.
const HEADER_KEYS: [&str; 3] = ["workspace", "unit", "spec"];

/// Cuts a file into its header and its body.
///
/// If a `---` line follows some content, that content is the header. Without such a line, the file is all header
/// if its first key is `workspace`, `unit` or `spec`, and all body otherwise.
pub(super) fn split(text: &str) -> Document<'_> {
    let mut content = false;
    let mut at = 0;
    for (before, line) in text.split_inclusive('\n').enumerate() {
        if is_separator(line) {
            if content {
                // As many line breaks as the header has.
                let rest = &text[at + 3..];
                let mut body = String::with_capacity(before + rest.len());
                body.extend(std::iter::repeat_n('\n', before));
                body.push_str(rest);
                return Document { header: Some(&text[..at]), body };
            }
            // A leading `---` opens the first document.
        } else if !content {
            content = !is_blank_or_comment(line);
        }
        at += line.len();
    }
    if opens_header(text) {
        return Document { header: Some(text), body: String::new() };
    }
    Document { header: None, body: text.to_owned() }
}

/// GitLab splits at `/^---\s+/` (lib/gitlab/config/loader/multi_doc_yaml.rb); a last line `---` counts as well.
fn is_separator(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("---") else { return false };
    rest.is_empty() || rest.starts_with(char::is_whitespace)
}

fn is_blank_or_comment(line: &str) -> bool {
    if line.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return false;
    }
    let line = line.trim_start_matches('\u{feff}').trim();
    line.is_empty() || line.starts_with('#')
}

fn opens_header(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !is_blank_or_comment(line) && !is_separator(line));
    let first = lines.next().map(|line| line.trim_start_matches('\u{feff}'));
    // A mapping in braces may begin on the line of the first one, or after it.
    let first = match first.and_then(|line| line.strip_prefix('{')) {
        Some(rest) if is_blank_or_comment(rest) => lines.next().map(str::trim_start),
        Some(rest) => Some(rest.trim_start()),
        None => first,
    };
    first.is_some_and(|line| {
        let key = line.split(':').next().unwrap_or_default().trim_start_matches('\u{feff}').trim_end();
        line.contains(':') && HEADER_KEYS.contains(&key.trim_matches(['"', '\'']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_ends_at_the_separator_and_lines_keep_their_numbers() {
        let document = split("unit:\n  name: api\n---\nbuild:\n  script: x\n");
        assert_eq!(document.header, Some("unit:\n  name: api\n"));
        assert_eq!(document.body, "\n\n\nbuild:\n  script: x\n");
    }

    #[test]
    fn a_file_without_a_separator_is_one_or_the_other() {
        assert!(split("# comment\nunit: { name: api }\n").body.is_empty());
        assert!(split("{ workspace: {} }\n").body.is_empty());
        assert!(split("{\n  # comment\n  \"unit\": { name: api }\n}\n").body.is_empty());
        assert!(split("{ build: { script: x } }\n").header.is_none());
        assert!(split("build: { script: x }\n").header.is_none());
        assert!(split("---\nbuild: { script: x }\n").header.is_none());
        assert_eq!(split("---\nunit: {}\n---\nbuild: {}\n").body, "\n\n\nbuild: {}\n");
    }

    #[test]
    fn a_separator_in_a_block_scalar_is_not_at_the_start_of_a_line() {
        assert!(split("build:\n  script:\n    - |\n      ---\n").header.is_none());
    }
}
