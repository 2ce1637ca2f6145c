//! Positions in a document as the protocol counts them: lines from 0, and columns in the units that both sides agreed on.

use lsp_types::{Position, PositionEncodingKind, Range};
use nestling_gitlab::diagnostic::Origin;

/// The unit of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf16,
}

impl Encoding {
    /// Chooses what the client can read: UTF-8 if it offers it, otherwise UTF-16, which every client has.
    pub(crate) fn of(offered: Option<&[PositionEncodingKind]>) -> Self {
        match offered {
            Some(offered) if offered.contains(&PositionEncodingKind::UTF8) => Self::Utf8,
            _ => Self::Utf16,
        }
    }

    pub(crate) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    /// Returns the number of units of a string.
    fn count(self, text: &str) -> u32 {
        let count = match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.encode_utf16().count(),
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}

/// A line of a document with its number, counted from 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'t> {
    pub number: u32,
    pub text: &'t str,
}

impl<'t> Line<'t> {
    /// The line of an origin; an empty one where the text has no such line.
    pub(crate) fn of(text: &'t str, origin: Origin) -> Self {
        let number = origin.line.saturating_sub(1);
        let line = text.split('\n').nth(usize::try_from(number).unwrap_or(usize::MAX)).unwrap_or("");
        Self { number, text: line.trim_end_matches('\r') }
    }

    /// Returns the offset of the character at which an origin begins.
    pub(crate) fn offset(self, origin: Origin) -> usize {
        let column = usize::try_from(origin.column.saturating_sub(1)).unwrap_or(usize::MAX);
        self.text.char_indices().nth(column).map_or(self.text.len(), |(offset, _)| offset)
    }

    /// Returns the range between two offsets.
    pub(crate) fn range(self, start: usize, end: usize, encoding: Encoding) -> Range {
        let position = |offset: usize| {
            let before = self.text.get(..offset).unwrap_or(self.text);
            Position::new(self.number, encoding.count(before))
        };
        Range::new(position(start), position(end))
    }
}

/// The lines of a document, for offsets and positions in both directions.
#[derive(Debug, Clone)]
pub(crate) struct TextIndex<'t> {
    text: &'t str,
    encoding: Encoding,
    /// The offsets at which lines begin.
    starts: Vec<usize>,
}

impl<'t> TextIndex<'t> {
    pub(crate) fn new(text: &'t str, encoding: Encoding) -> Self {
        let behind_breaks = text.match_indices('\n').map(|(offset, _)| offset + 1);
        Self { text, encoding, starts: std::iter::once(0).chain(behind_breaks).collect() }
    }

    /// Returns the number of the line that an offset is in, from 0.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// Returns the position of an offset.
    pub(crate) fn position(&self, offset: usize) -> Position {
        let line = self.line(offset);
        let before = self.text.get(self.starts[line]..offset).unwrap_or_default();
        Position::new(u32::try_from(line).unwrap_or(u32::MAX), self.encoding.count(before))
    }

    /// Returns the range of bytes.
    pub(crate) fn range(&self, bytes: std::ops::Range<usize>) -> Range {
        Range::new(self.position(bytes.start), self.position(bytes.end))
    }

    /// Returns the offset of a position; one behind the end of a line is its end.
    pub(crate) fn offset(&self, position: Position) -> usize {
        let line = usize::try_from(position.line).unwrap_or(usize::MAX);
        let Some(&start) = self.starts.get(line) else { return self.text.len() };
        let text = self.text[start..].split('\n').next().unwrap_or_default().trim_end_matches('\r');
        let mut units = 0;
        for (offset, c) in text.char_indices() {
            if units >= position.character {
                return start + offset;
            }
            units += self.encoding.count(c.encode_utf8(&mut [0; 4]));
        }
        start + text.len()
    }
}

/// Returns the byte of a document at which an origin begins: that of its line if it has no column.
pub(crate) fn offset(text: &str, origin: Origin) -> usize {
    let line = Line::of(text, origin);
    let number = usize::try_from(line.number).unwrap_or(usize::MAX);
    let mut starts = text.match_indices('\n').map(|(offset, _)| offset + 1);
    let start = number.checked_sub(1).map_or(Some(0), |before| starts.nth(before));
    let column = if origin.column == 0 { 0 } else { line.offset(origin) };
    start.map_or(text.len(), |start| start + column)
}

/// Returns the range of an origin: what it spans, or all that is written on its line where it says no column.
pub(crate) fn range(text: &str, origin: Origin, encoding: Encoding) -> Range {
    let line = Line::of(text, origin);
    if origin.column == 0 {
        let start = line.text.len() - line.text.trim_start().len();
        return line.range(start, line.text.trim_end().len().max(start), encoding);
    }
    let start = line.offset(origin);
    let width = usize::try_from(origin.width.max(1)).unwrap_or(usize::MAX);
    let length: usize = line.text[start..].chars().take(width).map(char::len_utf8).sum();
    line.range(start, start + length, encoding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling_gitlab::diagnostic::FileId;

    #[test]
    fn positions_are_offsets_and_back() {
        let text = "a\r\n\u{1F600}\u{e4}: b\n";
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            let lines = TextIndex::new(text, encoding);
            for (offset, _) in text.char_indices().filter(|(_, c)| *c != '\n') {
                assert_eq!(lines.offset(lines.position(offset)), offset, "{encoding:?}");
            }
            assert_eq!(lines.offset(Position::new(0, 99)), 1);
            assert_eq!(lines.offset(Position::new(9, 9)), text.len());
        }
    }

    #[test]
    fn columns_are_counted_in_the_units_of_the_client() {
        let text = "a: 1\r\n  \u{1F600}ä: wrong  \n";
        let file = FileId::from_index(0);
        let columns = |origin, encoding| {
            let range = range(text, origin, encoding);
            assert_eq!(range.start.line, range.end.line);
            (range.start.line, range.start.character, range.end.character)
        };
        let wrong = Origin::span(file, 2, 7, 5);
        assert_eq!(columns(wrong, Encoding::Utf8), (1, 10, 15));
        assert_eq!(columns(wrong, Encoding::Utf16), (1, 7, 12));
        assert_eq!(columns(Origin::line(file, 2), Encoding::Utf16), (1, 2, 12));
        assert_eq!(columns(Origin::span(file, 1, 1, 99), Encoding::Utf8), (0, 0, 4));
        assert_eq!(columns(Origin::span(file, 9, 3, 2), Encoding::Utf8), (8, 0, 0));
    }
}
