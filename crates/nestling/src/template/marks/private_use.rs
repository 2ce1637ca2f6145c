//! The private-use characters that marks and placeholders are made of, and how values that hold them pass through.

use std::borrow::Cow;

/// Opens a mark; file and line follow in [`digits`], then [`CLOSE`].
pub(crate) const MARK: char = '\u{F0000}';
/// Opens the placeholder of a value.
pub(crate) const VALUE: char = '\u{F0001}';
/// Opens the placeholder of text that a macro, a `set` block or a filter made: YAML of its own.
pub(crate) const TEXT: char = '\u{F0002}';
/// Opens and closes what stands for `environment.KEY` while no environment is known.
pub(crate) const UNBOUND: char = '\u{F0003}';
/// Closes a mark or a placeholder.
pub(crate) const CLOSE: char = '\u{F0004}';
/// Stands before an escaped sign in a value.
const ESCAPE: char = '\u{F0005}';
/// Separates file and line in a mark.
const SEPARATOR: char = '\u{F0006}';
/// Opens what is wrapped around an expression that prints a contributor's choice; see [`wrap`].
const UNTRUSTED: char = '\u{F0007}';
/// The digit 0; the other nine follow. Digits of their own, so that no filter on captured text can change them.
const ZERO: u32 = 0xF0010;
/// The last sign.
const LAST: char = '\u{F001F}';

/// Whether a character is one of ours.
pub(crate) fn is_sign(c: char) -> bool {
    (MARK..=LAST).contains(&c)
}

/// Writes a number in our own digits.
fn digits(out: &mut String, number: u32) {
    for digit in number.to_string().bytes() {
        out.extend(char::from_u32(ZERO + u32::from(digit - b'0')));
    }
}

/// Writes a mark.
pub(crate) fn write_mark(out: &mut String, file: u32, line: u32) {
    out.push(MARK);
    digits(out, file);
    out.push(SEPARATOR);
    digits(out, line);
    out.push(CLOSE);
}

/// Writes a placeholder.
pub(crate) fn write_placeholder(out: &mut String, open: char, index: usize) {
    out.push(open);
    digits(out, u32::try_from(index).unwrap_or(u32::MAX));
    out.push(CLOSE);
}

/// The function that a wrapped expression calls.
pub(crate) const UNTRUSTED_FUNCTION: &str = "__untrusted__";

/// An expression with the call around it that tells the store where it stands and what it prints.
pub(crate) fn wrap(expression: &str, told: &str) -> String {
    format!("{UNTRUSTED_FUNCTION}(\"{UNTRUSTED}\",({expression}),\"{UNTRUSTED}{told}\")")
}

/// A marked text as its author wrote it: without marks and wraps.
pub(crate) fn visible(marked: &str) -> String {
    let text = |piece| if let Piece::Text(text) = piece { Some(text) } else { None };
    let plain: String = pieces(marked).filter_map(text).collect();
    if !plain.contains(UNTRUSTED) {
        return plain;
    }
    let open = format!("{UNTRUSTED_FUNCTION}(\"{UNTRUSTED}\",(");
    let close = format!("),\"{UNTRUSTED}");
    let mut out = String::with_capacity(plain.len());
    let plain = plain.replace(&open, "");
    let mut rest = &*plain;
    while let Some(at) = rest.find(&close) {
        out.push_str(&rest[..at]);
        let behind = &rest[at + close.len()..];
        rest = behind.find("\")").map_or("", |end| &behind[end + 2..]);
    }
    out + rest
}

/// A piece of text that may hold signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Text without signs but for unbound names and escapes.
    Text(&'a str),
    /// File and line of what stands before it.
    Mark(u32, u32),
    /// The placeholder of a value.
    Value(usize),
    /// The placeholder of captured text.
    Captured(usize),
}

