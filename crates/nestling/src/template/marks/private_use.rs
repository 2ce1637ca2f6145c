//! The 32 private-use characters that marks and placeholders are made of, and how a value that contains them passes through.
//!
//! They are letters of no language and mean nothing to YAML, so that neither the engine nor the YAML reader treats them
//! as anything but text. A template that contains one is refused; one that comes with a value is escaped.

use std::borrow::Cow;

/// Opens a mark; file and line follow as [`write_number`] writes them, then [`CLOSE`].
pub(crate) const MARK: char = '\u{F0000}';
/// Opens the placeholder of a value.
pub(crate) const VALUE: char = '\u{F0001}';
/// Opens the placeholder of captured text, which a macro, a `set` block or a filter made: YAML of its own.
pub(crate) const CAPTURED: char = '\u{F0002}';
/// Opens and closes the name that is printed for `environment.KEY` while no environment is known.
pub(crate) const UNBOUND: char = '\u{F0003}';
/// Closes a mark, a placeholder or an escape.
pub(crate) const CLOSE: char = '\u{F0004}';
/// Opens an escape: a reserved character that a value brought with it.
const ESCAPE: char = '\u{F0005}';
/// Separates file and line in a mark.
const SEPARATOR: char = '\u{F0006}';
/// Distinguishes the call around an untrusted expression from a call that an author wrote.
pub(crate) const UNTRUSTED: char = '\u{F0007}';
/// Distinguishes the calls around what is paid for from calls that an author wrote.
pub(crate) const BOUNDED: char = '\u{F0008}';
/// The digit 0; the other nine follow. Filters such as `upper`, `replace` or `int` cannot change digits of our own,
/// where captured text with a placeholder goes through them.
const ZERO: u32 = 0xF0010;
/// The last reserved character.
const LAST: char = '\u{F001F}';

/// The first byte in UTF-8 of every reserved character, and of few other characters.
const LEAD_BYTE: u8 = 0xF3;

/// Returns `true` if a character is reserved.
pub(crate) fn is_reserved(c: char) -> bool {
    (MARK..=LAST).contains(&c)
}

/// Returns `true` if a string contains a reserved character.
pub(crate) fn has_reserved(text: &str) -> bool {
    // Almost no text has the lead byte, and finding a byte is far cheaper than decoding characters.
    text.as_bytes().contains(&LEAD_BYTE) && text.chars().any(is_reserved)
}

/// Writes a number in our own digits.
fn write_number(out: &mut String, number: u32) {
    for digit in number.to_string().bytes() {
        out.extend(char::from_u32(ZERO + u32::from(digit - b'0')));
    }
}

/// Reads a number in our own digits.
fn read_number(digits: &str) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.chars().try_fold(0_u32, |number, c| {
        let digit = (c as u32).checked_sub(ZERO).filter(|digit| *digit < 10)?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// Writes a mark.
pub(crate) fn write_mark(out: &mut String, file: u32, line: u32) {
    out.push(MARK);
    write_number(out, file);
    out.push(SEPARATOR);
    write_number(out, line);
    out.push(CLOSE);
}

/// Writes a placeholder: [`VALUE`] or [`CAPTURED`], and the index of what it stands for.
pub(crate) fn write_placeholder(out: &mut String, open: char, index: usize) {
    out.push(open);
    write_number(out, u32::try_from(index).unwrap_or(u32::MAX));
    out.push(CLOSE);
}

/// A piece of marked text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Text without marks and placeholders; names of an unbound environment and escapes are part of it.
    Text(&'a str),
    /// File and line of the text before it.
    Mark(u32, u32),
    /// The placeholder of a value.
    Value(usize),
    /// The placeholder of captured text.
    Captured(usize),
}

/// Splits marked text. Characters that open a mark or a placeholder and do not belong to one are text: nothing is lost.
pub(crate) fn pieces(text: &str) -> Pieces<'_> {
    Pieces { rest: text }
}

/// An iterator over [`Piece`]s.
#[derive(Debug, Clone)]
pub(crate) struct Pieces<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let first = self.rest.chars().next()?;
        if let Some((piece, length)) = read_piece(self.rest, first) {
            self.rest = &self.rest[length..];
            return Some(piece);
        }
        // At least one character is text, also where that character looks like the beginning of a mark.
        let (text, rest) = self.rest.split_at(next_open(self.rest, first.len_utf8()));
        self.rest = rest;
        Some(Piece::Text(text))
    }
}

