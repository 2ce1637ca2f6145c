//! The lines of a file, one after the other.

use super::Outline;
use super::flow::Brackets;
use super::scalar::{Scalar, block_key, line_end, plain, quoted, skip_blanks};
use super::scanner::Scanner;

/// Reads a file.
pub(super) fn outline(text: &str) -> Outline<'_> {
    let mut scanner = Scanner {
        text,
        entries: Vec::new(),
        open: Vec::new(),
        document: 0,
        has_content: false,
        separators: Vec::new(),
    };
    let mut position = 0;
    while position < text.len() {
        position = scanner.line(position).max(position + 1);
        while !text.is_char_boundary(position) {
            position += 1;
        }
    }
    scanner.finish()
}

impl Scanner<'_> {
    /// Reads a line with all lines that its value spans, and returns the beginning of the next one.
    fn line(&mut self, start: usize) -> usize {
        let end = line_end(self.text, start);
        let next = self.text[end..].find('\n').map_or(self.text.len(), |length| end + length + 1);
        let first =
            if self.text[start..].starts_with('\u{feff}') { start + '\u{feff}'.len_utf8() } else { start };
        let content = skip_blanks(self.text, first, end.max(first));
        let rest = &self.text[content..end.max(content)];
        if rest.trim_end().is_empty() || rest.starts_with('#') {
            return next;
        }
        if content == first && is_separator(rest) {
            if self.has_content {
                self.separators.push((start, next));
                self.document += 1;
                self.has_content = false;
            }
            self.open.clear();
            return next;
        }
        self.has_content = true;
        self.content(content, first, end).max(next)
    }

    /// Reads the dashes, the key and the value of a line; returns the beginning of the line behind the value.
    fn content(&mut self, start: usize, line: usize, end: usize) -> usize {
        let mut position = start;
        while is_dash(&self.text[position..end]) {
            let column = position - line;
            self.close(|entry| entry.column > column || (entry.column == column && entry.key.is_none()));
            self.push(position, column);
            position = skip_blanks(self.text, position + 1, end);
            if position >= end || self.text[position..end].starts_with('#') {
                return end;
            }
        }
        let column = position - line;
        let is_first = position == start;
        if is_first {
            self.close(|entry| entry.column >= column);
        }
        if let Some((key, behind)) = block_key(self.text, position, end) {
            self.own_line_value_is_key();
            let index = self.push(position, column);
            self.entries[index].end = behind;
            self.entries[index].key = Some(key);
            return self.value(behind, end, Some(index), column);
        }
        let Some(&top) = self.open.last() else {
            return self.lone(position, column, end, None);
        };
        let has_content = self.entries[top].value.is_some() || self.entries[top].flow.is_some();
        let has_children = self.entries.last().is_some_and(|last| last.parent == Some(top))
            || self.entries.iter().rev().any(|entry| entry.parent == Some(top));
        if has_children {
            return self.lone(position, column, end, Some(top));
        }
        if has_content {
            // A further line of the scalar above.
            self.entries[top].end = end;
            return end;
        }
        let margin = self.entries[top].column;
        self.value(position, end, Some(top), margin)
    }

    /// Makes the word on the line below a key a key without a colon, since another key follows it.
    fn own_line_value_is_key(&mut self) {
        let Some(&parent) = self.open.last() else { return };
        let entry = &mut self.entries[parent];
        let Some(value) = entry.value.clone() else { return };
        if !self.text[entry.start..value.start].contains('\n') {
            return;
        }
        entry.value = None;
        let index = self.push_in_flow(value.start, Some(parent));
        self.entries[index].end = value.end;
        self.entries[index].key = Some(value);
        self.entries[index].is_half = true;
    }

    /// Reads a word without a colon among the keys of a mapping, or a collection that is all of a document.
    fn lone(&mut self, start: usize, column: usize, end: usize, parent: Option<usize>) -> usize {
        if matches!(self.text.as_bytes()[start], b'{' | b'[') {
            let brackets =
                Brackets { parent, margin: parent.map(|parent| self.entries[parent].column), depth: 0 };
            return self.collection(start, brackets);
        }
        let Scalar { content, end: behind } = plain(self.text, start, end);
        let index = self.push(start, column);
        self.entries[index].key = Some(content);
        self.entries[index].end = behind;
        self.entries[index].is_half = true;
        end
    }

    /// Reads the value behind a colon or a dash, and returns the offset at which the next line can be looked for.
    fn value(&mut self, start: usize, end: usize, holder: Option<usize>, margin: usize) -> usize {
        let Some(index) = holder else { return end };
        let mut position = skip_blanks(self.text, start, end);
        while position < end && matches!(self.text.as_bytes()[position], b'&' | b'!') {
            position = skip_blanks(self.text, self.property(position, index), end);
        }
        if position >= end || self.text[position..end].starts_with('#') {
            return end;
        }
        let scalar = match self.text.as_bytes()[position] {
            b'|' | b'>' => {
                let last = self.block_end(end, margin);
                self.entries[index].value = Some(position..last);
                self.entries[index].end = last;
                return last;
            }
            b'{' | b'[' => {
                let brackets = Brackets { parent: Some(index), margin: Some(margin), depth: 0 };
                let behind = self.collection(position, brackets);
                return line_end(self.text, behind);
            }
            b'"' | b'\'' => quoted(self.text, position, self.quote_limit(end, margin)),
            _ => plain(self.text, position, end),
        };
        self.entries[index].value = Some(scalar.content);
        self.entries[index].end = scalar.end;
        line_end(self.text, scalar.end.min(self.text.len()))
    }

    /// Returns the end of the last line of a block scalar.
    fn block_end(&self, header_end: usize, margin: usize) -> usize {
        let mut last = header_end;
        self.lines_behind(header_end, |content, column, end| {
            // A control line of a template can have any indentation.
            let is_inside = content.is_empty() || content.starts_with("#%") || column > margin;
            if is_inside && !content.is_empty() && column > margin {
                last = end;
            }
            is_inside
        });
        last
    }

    /// Returns the offset up to which a quote may be closed: the next line that cannot belong to the scalar.
    fn quote_limit(&self, first_line_end: usize, margin: usize) -> usize {
        let mut limit = first_line_end;
        self.lines_behind(first_line_end, |content, column, end| {
            let is_inside = content.is_empty() || column > margin;
            if is_inside {
                limit = end;
            }
            is_inside
        });
        limit
    }

    /// Calls `visit` with the content, the column and the end of each line behind an offset until it says `false`.
    fn lines_behind(&self, end: usize, mut visit: impl FnMut(&str, usize, usize) -> bool) {
        let mut position = end;
        while let Some(length) = self.text[position..].find('\n') {
            let start = position + length + 1;
            if start >= self.text.len() {
                return;
            }
            let end = line_end(self.text, start);
            let line = &self.text[start..end];
            let content = line.trim_start_matches([' ', '\t']);
            if !visit(content.trim_end(), line.len() - content.len(), end) {
                return;
            }
            position = end;
        }
    }
}

/// Returns `true` for the line between two documents.
fn is_separator(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

fn is_dash(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}
