//! Collections in brackets, which may span lines.

use super::scalar::{Scalar, flow_colon, flow_plain, line_end, quoted, width};
use super::scanner::Scanner;

/// Brackets within brackets that are looked into; a file with more is no configuration.
const DEEPEST: usize = 100;

/// A collection that is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brackets {
    /// The entry that holds it; `None` at the root of a document.
    pub parent: Option<usize>,
    /// A line that begins at this column or before is no part of it: nothing closes the brackets.
    pub margin: Option<usize>,
    /// Number of brackets around it.
    pub depth: usize,
}

/// The next thing between brackets.
enum Next {
    /// Something at this offset.
    Content(usize),
    /// Nothing more that belongs to the collection, which ends at this offset.
    End(usize),
}

impl Scanner<'_> {
    /// Reads the collection whose bracket is at an offset, and returns the offset behind it.
    pub(super) fn collection(&mut self, open: usize, brackets: Brackets) -> usize {
        let is_mapping = self.text.as_bytes()[open] == b'{';
        let close = if is_mapping { b'}' } else { b']' };
        if brackets.depth > DEEPEST {
            return line_end(self.text, open);
        }
        let mut position = open + 1;
        let end = loop {
            let content = match self.next_in(position, brackets) {
                Next::End(end) => break end,
                Next::Content(offset) => offset,
            };
            match self.text.as_bytes()[content] {
                byte if byte == close => break content + 1,
                // The bracket of another collection: this one was never closed.
                b'}' | b']' => break content,
                b',' => position = content + 1,
                _ => {
                    let behind = content + width(self.text, content);
                    position = self.element(content, is_mapping, brackets).max(behind);
                }
            }
        };
        if let Some(parent) = brackets.parent {
            self.entries[parent].flow = Some(open..end);
            self.entries[parent].end = end;
        }
        end
    }

    /// Returns the next content, behind blanks, line breaks and comments.
    fn next_in(&self, start: usize, brackets: Brackets) -> Next {
        let mut position = start;
        let mut last = start;
        loop {
            let Some(byte) = self.text.as_bytes().get(position) else { return Next::End(last) };
            match byte {
                b' ' | b'\t' | b'\r' => position += 1,
                b'#' if position > 0 && self.text.as_bytes()[position - 1].is_ascii_whitespace() => {
                    position = line_end(self.text, position);
                }
                b'\n' => {
                    position += 1;
                    last = last.min(position);
                    if self.is_outside(position, brackets) {
                        return Next::End(start);
                    }
                }
                _ => return Next::Content(position),
            }
        }
    }

    /// Returns `true` if the line at an offset cannot belong to the collection.
    fn is_outside(&self, line: usize, brackets: Brackets) -> bool {
        let text = &self.text[line..line_end(self.text, line)];
        let content = text.trim_start_matches([' ', '\t']);
        if text.starts_with("---") {
            return true;
        }
        let column = text.len() - content.len();
        let is_before = brackets.margin.is_some_and(|margin| column <= margin);
        is_before && !content.is_empty() && !content.starts_with(['}', ']', '#'])
    }

    /// Reads an element, and returns the offset behind it.
    fn element(&mut self, start: usize, is_mapping: bool, brackets: Brackets) -> usize {
        let index = self.push_in_flow(start, brackets.parent);
        if !is_mapping {
            let end = self.flow_value(start, index, brackets);
            let line = line_end(self.text, end);
            // `[key: value]` is a list of a mapping.
            if let Some(behind) = flow_colon(self.text, end, line.max(end))
                && let Some(key) = self.entries[index].value.take()
            {
                let child = self.push_in_flow(start, Some(index));
                self.entries[child].key = Some(key);
                return self.flow_value(behind, child, brackets);
            }
            return end;
        }
        let Scalar { content, end } = self.flow_scalar(start);
        self.entries[index].key = Some(content);
        self.entries[index].end = end;
        let line = line_end(self.text, end);
        let blank = self.text[end..line].len() - self.text[end..line].trim_start_matches([' ', '\t']).len();
        let is_quoted = end > start && matches!(self.text.as_bytes()[start], b'"' | b'\'');
        let behind = match flow_colon(self.text, end + blank, line) {
            None if is_quoted && self.text[end..line].starts_with(':') => Some(end + 1),
            found => found,
        };
        match behind {
            Some(behind) => self.flow_value(behind, index, brackets),
            None => {
                self.entries[index].is_half = true;
                end
            }
        }
    }

    /// Reads the value of an entry between brackets, and returns the offset behind it.
    fn flow_value(&mut self, start: usize, index: usize, brackets: Brackets) -> usize {
        let mut position = start;
        loop {
            let content = match self.next_in(position, brackets) {
                Next::End(_) => return start,
                Next::Content(offset) => offset,
            };
            let inner = Brackets { parent: Some(index), depth: brackets.depth + 1, ..brackets };
            match self.text.as_bytes()[content] {
                b',' | b'}' | b']' => return content,
                b'{' | b'[' => return self.collection(content, inner),
                b'&' | b'!' => position = self.property(content, index),
                _ => {
                    let Scalar { content, end } = self.flow_scalar(content);
                    self.entries[index].value = Some(content);
                    self.entries[index].end = end;
                    return end;
                }
            }
        }
    }

    fn flow_scalar(&self, start: usize) -> Scalar {
        match self.text.as_bytes()[start] {
            b'"' | b'\'' => quoted(self.text, start, self.text.len()),
            b'{' | b'[' => {
                let end = start + width(self.text, start);
                Scalar { content: start..start, end }
            }
            _ => flow_plain(self.text, start, line_end(self.text, start)),
        }
    }
}
