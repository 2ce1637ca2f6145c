//! The keys and values of a file as they are written, read line by line: in whatever state of typing the file is.
//!
//! A parser of YAML refuses a file at its first mistake, and cannot read templates before they are rendered. This reader refuses
//! nothing. Where a file is right it reads the same keys and scalars as the parser, which a test compares on all examples.

mod scalar;
mod scanner;
mod flow;
mod scan;

use std::ops::Range;

/// A step of a path that goes into a list.
pub(crate) const ITEM: &str = "-";

/// A key with its value, or an item of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The entry that holds it; `None` at the root of a document.
    pub parent: Option<usize>,
    /// Number of the document, from 0.
    pub document: usize,
    /// The offset of its key or dash.
    pub start: usize,
    /// The column of its key or dash in bytes, from 0.
    pub column: usize,
    /// The offset behind the last character that belongs to it.
    pub end: usize,
    /// Its key without quotes; `None` for an item.
    pub key: Option<Range<usize>>,
    /// Its scalar without quotes, if it has one.
    pub value: Option<Range<usize>>,
    /// Its collection in brackets, with them.
    pub flow: Option<Range<usize>>,
    /// Set for a key that no colon follows yet.
    pub is_half: bool,
    /// Set if its value has the tag `!reference`.
    pub is_reference: bool,
}

/// All entries of a file, in the order in which they are written.
#[derive(Debug, Clone)]
pub(crate) struct Outline<'t> {
    pub text: &'t str,
    pub entries: Vec<Entry>,
    /// The bytes of each document, without the lines `---`.
    pub documents: Vec<Range<usize>>,
}

impl<'t> Outline<'t> {
    /// Reads a file.
    pub(crate) fn of(text: &'t str) -> Self {
        scan::outline(text)
    }

    /// Returns the key of an entry, or [`ITEM`].
    pub(crate) fn step(&self, index: usize) -> &'t str {
        self.entries[index].key.clone().map_or(ITEM, |key| &self.text[key])
    }

    /// Returns the scalar of an entry.
    pub(crate) fn value(&self, index: usize) -> Option<&'t str> {
        self.entries[index].value.clone().map(|value| &self.text[value])
    }

    /// Returns the steps from the root of the document to an entry, with its own.
    pub(crate) fn path(&self, index: usize) -> Vec<&'t str> {
        let mut steps: Vec<&str> = self.above(index).map(|above| self.step(above)).collect();
        steps.reverse();
        steps
    }

    /// Returns an entry and those that hold it, the innermost first.
    pub(crate) fn above(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(index), |index| self.entries[*index].parent)
    }

    /// Returns the entries that an entry holds directly; those of all documents' roots for `None`.
    pub(crate) fn children(&self, parent: Option<usize>) -> impl Iterator<Item = usize> + '_ {
        let first = parent.map_or(0, |parent| parent + 1);
        // The parts of an entry are written behind it, before those of any entry above it.
        let inside =
            (first..self.entries.len()).take_while(move |index| self.entries[*index].parent >= parent);
        inside.filter(move |index| self.entries[*index].parent == parent)
    }

    /// Returns the entry of a key in a mapping.
    pub(crate) fn child(&self, parent: Option<usize>, key: &str) -> Option<usize> {
        self.children(parent).find(|index| self.step(*index) == key)
    }

    /// Returns the number of the document at an offset.
    pub(crate) fn document_at(&self, offset: usize) -> usize {
        let behind = self.documents.iter().take_while(|document| document.start <= offset).count();
        behind.saturating_sub(1)
    }
}

#[cfg(test)]
mod tests;
