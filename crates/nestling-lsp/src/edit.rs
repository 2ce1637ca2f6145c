//! Edits of a file that keep its way of writing: in brackets or in lines.

use crate::outline::{Entry, Outline};
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::yaml::{Node, emit};
use std::ops::Range;

/// A replacement of bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    pub range: Range<usize>,
    pub text: String,
}

impl Edit {
    pub(crate) fn insert(offset: usize, text: impl Into<String>) -> Self {
        Self { range: offset..offset, text: text.into() }
    }
}

/// Returns the edit that adds a key to a mapping: in its brackets, or on lines of its own behind the last key. `None` for what is
/// no mapping.
pub(crate) fn add_key(outline: &Outline<'_>, holder: usize, key: &str, value: &str) -> Option<Edit> {
    let entry = &outline.entries[holder];
    if let Some(flow) = &entry.flow {
        let is_mapping =
            outline.text[flow.clone()].starts_with('{') && outline.text[flow.clone()].ends_with('}');
        return is_mapping.then(|| in_brackets(outline.text, flow, &format!("{key}: {value}")));
    }
    if entry.value.is_some() {
        return None;
    }
    let first = outline.children(Some(holder)).next();
    let column = first.map_or(entry.column + 2, |first| outline.entries[first].column);
    if first.is_some_and(|first| outline.entries[first].key.is_none()) {
        return None;
    }
    Some(behind(outline.text, entry, &format!("{}{key}: {value}", " ".repeat(column))))
}

/// Returns the edit that adds an item to a list. `None` for what is not a list.
pub(crate) fn add_item(outline: &Outline<'_>, holder: usize, item: &str) -> Option<Edit> {
    let entry = &outline.entries[holder];
    if let Some(flow) = &entry.flow {
        let is_list =
            outline.text[flow.clone()].starts_with('[') && outline.text[flow.clone()].ends_with(']');
        return is_list.then(|| in_brackets(outline.text, flow, item));
    }
    let first = outline.children(Some(holder)).next()?;
    let is_list = outline.entries[first].key.is_none();
    let column = outline.entries[first].column;
    is_list.then(|| behind(outline.text, entry, &format!("{}- {item}", " ".repeat(column))))
}

fn in_brackets(text: &str, flow: &Range<usize>, added: &str) -> Edit {
    let inside = &text[flow.start + 1..flow.end - 1];
    let content = inside.trim_end();
    let offset = flow.start + 1 + content.len();
    let is_mapping = text[flow.clone()].starts_with('{');
    let added = match (content.trim().is_empty(), is_mapping) {
        (true, true) => format!(" {added} "),
        (true, false) => added.to_owned(),
        (false, _) if content.ends_with(',') => format!(" {added}"),
        (false, _) => format!(", {added}"),
    };
    Edit { range: offset..if content.trim().is_empty() { flow.end - 1 } else { offset }, text: added }
}

/// Returns the edit that adds a line behind all that belongs to an entry.
fn behind(text: &str, entry: &Entry, line: &str) -> Edit {
    let end = text[entry.end..].find('\n').map_or(text.len(), |length| entry.end + length);
    let end = if text[..end].ends_with('\r') { end - 1 } else { end };
    Edit::insert(end, format!("{}{line}", line_break(text)))
}

/// Returns a string as YAML reads it back, also between brackets.
pub(crate) fn as_scalar(string: &str) -> String {
    let needs_quotes = emit(&Node::string(Origin::generated(), string)).trim_end() != string;
    let breaks_lists = string.contains([',', '[', ']', '{', '}']);
    if (needs_quotes || breaks_lists) && !string.contains(['"', '\\']) {
        format!("\"{string}\"")
    } else {
        string.to_owned()
    }
}

/// Returns the line break that a file is written with.
pub(crate) fn line_break(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// Returns the edit that removes an entry with its line, or with its comma.
pub(crate) fn remove(outline: &Outline<'_>, index: usize) -> Option<Edit> {
    let entry = &outline.entries[index];
    let text = outline.text;
    let in_brackets = outline.above(index).skip(1).any(|above| outline.entries[above].flow.is_some());
    if in_brackets {
        let quote = usize::from(text[entry.end..].starts_with(['"', '\'']));
        let end = entry.end + quote;
        let behind = text[end..].trim_start();
        if behind.starts_with(',') {
            let next = text[end..].find(',').map_or(end, |length| end + length + 1);
            let blanks = text[next..].len() - text[next..].trim_start_matches(' ').len();
            return Some(Edit { range: entry.start..next + blanks, text: String::new() });
        }
        let before = text[..entry.start].trim_end();
        let start = if before.ends_with(',') { before.len() - 1 } else { entry.start };
        return Some(Edit { range: start..end, text: String::new() });
    }
    let line_start = text[..entry.start].rfind('\n').map_or(0, |newline| newline + 1);
    if !text[line_start..entry.start].trim().is_empty() {
        return None;
    }
    let end = text[entry.end..].find('\n').map_or(text.len(), |length| entry.end + length + 1);
    Some(Edit { range: line_start..end, text: String::new() })
}