/// Takes text apart. What opens like a sign and is none is text: nothing is lost.
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
        if let Some((piece, length)) = sign(self.rest, first) {
            self.rest = &self.rest[length..];
            return Some(piece);
        }
        let (text, rest) = self.rest.split_at(next_open(self.rest, first.len_utf8()));
        self.rest = rest;
        Some(Piece::Text(text))
    }
}

fn opens(c: char) -> bool {
    matches!(c, MARK | VALUE | TEXT)
}

/// Where the first sign that opens a piece stands, after so many bytes; the end of the text where none does.
fn next_open(text: &str, mut from: usize) -> usize {
    /// The first byte of every sign, which few other characters begin with.
    const LEAD: u8 = 0xF3;
    while let Some(at) = text.as_bytes().get(from..).and_then(|rest| memchr::memchr(LEAD, rest)) {
        if text.get(from + at..).is_some_and(|rest| rest.starts_with(opens)) {
            return from + at;
        }
        from += at + 1;
    }
    text.len()
}

/// The sign at the start of a text, with its length in bytes.
fn sign(text: &str, first: char) -> Option<(Piece<'_>, usize)> {
    if !opens(first) {
        return None;
    }
    let start = first.len_utf8();
    let end = text.find(CLOSE)?;
    let inner = text.get(start..end)?;
    let piece = match first {
        MARK => {
            let (file, line) = inner.split_once(SEPARATOR)?;
            Piece::Mark(number(file)?, number(line)?)
        }
        VALUE => Piece::Value(number(inner)? as usize),
        _ => Piece::Captured(number(inner)? as usize),
    };
    Some((piece, end + CLOSE.len_utf8()))
}

fn number(digits: &str) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.chars().try_fold(0_u32, |number, c| {
        let digit = (c as u32).checked_sub(ZERO).filter(|digit| *digit < 10)?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// A value's text as it may enter the engine: signs in it are escaped, so that they can never be taken for ours.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !has_sign(text) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_sign(c) {
            escaped.push(ESCAPE);
            digits(&mut escaped, c as u32 - MARK as u32);
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
    while let Some(at) = rest.find(ESCAPE) {
        plain.push_str(&rest[..at]);
        let inner = &rest[at + ESCAPE.len_utf8()..];
        let sign = inner.find(CLOSE).and_then(|end| {
            let sign = char::from_u32(MARK as u32 + number(&inner[..end])?)?;
            Some((sign, end + CLOSE.len_utf8()))
        });
        match sign {
            Some((sign, length)) => {
                plain.push(sign);
                rest = &inner[length..];
            }
            None => {
                plain.push(ESCAPE);
                rest = inner;
            }
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// Whether a text holds one of our characters.
pub(crate) fn has_sign(text: &str) -> bool {
    // All of them begin with the byte F3 in UTF-8, which is rare enough to look for first.
    text.as_bytes().contains(&0xF3) && text.chars().any(is_sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_read_back() {
        let mut text = String::from("a");
        write_mark(&mut text, 3, 120);
        text.push_str("b ");
        write_placeholder(&mut text, VALUE, 7);
        write_placeholder(&mut text, TEXT, 0);
        let read: Vec<Piece<'_>> = pieces(&text).collect();
        let want =
            [Piece::Text("a"), Piece::Mark(3, 120), Piece::Text("b "), Piece::Value(7), Piece::Captured(0)];
        assert_eq!(read, want);
    }

    #[test]
    fn what_only_looks_like_a_sign_is_text() {
        let text = format!("{MARK}x{VALUE}");
        let read: String = pieces(&text).map(|p| if let Piece::Text(t) = p { t } else { "" }).collect();
        assert_eq!(read, text);
    }

    #[test]
    fn values_made_of_signs_pass_unchanged() {
        let hostile: String = (0xF0000..0xF0020).filter_map(char::from_u32).collect();
        let escaped = escape(&hostile).into_owned();
        assert!(pieces(&escaped).all(|piece| matches!(piece, Piece::Text(_))));
        assert_eq!(unescape(&escaped), hostile);
    }
}
