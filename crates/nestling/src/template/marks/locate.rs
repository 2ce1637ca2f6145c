//! From a place in rendered text to the place in the template that wrote it.
//!
//! A mark names the line. The column is found by walking the rendered line and its source side by side, which works
//! because the two differ in few ways: a placeholder where a `${{ }}` was, and nothing where a `{% %}` was.

use super::private_use::{CAPTURED, CLOSE, VALUE, is_reserved};
use super::strip::{MarkOnLine, StrippedText};
use crate::template_syntax::hidden::as_written;
use nestling_gitlab::diagnostic::{FileId, Origin, Sources, number};
use nestling_gitlab::yaml::Position;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The lines of template files as characters, split once for all units that use them.
pub(crate) struct SourceLines<'a> {
    sources: &'a Sources,
    by_file: RefCell<HashMap<u32, Rc<FileLines>>>,
}

/// The characters of each line of a file.
type FileLines = Vec<Vec<char>>;

impl<'a> SourceLines<'a> {
    pub(crate) fn new(sources: &'a Sources) -> Self {
        Self { sources, by_file: RefCell::default() }
    }

    /// Calls `read` with a line, counted from 1; with an empty one where the file has no such line.
    pub(crate) fn with_line<T>(&self, file: u32, line: u32, read: impl FnOnce(&[char]) -> T) -> T {
        let lines = self.lines_of(file);
        let line_index = line.saturating_sub(1) as usize;
        read(lines.get(line_index).map(Vec::as_slice).unwrap_or_default())
    }

    fn lines_of(&self, file: u32) -> Rc<FileLines> {
        let mut by_file = self.by_file.borrow_mut();
        let lines = by_file.entry(file).or_insert_with(|| {
            let source = self.sources.get(FileId::from_index(file));
            Rc::new(source.map(|source| split_lines(&source.text)).unwrap_or_default())
        });
        Rc::clone(lines)
    }
}

fn split_lines(text: &str) -> FileLines {
    text.split('\n').map(|line| line.trim_end_matches('\r').chars().collect()).collect()
}

/// Finds where the places of a rendered text were written.
pub(crate) struct Locator<'a> {
    rendered: &'a StrippedText,
    source_lines: &'a SourceLines<'a>,
    /// The file of text that no template wrote.
    fallback: FileId,
    /// The index and the characters of the last line that was asked for: the YAML reader asks line by line.
    current_line: RefCell<(usize, Vec<char>)>,
}

impl<'a> Locator<'a> {
    /// Makes a locator for a rendered text. What no template wrote is located in `fallback`.
    pub(crate) fn new(
        rendered: &'a StrippedText,
        source_lines: &'a SourceLines<'a>,
        fallback: FileId,
    ) -> Self {
        Self { rendered, source_lines, fallback, current_line: RefCell::new((usize::MAX, Vec::new())) }
    }

    /// Returns where a place was written: always the line, and the column where the template's text allows it.
    pub(crate) fn origin(&self, position: Position) -> Origin {
        let line_index = position.line.saturating_sub(1) as usize;
        let column = position.column.saturating_sub(1);
        let Some(mark) = self.rendered.mark(line_index, column) else {
            return Origin::file(self.fallback);
        };
        let mut current = self.current_line.borrow_mut();
        if current.0 != line_index {
            current.0 = line_index;
            current.1.clear();
            current.1.extend(self.rendered.line_text(line_index).chars());
        }
        let start = self.start_of_part(line_index, column, mark) as usize;
        let part = RenderedSpan { line: &current.1, start, column: column as usize, width: position.width };
        let file = FileId::from_index(mark.file);
        let found = self.source_lines.with_line(mark.file, mark.line, |source| part.find_in(source));
        match found {
            Some((column, width)) => Origin::span(file, mark.line, number(column) + 1, width),
            None => Origin::line(file, mark.line),
        }
    }

    /// Returns the column at which the part of a rendered line begins that a mark speaks of. A line is made of several
    /// parts where white space control joined lines.
    fn start_of_part(&self, line_index: usize, column: u32, mark: MarkOnLine) -> u32 {
        let ends = self.rendered.marks(line_index).iter().map(|mark| mark.column);
        ends.rev().find(|end| *end <= column && *end < mark.column).unwrap_or(0)
    }
}

/// Characters of a rendered line that are looked for in the line that wrote them.
struct RenderedSpan<'a> {
    line: &'a [char],
    /// The column at which the text of the source line begins.
    start: usize,
    column: usize,
    width: u32,
}

impl RenderedSpan<'_> {
    /// Returns column and width in a source line; the width is 0 where the end cannot be found.
    fn find_in(&self, source: &[char]) -> Option<(usize, u32)> {
        let end = self.column + self.width as usize;
        let Some(source_start) = self.align(source, self.column) else {
            let words = self.line.get(self.column..end)?;
            return find_only(words, source).map(|column| (column, self.width));
        };
        let source_end = self.align(source, end).filter(|source_end| *source_end > source_start);
        let width = source_end.map_or(0, |source_end| number(source_end - source_start));
        Some((source_start, width))
    }

    /// Returns the column of the source that became a column of the rendered line, walking both side by side.
    fn align(&self, source: &[char], column: usize) -> Option<usize> {
        // Indentation may differ: captured text is moved to the right.
        let mut rendered_column = self.start + leading_blanks(self.line.get(self.start..)?);
        let mut source_column = leading_blanks(source);
        loop {
            source_column = skip_statements(source, source_column)?;
            if rendered_column >= column {
                let in_indentation = column <= self.start;
                return (rendered_column == column || in_indentation).then_some(source_column);
            }
            let c = *self.line.get(rendered_column)?;
            if c == VALUE || c == CAPTURED {
                if !source.get(source_column..)?.starts_with(&['$', '{', '{']) {
                    return None;
                }
                source_column = end_of(source, source_column, &['}', '}'])?;
                rendered_column = end_of(self.line, rendered_column, &[CLOSE])?;
            } else if source.get(source_column) == Some(&as_written(c)) {
                rendered_column += 1;
                source_column += 1;
            } else {
                return None;
            }
        }
    }
}

fn leading_blanks(text: &[char]) -> usize {
    text.iter().take_while(|c| c.is_whitespace()).count()
}

/// Returns the column behind the `{% %}` and `{#* *#}` at a column; `None` where one ends on another line.
fn skip_statements(source: &[char], column: usize) -> Option<usize> {
    let mut column = column;
    loop {
        let close: &[char] = match source.get(column..) {
            Some(['{', '%', ..]) => &['%', '}'],
            Some(['{', '#', '*', ..]) => &['*', '#', '}'],
            _ => return Some(column),
        };
        column = end_of(source, column, close)?;
    }
}

/// Returns the column behind the next `close`.
fn end_of(text: &[char], start: usize, close: &[char]) -> Option<usize> {
    let distance = text.get(start..)?.windows(close.len()).position(|window| window == close)?;
    Some(start + distance + close.len())
}

/// Returns the column of words in a line that holds them exactly once.
fn find_only(words: &[char], line: &[char]) -> Option<usize> {
    if words.is_empty() || words.iter().any(|c| is_reserved(*c)) {
        return None;
    }
    let mut columns = line
        .windows(words.len())
        .enumerate()
        .filter(|(_, window)| *window == words)
        .map(|(column, _)| column);
    let first = columns.next()?;
    columns.next().is_none().then_some(first)
}
