//! Rendered text without its marks, and a table of which lines of which files wrote each of its lines.

use super::private_use::{CAPTURED, Piece, VALUE, pieces, write_placeholder};
use crate::template::source_position::characters;

/// A mark on a line of stripped text: the text before it was written by a line of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MarkOnLine {
    /// Number of characters of the stripped line before it.
    pub column: u32,
    /// Number of the file that wrote them.
    pub file: u32,
    /// Line of that file, from 1.
    pub line: u32,
}

/// One line of stripped text.
#[derive(Debug, Clone, Default)]
pub(crate) struct StrippedLine {
    /// Its first byte in the stripped text.
    pub start: usize,
    /// Its marks, in order.
    pub marks: Vec<MarkOnLine>,
    /// The last mark of the lines above.
    pub above: Option<MarkOnLine>,
}

/// Text without marks for the YAML reader, placeholders still in it, with a table of its lines.
#[derive(Debug, Clone, Default)]
pub(crate) struct StrippedText {
    /// The text.
    pub text: String,
    /// The lines, in order.
    pub lines: Vec<StrippedLine>,
}

impl StrippedText {
    /// Strips the marks off a string.
    pub(crate) fn strip(marked: &str) -> Self {
        let text = String::with_capacity(marked.len());
        let mut stripped = Self { text, lines: vec![StrippedLine::default()] };
        let mut column = 0;
        for piece in pieces(marked) {
            match piece {
                Piece::Text(text) => stripped.push_text(text, &mut column),
                Piece::Value(index) => stripped.push_placeholder(VALUE, index, &mut column),
                Piece::Captured(index) => stripped.push_placeholder(CAPTURED, index, &mut column),
                Piece::Mark(file, line) => {
                    if let Some(current) = stripped.lines.last_mut() {
                        current.marks.push(MarkOnLine { column, file, line });
                    }
                }
            }
        }
        stripped
    }

    fn push_text(&mut self, text: &str, column: &mut u32) {
        for part in text.split_inclusive('\n') {
            self.text.push_str(part);
            if part.ends_with('\n') {
                let above = self.lines.last().and_then(|line| line.marks.last().copied().or(line.above));
                self.lines.push(StrippedLine { start: self.text.len(), marks: Vec::new(), above });
                *column = 0;
            } else {
                *column += characters(part);
            }
        }
    }

    fn push_placeholder(&mut self, open: char, index: usize, column: &mut u32) {
        let start = self.text.len();
        write_placeholder(&mut self.text, open, index);
        *column += characters(&self.text[start..]);
    }

    /// Returns the text of a line, counted from 0, without its line break.
    pub(crate) fn line_text(&self, line_index: usize) -> &str {
        let Some(line) = self.lines.get(line_index) else { return "" };
        let end = self.lines.get(line_index + 1).map_or(self.text.len(), |next| next.start);
        self.text[line.start..end].trim_end_matches('\n')
    }

    /// Returns the marks of a line, counted from 0.
    pub(crate) fn marks(&self, line_index: usize) -> &[MarkOnLine] {
        self.lines.get(line_index).map(|line| &line.marks[..]).unwrap_or_default()
    }

    /// Returns the mark that says who wrote a character.
    pub(crate) fn mark(&self, line_index: usize, column: u32) -> Option<MarkOnLine> {
        // A mark follows its text. Behind the last one of a line are white space and values, which belong to it too.
        let marks = self.marks(line_index);
        let passed = marks.partition_point(|mark| mark.column <= column);
        if let Some(mark) = marks.get(passed).or(marks.last()) {
            return Some(*mark);
        }
        // Blank lines, and lines that are a value's alone, belong to the text above them.
        match self.lines.get(line_index) {
            Some(line) => line.above,
            None => self.lines.last().and_then(|line| line.marks.last().copied().or(line.above)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::marks::insert::insert_marks;
    use nestling_gitlab::diagnostic::FileId;

    #[test]
    fn stripping_gives_the_text_back_and_knows_its_lines() {
        let stripped =
            StrippedText::strip(&insert_marks("a: 1\n\nb: 2\n", FileId::from_index(5), &[], Vec::new()));
        assert_eq!(stripped.text, "a: 1\n\nb: 2\n");
        assert_eq!(stripped.mark(2, 0), Some(MarkOnLine { column: 4, file: 5, line: 3 }));
        let blank = stripped.mark(1, 0).map(|mark| mark.line);
        assert_eq!(blank, Some(1), "a blank line belongs to the one before");
    }
}
