//! A fast reader for the simplest YAML, in which nearly all headers are written: a mapping of short keys with values on one
//! line, lists and mappings below them, no anchors, tags, escapes or multi-line strings.
//!
//! It is not a second opinion on YAML. It declines everything that it is not certain of, and the whole text goes to
//! [`parse_any`](super::parse::parse_any); what it reads is exactly what that reads, origins included. A repository of ten
//! thousand units has ten thousand headers, and reading them was a third of each run.

#[cfg(test)]
mod tests;

use super::duplicates::duplicate_keys;
use super::node::{Entry, Key, Kind, Map, Node, Scalar, Style};
use crate::diagnostic::{FileId, Origin};

/// Longer files are not headers, and rendering takes most of their time.
const BYTE_LIMIT: usize = 64 << 10;
/// Levels of nested collections.
const DEPTH_LIMIT: usize = 20;
/// Characters of a key. YAML allows 1024.
const KEY_LIMIT: usize = 100;

/// Returns the only document of a string, or `None` to decline.
pub(super) fn read(text: &str, file: FileId) -> Option<Node> {
    if text.len() > BYTE_LIMIT || !text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
        return None;
    }
    let mut reader =
        Reader { bytes: text.as_bytes(), text, file, offset: 0, line: 1, line_start: 0, depth: DEPTH_LIMIT };
    reader.skip_to_content();
    if reader.column() != 0 {
        return None;
    }
    let root = reader.block_map()?;
    reader.is_at_end().then_some(root)
}

