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

/// The most characters of sources that are gone through for the columns of one rendered text. Behind it only lines are known.
const MOST_WORK: usize = 100_000_000;

/// Finds where the places of a rendered text were written.
pub(crate) struct Locator<'a> {
    rendered: &'a StrippedText,
    source_lines: &'a SourceLines<'a>,
    /// The file of text that no template wrote.
    fallback: FileId,
    /// The last line that was asked for: the YAML reader asks line by line.
    current_line: RefCell<CurrentLine>,
}

/// A rendered line, and how far its part that was asked for last was walked along its source.
struct CurrentLine {
    index: usize,
    text: Vec<char>,
    alignment: Alignment,
}

impl<'a> Locator<'a> {
    /// Makes a locator for a rendered text. What no template wrote is located in `fallback`.
    pub(crate) fn new(
        rendered: &'a StrippedText,
        source_lines: &'a SourceLines<'a>,
        fallback: FileId,
    ) -> Self {
        let current_line =
            CurrentLine { index: usize::MAX, text: Vec::new(), alignment: Alignment::default() };
        Self { rendered, source_lines, fallback, current_line: RefCell::new(current_line) }
    }

    /// Returns where a place was written: always the line, and the column where the template's text allows it.
    pub(crate) fn origin(&self, position: Position) -> Origin {
        let line_index = position.line.saturating_sub(1) as usize;
        let column = position.column.saturating_sub(1);
        let Some(mark) = self.rendered.mark(line_index, column) else {
            return Origin::file(self.fallback);
        };
        let mut current = self.current_line.borrow_mut();
        let CurrentLine { index, text, alignment } = &mut *current;
        if *index != line_index {
            *index = line_index;
            text.clear();
            text.extend(self.rendered.line_text(line_index).chars());
            *alignment = Alignment { work: alignment.work, ..Alignment::default() };
        }
        let start = self.start_of_part(line_index, column, mark) as usize;
        alignment.begin((start, mark.file, mark.line));
        let part = RenderedSpan { line: text, start, column: column as usize, width: position.width };
        let file = FileId::from_index(mark.file);
        let found = self.source_lines.with_line(mark.file, mark.line, |source| {
            if alignment.work < MOST_WORK { part.find_in(source, alignment) } else { None }
        });
        match found {
            Some((column, width)) => Origin::span(file, mark.line, number(column) + 1, width),
            None => Origin::line(file, mark.line),
        }
    }

    /// Returns the column at which the part of a rendered line begins that a mark speaks of. A line is made of several
    /// parts where white space control joined lines.
    fn start_of_part(&self, line_index: usize, column: u32, mark: MarkOnLine) -> u32 {
        let marks = self.rendered.marks(line_index);
        let passed = marks.partition_point(|end| end.column <= column && end.column < mark.column);
        passed.checked_sub(1).map_or(0, |last| marks[last].column)
    }
}

/// A walk along a rendered line and its source. Each place of a line is asked for, so that a walk continues from where an
/// earlier one has been.
#[derive(Default)]
struct Alignment {
    /// The part of the line: where it begins, and the file and the line of its source.
    part: (usize, u32, u32),
    /// Columns of the line with those of the source, in order; the last ones are the farthest.
    reached: Vec<(usize, usize)>,
    /// Set where the two differ after the farthest columns.
    has_ended: bool,
    /// Characters of sources that were gone through, of all parts.
    work: usize,
}

impl Alignment {
    /// Columns between two that are remembered.
    const STEP: usize = 64;

    /// Forgets the walk along another part.
    fn begin(&mut self, part: (usize, u32, u32)) {
        if self.part != part {
            *self = Self { part, work: self.work, ..Self::default() };
        }
    }

    /// Returns the nearest columns before a column of the line.
    fn before(&self, column: usize) -> Option<(usize, usize)> {
        let passed = self.reached.partition_point(|(rendered, _)| *rendered <= column);
        self.reached.get(passed.saturating_sub(1)).copied()
    }

    fn reach(&mut self, columns: (usize, usize)) {
        let is_far = self.reached.last().is_none_or(|(rendered, _)| columns.0 >= rendered + Self::STEP);
        if is_far {
            self.reached.push(columns);
        }
    }

