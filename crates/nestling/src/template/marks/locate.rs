//! From a place in rendered text to the place in the template that wrote it.

use crate::template::marks::private_use::{self, CLOSE};
use crate::template::marks::strip::Lines;
use nestling_gitlab::diagnostic::{FileId, Origin, Sources, number};
use nestling_gitlab::yaml::Position;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The lines of source files, cut once.
pub(crate) struct Texts<'a> {
    sources: &'a Sources,
    cut: RefCell<HashMap<u32, Rc<Cut>>>,
}

/// The characters of each line of a file.
type Cut = Vec<Vec<char>>;

impl<'a> Texts<'a> {
    pub(crate) fn new(sources: &'a Sources) -> Self {
        Self { sources, cut: RefCell::default() }
    }

    /// Gives the text of a line, counted from 1; empty where there is none.
    pub(crate) fn with_line<T>(&self, file: u32, line: u32, read: impl FnOnce(&[char]) -> T) -> T {
        let cut = Rc::clone(self.cut.borrow_mut().entry(file).or_insert_with(|| {
            let source = self.sources.get(FileId::from_index(file));
            let lines = source.as_ref().map(|source| source.text.split('\n')).into_iter().flatten();
            Rc::new(lines.map(|line| line.trim_end_matches('\r').chars().collect()).collect())
        }));
        read(cut.get(line.saturating_sub(1) as usize).map(Vec::as_slice).unwrap_or_default())
    }
}

/// Finds where the places of a rendered text were written.
pub(crate) struct Locator<'a> {
    lines: &'a Lines,
    texts: &'a Texts<'a>,
    fallback: FileId,
    /// The line that was asked for last, with its characters: the YAML reader asks for one after the other.
    last: RefCell<(usize, Vec<char>)>,
}

impl<'a> Locator<'a> {
    /// A locator that takes the file `fallback` for what nobody wrote.
    pub(crate) fn new(lines: &'a Lines, texts: &'a Texts<'a>, fallback: FileId) -> Self {
        Self { lines, texts, fallback, last: RefCell::new((usize::MAX, Vec::new())) }
    }

    /// Where a place was written: always the line, and the column where the template's text allows it.
    pub(crate) fn origin(&self, at: Position) -> Origin {
        let index = at.line.saturating_sub(1) as usize;
        let column = at.column.saturating_sub(1);
        let Some(mark) = self.lines.mark(index, column) else { return Origin::file(self.fallback) };
        let mut last = self.last.borrow_mut();
        if last.0 != index {
            last.0 = index;
            last.1.clear();
            last.1.extend(self.lines.line(index).chars());
        }
        let before = self.lines.table.get(index).map(|line| &line.marks[..]).unwrap_or_default();
        let starts = before.iter().rev().map(|mark| mark.column);
        let start = starts.into_iter().find(|start| *start <= column && *start < mark.column);
        self.texts.with_line(mark.file, mark.line, |source| {
            let file = FileId::from_index(mark.file);
            span(&last.1, source, start.unwrap_or(0) as usize, (column as usize, at.width))
                .map_or(Origin::line(file, mark.line), |(from, width)| {
                    Origin::span(file, mark.line, number(from) + 1, width)
                })
        })
    }
}

/// The column of the source and the width of what stands at a column of a rendered line.
fn span(
    rendered: &[char],
    source: &[char],
    start: usize,
    (from, width): (usize, u32),
) -> Option<(usize, u32)> {
    let to = from + width as usize;
    let Some(begin) = aligned(rendered, source, start, from) else {
        return found(rendered, source, from, to).map(|begin| (begin, width));
    };
    let end = aligned(rendered, source, start, to).filter(|end| *end > begin);
    Some((begin, end.map_or(0, |end| number(end - begin))))
}

/// The column of the source that became column `wanted` of the rendered line, walking both side by side: a placeholder
/// stands for a `${{ }}`, and a `{% %}` for nothing.
fn aligned(rendered: &[char], source: &[char], start: usize, wanted: usize) -> Option<usize> {
    let blank = |c: &&char| c.is_whitespace();
    let mut i = start + rendered.get(start..)?.iter().take_while(blank).count();
    let mut j = source.iter().take_while(blank).count();
    loop {
        while source.get(j) == Some(&'{') {
            let close: &[char] = match source.get(j + 1..) {
                Some(['%', ..]) => &['%', '}'],
                Some(['#', '*', ..]) => &['*', '#', '}'],
                _ => break,
            };
            j = after(source, j, close)?;
        }
        if i >= wanted {
            return (i == wanted || wanted < start + 1).then_some(j);
        }
        let c = rendered.get(i)?;
        if *c == private_use::VALUE || *c == private_use::TEXT {
            if !source.get(j..)?.starts_with(&['$', '{', '{']) {
                return None;
            }
            j = after(source, j, &['}', '}'])?;
            i += rendered[i..].iter().position(|c| *c == CLOSE)? + 1;
        } else if source.get(j) == Some(c) {
            i += 1;
            j += 1;
        } else {
            return None;
        }
    }
}

fn after(text: &[char], from: usize, close: &[char]) -> Option<usize> {
    let at = text.get(from..)?.windows(close.len()).position(|window| window == close)?;
    Some(from + at + close.len())
}

/// The only place in the source line where the rendered words stand.
fn found(rendered: &[char], source: &[char], from: usize, to: usize) -> Option<usize> {
    let words = rendered
        .get(from..to)
        .filter(|words| !words.is_empty() && !words.iter().any(|c| private_use::is_sign(*c)))?;
    let mut places = source.windows(words.len()).enumerate().filter(|(_, window)| *window == words);
    let (place, _) = places.next()?;
    places.next().is_none().then_some(place)
}