struct Reader<'a> {
    bytes: &'a [u8],
    text: &'a str,
    file: FileId,
    /// The byte that is read next.
    offset: usize,
    /// Its line, from 1.
    line: u32,
    /// The first byte of the line.
    line_start: usize,
    /// Collections that may still be opened.
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> u8 {
        // The end of the text reads as the end of a line.
        self.bytes.get(self.offset).copied().unwrap_or(b'\n')
    }

    fn is_at_end(&self) -> bool {
        self.offset >= self.bytes.len()
    }

    fn column(&self) -> usize {
        self.offset - self.line_start
    }

    fn spaces(&mut self) {
        while self.peek() == b' ' {
            self.offset += 1;
        }
    }

    /// Returns the origin of `width` bytes on this line, of which `from` is the first.
    fn origin(&self, from: usize, width: usize) -> Option<Origin> {
        let column = u32::try_from(from - self.line_start + 1).ok()?;
        Some(Origin::span(self.file, self.line, column, u32::try_from(width).ok()?))
    }

    /// From the start of a line to the next character that is neither space nor comment.
    fn skip_to_content(&mut self) {
        loop {
            self.spaces();
            if self.peek() == b'#' {
                while self.peek() != b'\n' {
                    self.offset += 1;
                }
            }
            if self.is_at_end() || self.peek() != b'\n' {
                return;
            }
            self.offset += 1;
            self.line += 1;
            self.line_start = self.offset;
        }
    }

    /// Ends a line after a value, and goes to the next content.
    fn end_line(&mut self) -> Option<()> {
        self.spaces();
        if self.peek() != b'\n' {
            return None;
        }
        self.skip_to_content();
        Some(())
    }

    /// Reads a mapping whose first key is here; its other keys are in the same column.
    fn block_map(&mut self) -> Option<Node> {
        let origin = self.origin(self.offset, 0)?;
        let indent = self.column();
        self.open()?;
        let mut map = Map::default();
        loop {
            let key = self.key()?;
            self.spaces();
            let value = if self.peek() == b'\n' {
                self.skip_to_content();
                if self.column() <= indent || self.is_at_end() {
                    return None;
                }
                if self.peek() == b'-' { self.block_list()? } else { self.block_map()? }
            } else {
                let value = self.value()?;
                self.end_line()?;
                value
            };
            map.entries.push(Entry { key, value });
            if !self.goes_on(indent)? {
                break;
            }
        }
        self.close(origin, map)
    }

    /// Reads a list whose first dash is here; its other dashes are in the same column.
    fn block_list(&mut self) -> Option<Node> {
        let origin = self.origin(self.offset, 0)?;
        let indent = self.column();
        self.open()?;
        let mut items = Vec::new();
        loop {
            if self.peek() != b'-' || self.bytes.get(self.offset + 1) != Some(&b' ') {
                return None;
            }
            self.offset += 1;
            self.spaces();
            if self.is_key() {
                items.push(self.block_map()?);
            } else {
                items.push(self.value()?);
                self.end_line()?;
            }
            if !self.goes_on(indent)? {
                self.depth += 1;
                return Some(Node::seq(origin, items));
            }
        }
    }

    /// Returns `true` if the content here belongs to a collection in this column; deeper content would continue a scalar.
    fn goes_on(&self, indent: usize) -> Option<bool> {
        match self.column() {
            _ if self.is_at_end() => Some(false),
            column if column > indent => None,
            column => Some(column == indent),
        }
    }

    fn open(&mut self) -> Option<()> {
        self.depth = self.depth.checked_sub(1)?;
        Some(())
    }

    fn close(&mut self, origin: Origin, map: Map) -> Option<Node> {
        self.depth += 1;
        let is_plain = map.len() < 2 || duplicate_keys(&map).is_empty();
        is_plain.then(|| Node::map(origin, map))
    }

    /// A value that is all on this line.
    fn value(&mut self) -> Option<Node> {
        match self.peek() {
            b'[' => self.flow_list(),
            b'{' => self.flow_map(),
            quote @ (b'\'' | b'"') => self.quoted(quote),
            _ => self.plain(),
        }
    }

    fn flow_list(&mut self) -> Option<Node> {
        let origin = self.origin(self.offset, 1)?;
        self.open()?;
        let mut items = Vec::new();
        while self.next_in_flow(b']', items.is_empty())? {
            items.push(self.value()?);
        }
        self.depth += 1;
        Some(Node::seq(origin, items))
    }

    fn flow_map(&mut self) -> Option<Node> {
        let origin = self.origin(self.offset, 1)?;
        self.open()?;
        let mut map = Map::default();
        while self.next_in_flow(b'}', map.is_empty())? {
            let key = self.key()?;
            self.spaces();
            map.entries.push(Entry { key, value: self.value()? });
        }
        self.close(origin, map)
    }

    /// Skips the opening bracket or a comma; returns `true` if an item follows, `false` after the closing bracket.
    fn next_in_flow(&mut self, closing: u8, first: bool) -> Option<bool> {
        if !first {
            self.spaces();
        }
        match self.peek() {
            byte if byte == closing && !first => {
                self.offset += 1;
                return Some(false);
            }
            b',' if !first => {}
            b'[' | b'{' if first => {}
            _ => return None,
        }
        self.offset += 1;
        self.spaces();
        if first && self.peek() == closing {
            self.offset += 1;
            return Some(false);
        }
        Some(true)
    }

    /// Returns `true` if a key with its colon starts here.
    fn is_key(&self) -> bool {
        let rest = &self.bytes[self.offset..];
        let length = rest.iter().take_while(|byte| is_word(**byte)).count();
        rest.get(length) == Some(&b':')
    }

    /// A key and its colon, with a space or the line's end after it.
    fn key(&mut self) -> Option<Key> {
        let from = self.offset;
        let length = self.bytes[from..].iter().take_while(|byte| is_word(**byte)).count();
        let starts = self.peek().is_ascii_alphanumeric() || self.peek() == b'_';
        if !starts || length > KEY_LIMIT || self.bytes.get(from + length) != Some(&b':') {
            return None;
        }
        self.offset += length + 1;
        if !matches!(self.peek(), b' ' | b'\n') {
            return None;
        }
        let scalar = Scalar { text: self.text[from..from + length].into(), style: Style::Plain };
        Some(Key { origin: self.origin(from, length)?, scalar })
    }

    /// Reads a quoted string that contains neither quotes nor escapes.
    fn quoted(&mut self, quote: u8) -> Option<Node> {
        let from = self.offset;
        let inner =
            self.bytes[from + 1..].iter().take_while(|byte| !matches!(byte, b'\'' | b'"' | b'\\' | b'\n'));
        let to = from + 1 + inner.count();
        if self.bytes.get(to) != Some(&quote) {
            return None;
        }
        self.offset = to + 1;
        if matches!(self.peek(), b'\'' | b'"') {
            return None;
        }
        let scalar = Scalar { text: self.text[from + 1..to].into(), style: Style::Quoted };
        Some(Node { origin: self.origin(from, self.offset - from)?, tag: None, kind: Kind::Scalar(scalar) })
    }

    /// Reads an unquoted scalar of characters that are never special.
    fn plain(&mut self) -> Option<Node> {
        let from = self.offset;
        if !(self.peek().is_ascii_alphanumeric() || matches!(self.peek(), b'_' | b'/' | b'.')) {
            return None;
        }
        let is_text =
            |byte: &&u8| is_word(**byte) || matches!(**byte, b' ' | b'+' | b'=' | b'(' | b')' | b'*' | b'$');
        let length = self.bytes[from..].iter().take_while(is_text).count();
        let text = self.text[from..from + length].trim_end_matches(' ');
        self.offset += length;
        if !matches!(self.peek(), b'\n' | b',' | b']' | b'}') {
            return None;
        }
        let scalar = Scalar { text: text.into(), style: Style::Plain };
        Some(Node { origin: self.origin(from, text.len())?, tag: None, kind: Kind::Scalar(scalar) })
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/')
}