fn opens_piece(c: char) -> bool {
    matches!(c, MARK | VALUE | CAPTURED)
}

/// Returns the offset of the first character from `start` on that opens a piece, or the length of the text.
fn next_open(text: &str, start: usize) -> usize {
    let mut start = start;
    while let Some(distance) = text.as_bytes().get(start..).and_then(|rest| memchr::memchr(LEAD_BYTE, rest)) {
        let candidate = start + distance;
        if text.get(candidate..).is_some_and(|rest| rest.starts_with(opens_piece)) {
            return candidate;
        }
        start = candidate + 1;
    }
    text.len()
}

/// Reads the mark or placeholder that a string begins with, and its length in bytes.
fn read_piece(text: &str, first: char) -> Option<(Piece<'_>, usize)> {
    if !opens_piece(first) {
        return None;
    }
    let end = text.find(CLOSE)?;
    let inner = text.get(first.len_utf8()..end)?;
    let piece = match first {
        MARK => {
            let (file, line) = inner.split_once(SEPARATOR)?;
            Piece::Mark(read_number(file)?, read_number(line)?)
        }
        VALUE => Piece::Value(read_number(inner)? as usize),
        _ => Piece::Captured(read_number(inner)? as usize),
    };
    Some((piece, end + CLOSE.len_utf8()))
}

/// Escapes the reserved characters of a value's text, so that they are never taken for marks or placeholders.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !has_reserved(text) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_reserved(c) {
            escaped.push(ESCAPE);
            write_number(&mut escaped, c as u32 - MARK as u32);
            escaped.push(CLOSE);
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// Undoes [`escape`].
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains(ESCAPE) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(escape) = rest.find(ESCAPE) {
        plain.push_str(&rest[..escape]);
        rest = &rest[escape + ESCAPE.len_utf8()..];
        match read_escaped(rest) {
            Some((c, length)) => {
                plain.push(c);
                rest = &rest[length..];
            }
            None => plain.push(ESCAPE),
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// Reads the character that an escape stands for, from behind [`ESCAPE`], and the length of what was read.
fn read_escaped(text: &str) -> Option<(char, usize)> {
    let end = text.find(CLOSE)?;
    let offset = read_number(&text[..end])?;
    let c = char::from_u32((MARK as u32).checked_add(offset)?)?;
    Some((c, end + CLOSE.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_placeholders_are_read_back() {
        let mut text = String::from("a");
        write_mark(&mut text, 3, 120);
        text.push_str("b ");
        write_placeholder(&mut text, VALUE, 7);
        write_placeholder(&mut text, CAPTURED, 0);
        let read: Vec<Piece<'_>> = pieces(&text).collect();
        let expected =
            [Piece::Text("a"), Piece::Mark(3, 120), Piece::Text("b "), Piece::Value(7), Piece::Captured(0)];
        assert_eq!(read, expected);
    }

    #[test]
    fn an_opening_character_without_the_rest_is_text() {
        let text = format!("{MARK}x{VALUE}");
        let read: String =
            pieces(&text).map(|piece| if let Piece::Text(text) = piece { text } else { "" }).collect();
        assert_eq!(read, text);
    }

    #[test]
    fn values_made_of_reserved_characters_pass_unchanged() {
        let hostile: String = (0xF0000..0xF0020).filter_map(char::from_u32).collect();
        let escaped = escape(&hostile).into_owned();
        assert!(pieces(&escaped).all(|piece| matches!(piece, Piece::Text(_))));
        assert_eq!(unescape(&escaped), hostile);
    }
}