    fn end(&mut self, columns: (usize, usize)) {
        if !self.has_ended && self.reached.last().is_none_or(|(rendered, _)| columns.0 > *rendered) {
            self.reached.push(columns);
        }
        self.has_ended = true;
    }

    /// Returns `true` for a column after the end of the walk.
    fn is_beyond(&self, column: usize) -> bool {
        self.has_ended && self.reached.last().is_some_and(|(rendered, _)| column > *rendered)
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
    fn find_in(&self, source: &[char], alignment: &mut Alignment) -> Option<(usize, u32)> {
        let end = self.column + self.width as usize;
        let Some(source_start) = self.align(source, self.column, alignment) else {
            let words = self.line.get(self.column..end)?;
            alignment.work += source.len();
            return find_only(words, source).map(|column| (column, self.width));
        };
        let source_end = self.align(source, end, alignment).filter(|source_end| *source_end > source_start);
        let width = source_end.map_or(0, |source_end| number(source_end - source_start));
        Some((source_start, width))
    }

    /// Returns the column of the source that became a column of the rendered line, walking both side by side.
    fn align(&self, source: &[char], column: usize, alignment: &mut Alignment) -> Option<usize> {
        if alignment.is_beyond(column) {
            return None;
        }
        let (mut rendered_column, mut source_column) = match alignment.before(column) {
            Some(columns) => columns,
            // Indentation may differ: captured text is moved to the right.
            None => {
                alignment.work += source.len();
                let indentation = leading_blanks(self.line.get(self.start..)?);
                (self.start + indentation, leading_blanks(source))
            }
        };
        loop {
            alignment.reach((rendered_column, source_column));
            match self.step(source, column, rendered_column, source_column) {
                Step::To(columns) => (rendered_column, source_column) = columns,
                Step::At(column) => return column,
                Step::Differs => {
                    alignment.end((rendered_column, source_column));
                    return None;
                }
            }
        }
    }

    /// Goes on by a character, or by a value.
    fn step(&self, source: &[char], column: usize, rendered_column: usize, source_column: usize) -> Step {
        let Some(source_column) = skip_statements(source, source_column) else { return Step::Differs };
        if rendered_column >= column {
            let in_indentation = column <= self.start;
            return Step::At((rendered_column == column || in_indentation).then_some(source_column));
        }
        let Some(c) = self.line.get(rendered_column).copied() else { return Step::Differs };
        if c == VALUE || c == CAPTURED {
            return self.behind_value(source, rendered_column, source_column).map_or(Step::Differs, Step::To);
        }
        match source.get(source_column) == Some(&as_written(c)) {
            true => Step::To((rendered_column + 1, source_column + 1)),
            false => Step::Differs,
        }
    }

    /// Returns the columns after a placeholder and the `${{ }}` that wrote it.
    fn behind_value(
        &self,
        source: &[char],
        rendered_column: usize,
        source_column: usize,
    ) -> Option<(usize, usize)> {
        if !source.get(source_column..)?.starts_with(&['$', '{', '{']) {
            return None;
        }
        let source_column = end_of(source, source_column, &['}', '}'])?;
        Some((end_of(self.line, rendered_column, &[CLOSE])?, source_column))
    }
}

/// One step along a rendered line and its source.
enum Step {
    /// To these columns of the two.
    To((usize, usize)),
    /// The column is reached, and so is this one of the source; `None` inside of a value.
    At(Option<usize>),
    /// The two are unlike from here on.
    Differs,
}

fn leading_blanks(text: &[char]) -> usize {
    text.iter().take_while(|c| c.is_whitespace()).count()
}

/// Returns the column after the `{% %}` and `{#* *#}` at a column; `None` where one ends on another line.
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

/// Returns the column after the next `close`.
fn end_of(text: &[char], start: usize, close: &[char]) -> Option<usize> {
    let distance = text.get(start..)?.windows(close.len()).position(|window| window == close)?;
    Some(start + distance + close.len())
}

/// Returns the column of words in a line that contains them exactly once.
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
