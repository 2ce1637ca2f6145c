//! The state of a reading: entries so far, and those that are still open.

use super::{Entry, Outline};

/// A file that is read, with what was read of it.
pub(super) struct Scanner<'t> {
    pub text: &'t str,
    pub entries: Vec<Entry>,
    /// The entries that the next line may belong to, the innermost last.
    pub open: Vec<usize>,
    pub document: usize,
    pub has_content: bool,
    /// The lines `---` that end a document, with the offset behind each.
    pub separators: Vec<(usize, usize)>,
}

impl<'t> Scanner<'t> {
    /// Finishes the reading.
    pub(super) fn finish(mut self) -> Outline<'t> {
        for index in (0..self.entries.len()).rev() {
            if let Some(parent) = self.entries[index].parent {
                self.entries[parent].end = self.entries[parent].end.max(self.entries[index].end);
            }
        }
        let mut documents = Vec::new();
        let mut start = 0;
        for (end, behind) in self.separators {
            documents.push(start..end);
            start = behind;
        }
        documents.push(start..self.text.len());
        Outline { text: self.text, entries: self.entries, documents }
    }

    /// Skips an anchor or a tag, and returns the offset behind it.
    pub(super) fn property(&mut self, start: usize, index: usize) -> usize {
        let rest = &self.text[start..];
        let length =
            rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}')).unwrap_or(rest.len());
        if &rest[..length] == "!reference" {
            self.entries[index].is_reference = true;
        }
        start + length.max(1)
    }

    /// Closes the innermost entries for which this holds.
    pub(super) fn close(&mut self, is_done: impl Fn(&Entry) -> bool) {
        while self.open.last().is_some_and(|index| is_done(&self.entries[*index])) {
            self.open.pop();
        }
    }

    /// Adds an entry below the innermost one, for lines that follow.
    pub(super) fn push(&mut self, start: usize, column: usize) -> usize {
        let parent = self.open.last().copied();
        let index = self.push_in_flow(start, parent);
        self.entries[index].column = column;
        self.open.push(index);
        index
    }

    /// Adds an entry that no further line belongs to.
    pub(super) fn push_in_flow(&mut self, start: usize, parent: Option<usize>) -> usize {
        let line_start = self.text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        self.entries.push(Entry {
            parent,
            document: self.document,
            start,
            column: start - line_start,
            end: start + 1,
            key: None,
            value: None,
            flow: None,
            is_half: false,
            is_reference: false,
        });
        self.entries.len() - 1
    }
}
