//! From a place in rendered text to the place in the template that wrote it.

use super::lines::Lines;
use super::sign::{self, CLOSE};
use crate::diagnostic::{FileId, Origin, Sources};
use crate::yaml::Position;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// The lines of source files, cut once.
pub(crate) struct Texts<'a> {
    sources: &'a Sources,
    cut: RefCell<HashMap<u32, Rc<Cut>>>,
}

/// A file's text with the start of each line.
struct Cut {
    text: Arc<str>,
    starts: Vec<usize>,
}

impl<'a> Texts<'a> {
    pub(crate) fn new(sources: &'a Sources) -> Self {
        Self { sources, cut: RefCell::default() }
    }

    /// Gives the text of a line, counted from 1; empty where there is none.
    pub(crate) fn with_line<T>(&self, file: u32, line: u32, read: impl FnOnce(&str) -> T) -> T {
        let cut = Rc::clone(self.cut.borrow_mut().entry(file).or_insert_with(|| {
            let text = self.sources.get(FileId::from_index(file)).map(|source| Arc::clone(&source.text));
            let text = text.unwrap_or_else(|| "".into());
            let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
            Rc::new(Cut { text, starts })
        }));
        let index = line.saturating_sub(1) as usize;
        let Some(start) = cut.starts.get(index) else { return read("") };
        let end = cut.starts.get(index + 1).map_or(cut.text.len(), |next| next - 1);
        read(cut.text[*start..end].trim_end_matches('\r'))
    }
}

/// Where a place of the rendered text was written: always the line, and the column where the template's text allows it.
pub(crate) fn origin(lines: &Lines, texts: &Texts<'_>, fallback: FileId, at: Position) -> Origin {
    let index = at.line.saturating_sub(1) as usize;
    let column = at.column.saturating_sub(1);
    let Some(mark) = lines.mark(index, column) else { return Origin::file(fallback) };
    let file = FileId::from_index(mark.file);
    let before = lines.table.get(index).map(|line| &line.marks[..]).unwrap_or_default();
    let start =
        before.iter().rev().map(|mark| mark.column).find(|start| *start <= column && *start < mark.column);
    let rendered: Vec<char> = lines.line(index).chars().collect();
    texts.with_line(mark.file, mark.line, |source| {
        let source: Vec<char> = source.chars().collect();
        let start = start.unwrap_or(0) as usize;
        let (from, to) = (column as usize, (column + at.width) as usize);
        match aligned(&rendered, &source, start, from) {
            Some(begin) => {
                let end = aligned(&rendered, &source, start, to).filter(|end| *end > begin);
                let width = end.map_or(0, |end| end - begin);
                Origin::span(file, mark.line, number(begin) + 1, number(width))
            }
            None => match found(&rendered, &source, from, to) {
                Some(begin) => Origin::span(file, mark.line, number(begin) + 1, at.width),
                None => Origin::line(file, mark.line),
            },
        }
    })
}

/// The column of the source that became column `wanted` of the rendered line, walking both side by side: a placeholder
/// stands for a `${{ }}`, and a `{% %}` for nothing.
fn aligned(rendered: &[char], source: &[char], start: usize, wanted: usize) -> Option<usize> {
    let blank = |c: &&char| c.is_whitespace();
    let mut i = start + rendered.get(start..)?.iter().take_while(blank).count();
    let mut j = source.iter().take_while(blank).count();
    loop {
        for (open, close) in [("{%", "%}"), ("{#*", "*#}")] {
            while starts_with(source, j, open) {
                j = after(source, j, close)?;
            }
        }
        if i >= wanted {
            return (i == wanted || wanted < start + 1).then_some(j);
        }
        let c = rendered.get(i)?;
        if *c == sign::VALUE || *c == sign::TEXT {
            if !starts_with(source, j, "${{") {
                return None;
            }
            j = after(source, j, "}}")?;
            i += rendered[i..].iter().position(|c| *c == CLOSE)? + 1;
        } else if source.get(j) == Some(c) {
            i += 1;
            j += 1;
        } else {
            return None;
        }
    }
}

fn starts_with(text: &[char], at: usize, what: &str) -> bool {
    what.chars().enumerate().all(|(n, c)| text.get(at + n) == Some(&c))
}

fn after(text: &[char], from: usize, close: &str) -> Option<usize> {
    (from..text.len()).find(|at| starts_with(text, *at, close)).map(|at| at + close.chars().count())
}

/// The only place in the source line where the rendered words stand.
fn found(rendered: &[char], source: &[char], from: usize, to: usize) -> Option<usize> {
    let words = rendered
        .get(from..to)
        .filter(|words| !words.is_empty() && !words.iter().any(|c| sign::is_sign(*c)))?;
    let mut places = source.windows(words.len()).enumerate().filter(|(_, window)| *window == words);
    let (place, _) = places.next()?;
    places.next().is_none().then_some(place)
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
