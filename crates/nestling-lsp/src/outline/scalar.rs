//! Scalars: where one ends, and whether a colon makes it a key.

use nestling_gitlab::pipeline::moa::{CLOSE, OPEN, end_of_expression};
use std::ops::Range;

/// A scalar that was read.
pub(super) struct Scalar {
    /// Its bytes without quotes.
    pub content: Range<usize>,
    /// The offset behind it, with its quotes.
    pub end: usize,
}

/// Returns the offset behind an expression `${{ }}` that begins here and ends in this line.
pub(super) fn expression_end(text: &str, start: usize, line_end: usize) -> Option<usize> {
    let inside = text[start..line_end].strip_prefix(OPEN)?;
    end_of_expression(inside).map(|length| start + OPEN.len() + length + CLOSE.len())
}

/// Reads a scalar in quotes. One that nothing closes before `limit` ends with its line.
pub(super) fn quoted(text: &str, start: usize, limit: usize) -> Scalar {
    let quote = text.as_bytes()[start];
    let bytes = text.as_bytes();
    let mut position = start + 1;
    while position < limit {
        let byte = bytes[position];
        if byte == b'\\' && quote == b'"' {
            position += 2;
            continue;
        }
        if byte == quote {
            let is_doubled = quote == b'\'' && bytes.get(position + 1) == Some(&quote);
            if !is_doubled {
                return Scalar { content: start + 1..position, end: position + 1 };
            }
            position += 1;
        }
        position += 1;
    }
    let end = line_end(text, start).min(limit.max(start + 1));
    Scalar { content: start + 1..end, end }
}

/// Returns the end of a line without its line break.
pub(super) fn line_end(text: &str, start: usize) -> usize {
    let end = text[start..].find('\n').map_or(text.len(), |length| start + length);
    if end > start && text.as_bytes()[end - 1] == b'\r' { end - 1 } else { end }
}

/// Reads a plain scalar of a block up to its comment or the end of its line.
pub(super) fn plain(text: &str, start: usize, line_end: usize) -> Scalar {
    let mut end = line_end;
    let mut position = start;
    while position < line_end {
        if let Some(behind) = expression_end(text, position, line_end) {
            position = behind;
            continue;
        }
        if is_comment(text, position, start) {
            end = position;
            break;
        }
        position += width(text, position);
    }
    let end = start + without_blanks(&text[start..end]).len();
    Scalar { content: start..end, end }
}

/// Reads a key of a block with the offset behind its colon; `None` if the line has none here.
pub(super) fn block_key(text: &str, start: usize, line_end: usize) -> Option<(Range<usize>, usize)> {
    let first = text[start..line_end].chars().next()?;
    if matches!(first, '"' | '\'') {
        let scalar = quoted(text, start, line_end);
        let behind = skip_blanks(text, scalar.end.min(line_end), line_end);
        return colon(text, behind, line_end).map(|behind| (scalar.content, behind));
    }
    if matches!(first, '{' | '[' | '|' | '>' | '#' | '!' | '%' | '@' | '`') {
        return None;
    }
    let mut position = start;
    while position < line_end {
        if let Some(behind) = expression_end(text, position, line_end) {
            position = behind;
            continue;
        }
        if let Some(behind) = colon(text, position, line_end) {
            let key = start..start + without_blanks(&text[start..position]).len();
            return Some((key, behind));
        }
        if is_comment(text, position, start) {
            return None;
        }
        position += width(text, position);
    }
    None
}

/// Reads a plain scalar between brackets.
pub(super) fn flow_plain(text: &str, start: usize, line_end: usize) -> Scalar {
    let mut position = start;
    while position < line_end {
        if let Some(behind) = expression_end(text, position, line_end) {
            position = behind;
            continue;
        }
        let is_end = matches!(text.as_bytes()[position], b',' | b']' | b'}' | b'[' | b'{')
            || flow_colon(text, position, line_end).is_some()
            || is_comment(text, position, start);
        if is_end && position > start {
            break;
        }
        position += width(text, position);
    }
    let end = start + without_blanks(&text[start..position]).len();
    Scalar { content: start..end, end }
}

/// Returns the offset behind a colon that separates a key between brackets from its value.
pub(super) fn flow_colon(text: &str, position: usize, line_end: usize) -> Option<usize> {
    let behind = text[position..line_end].strip_prefix(':')?;
    let ends = behind.is_empty() || behind.starts_with([' ', '\t', ',', ']', '}', '[', '{']);
    ends.then_some(position + 1)
}

/// Removes the blanks of YAML at the end. Other characters that Unicode calls white space, such as U+2028, are content.
fn without_blanks(text: &str) -> &str {
    text.trim_end_matches([' ', '\t', '\r'])
}

/// Returns the first offset that is not a blank.
pub(super) fn skip_blanks(text: &str, start: usize, line_end: usize) -> usize {
    let rest = &text[start..line_end];
    start + (rest.len() - rest.trim_start_matches([' ', '\t']).len())
}

fn colon(text: &str, position: usize, line_end: usize) -> Option<usize> {
    let behind = text[position..line_end].strip_prefix(':')?;
    (behind.is_empty() || behind.starts_with([' ', '\t'])).then_some(position + 1)
}

/// Returns `true` for a `#` that begins a comment.
fn is_comment(text: &str, position: usize, start: usize) -> bool {
    let bytes = text.as_bytes();
    bytes[position] == b'#' && position > start && matches!(bytes[position - 1], b' ' | b'\t')
}

/// Returns the number of bytes of a character.
pub(super) fn width(text: &str, position: usize) -> usize {
    text[position..].chars().next().map_or(1, char::len_utf8)
}
