//! Manifests as text, JSON and XML.

use nestling::{Files, ReadError, RepoPath};
use nestling_files::encoding::to_utf8;
use roxmltree::{Document, ParsingOptions};
use serde_json::Value;

/// Reads a file as text, without the byte order mark that some editors write, and in other encodings of manifests than UTF-8 too.
/// `None` if it is missing.
///
/// # Errors
/// The file cannot be read.
pub(super) fn text_of(files: &dyn Files, path: &RepoPath) -> Result<Option<String>, ReadError> {
    let bytes = files.read(path)?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&to_utf8(bytes)).trim_start_matches('\u{feff}').to_owned()))
}

/// Reads a file of JSON; `null` if it is missing or invalid.
///
/// # Errors
/// The file cannot be read.
pub(super) fn json_of(files: &dyn Files, path: &RepoPath) -> Result<Value, ReadError> {
    let text = text_of(files, path)?.unwrap_or_default();
    Ok(serde_json::from_str(&text).unwrap_or_default())
}

/// Returns JSON without the comments and the last commas that some tools permit.
pub(super) fn jsonc(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut is_string = false;
    while let Some(c) = characters.next() {
        match (c, characters.peek()) {
            ('\\', _) if is_string => {
                plain.push(c);
                plain.extend(characters.next());
                continue;
            }
            ('"', _) => is_string = !is_string,
            ('/', Some('/')) if !is_string => {
                while characters.next_if(|c| *c != '\n').is_some() {}
                continue;
            }
            ('/', Some('*')) if !is_string => {
                let mut previous = ' ';
                for c in characters.by_ref().skip(1) {
                    if (previous, c) == ('*', '/') {
                        break;
                    }
                    previous = c;
                }
                continue;
            }
            (']' | '}', _) if !is_string => {
                let kept = plain.trim_end().strip_suffix(',').map(str::len);
                plain.truncate(kept.unwrap_or(plain.len()));
            }
            _ => {}
        }
        plain.push(c);
    }
    plain
}

/// Reads XML, with the document type that some older manifests begin with.
///
/// # Errors
/// The text is not XML.
pub(super) fn xml_of(text: &str) -> Result<Document<'_>, roxmltree::Error> {
    Document::parse_with_options(text, ParsingOptions { allow_dtd: true, ..ParsingOptions::default() })
}

/// Returns true for the script that `npm init` writes: it reports that there are no tests, and fails.
pub(super) fn is_placeholder(command: &str) -> bool {
    command.contains("no test specified") && command.contains("exit 1")
}
