//! Rendered text without its marks, and for every line of it where it was written.

use crate::template::marks::private_use::{self, Piece};

/// A mark inside a line: it tells of the text before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MarkAt {
    /// The character of the clean line at which it stands, from 0.
    pub column: u32,
    /// The file's number.
    pub file: u32,
    /// The line there, from 1.
    pub line: u32,
}

/// One line of clean text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    /// Where it begins in the clean text, in bytes.
    pub start: usize,
    /// Its marks, in order.
    pub marks: Vec<MarkAt>,
}

/// Text that the YAML reader may see, placeholders in it, with a table of its lines.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lines {
    /// The text.
    pub text: String,
    /// The lines, in order.
    pub table: Vec<Line>,
}

impl Lines {
    /// Strips the marks off.
    pub(crate) fn strip(marked: &str) -> Self {
        let mut lines = Self { text: String::with_capacity(marked.len()), table: vec![Line::default()] };
        let mut column = 0;
        for piece in private_use::pieces(marked) {
            match piece {
                Piece::Text(text) => lines.push(text, &mut column),
                Piece::Mark(file, line) => {
                    if let Some(last) = lines.table.last_mut() {
                        last.marks.push(MarkAt { column, file, line });
                    }
                }
                Piece::Value(index) => lines.placeholder(private_use::VALUE, index, &mut column),
                Piece::Captured(index) => lines.placeholder(private_use::TEXT, index, &mut column),
            }
        }
        lines
    }

    fn push(&mut self, text: &str, column: &mut u32) {
        for part in text.split_inclusive('\n') {
            self.text.push_str(part);
            if part.ends_with('\n') {
                self.table.push(Line { start: self.text.len(), marks: Vec::new() });
                *column = 0;
            } else {
                *column += count(part);
            }
        }
    }

    fn placeholder(&mut self, open: char, index: usize, column: &mut u32) {
        let start = self.text.len();
        private_use::write_placeholder(&mut self.text, open, index);
        *column += count(&self.text[start..]);
    }

    /// The text of a line, from 0.
    pub(crate) fn line(&self, index: usize) -> &str {
        let Some(line) = self.table.get(index) else { return "" };
        let end = self.table.get(index + 1).map_or(self.text.len(), |next| next.start);
        self.text[line.start..end].trim_end_matches('\n')
    }

    /// The mark that tells of a place: the first one behind it on its line, else the last on the line, else the last
    /// one before.
    pub(crate) fn mark(&self, line: usize, column: u32) -> Option<MarkAt> {
        let marks = self.table.get(line).map(|line| &line.marks[..]).unwrap_or_default();
        if let Some(found) = marks.iter().find(|mark| mark.column > column).or(marks.last()) {
            return Some(*found);
        }
        let before = self.table.get(..line.min(self.table.len()))?;
        before.iter().rev().find_map(|line| line.marks.last()).copied()
    }
}

fn count(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::marks::insert::mark;

    #[test]
    fn stripping_gives_the_text_back_and_knows_its_lines() {
        let lines = Lines::strip(&mark("a: 1\n\nb: 2\n", 5, &[]));
        assert_eq!(lines.text, "a: 1\n\nb: 2\n");
        assert_eq!(lines.mark(2, 0), Some(MarkAt { column: 4, file: 5, line: 3 }));
        assert_eq!(lines.mark(1, 0).map(|mark| mark.line), Some(1), "a blank line belongs to the one before");
    }
}
