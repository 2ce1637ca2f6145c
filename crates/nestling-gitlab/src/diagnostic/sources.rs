//! The files that a run has read.

use super::{FileId, Origin, number};
use nestling_files::path::RepoPath;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// A file as it was read.
///
/// [`Sources`] has an example.
#[derive(Debug)]
pub struct Source {
    /// Its path in the repository, or a name such as `nestling/node.yml` for the built-in library.
    pub path: String,
    /// Its text.
    pub text: Arc<str>,
    /// Its path as it is, for a file of a repository.
    pub repo_path: Option<RepoPath>,
}

/// All files that a run has read, so that an [`Origin`] can be shown with its text.
///
/// Adding takes `&self`: stages share one table and need no say in who owns it. A clone is the same table, not a copy.
///
/// ```
/// use nestling_gitlab::diagnostic::{Origin, Sources};
///
/// let sources = Sources::default();
/// let file = sources.add("ci/node.yml", "test:\n  script: npm test\n");
/// assert_eq!(sources.place(Origin::span(file, 2, 3, 6)), "ci/node.yml:2:3");
/// assert_eq!(sources.place(Origin::generated()), "generated");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Arc<RwLock<Vec<Arc<Source>>>>,
    marked: Arc<Mutex<Marked>>,
}

/// The files that may have a comment for this program, found once: a check of many kinds of pipelines asks again and again.
#[derive(Debug, Default)]
struct Marked {
    /// Number of files that were searched, from the first.
    searched: usize,
    ids: Vec<FileId>,
}

impl Sources {
    /// Keeps a file and gives its id. The same path may be added more than once (at base and at head).
    pub fn add(&self, path: impl fmt::Display, text: impl Into<Arc<str>>) -> FileId {
        self.push(Source { path: path.to_string(), text: text.into(), repo_path: None })
    }

    /// As [`Self::add`], for a file of a repository.
    pub fn add_file(&self, path: &RepoPath, text: impl Into<Arc<str>>) -> FileId {
        self.push(Source { path: path.to_string(), text: text.into(), repo_path: Some(path.clone()) })
    }

    fn push(&self, source: Source) -> FileId {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        let id = FileId(u32::try_from(files.len()).unwrap_or(u32::MAX));
        files.push(Arc::new(source));
        id
    }

    /// Returns the path of a file for programs: as it is, with nothing in it escaped.
    pub fn exact_path(&self, id: FileId) -> String {
        match self.get(id) {
            Some(source) => source.repo_path.as_ref().map_or_else(|| source.path.clone(), RepoPath::to_json),
            None => "?".to_owned(),
        }
    }

    /// Returns the id that the next file will have.
    pub fn next_id(&self) -> FileId {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        FileId(u32::try_from(files.len()).unwrap_or(u32::MAX))
    }

    /// Drops this file and those that were added after it, for an attempt that is given up.
    pub fn drop_from(&self, id: FileId) {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        files.truncate(id.0 as usize);
        let mut marked = self.marked.lock().unwrap_or_else(PoisonError::into_inner);
        marked.searched = marked.searched.min(files.len());
        marked.ids.retain(|known| known.0 < id.0);
    }

    /// Returns the files in whose text a predicate finds a mark. The predicate is the same for every call: each file is searched
    /// once, however often this is called.
    pub(crate) fn with_mark(&self, has_mark: impl Fn(&str) -> bool) -> Vec<FileId> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let mut marked = self.marked.lock().unwrap_or_else(PoisonError::into_inner);
        for (index, source) in files.iter().enumerate().skip(marked.searched) {
            if has_mark(&source.text) {
                marked.ids.push(FileId(number(index)));
            }
        }
        marked.searched = files.len();
        marked.ids.clone()
    }

    /// The file with this id.
    pub fn get(&self, id: FileId) -> Option<Arc<Source>> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        files.get(id.0 as usize).cloned()
    }

    /// Returns all files, in the order in which they were added.
    pub fn files(&self) -> Vec<Arc<Source>> {
        self.files.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the contents of all files, in the order in which they were added.
    pub fn texts(&self) -> Vec<Arc<str>> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        files.iter().map(|source| Arc::clone(&source.text)).collect()
    }

    /// The paths of all files, in the order in which they were added.
    pub fn paths(&self) -> Vec<String> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        files.iter().map(|source| source.path.clone()).collect()
    }

    /// The path of a file, for messages; `?` for an id of another table.
    pub fn path(&self, id: FileId) -> String {
        self.get(id).map_or_else(|| "?".to_owned(), |source| source.path.clone())
    }

    /// `path:line` or `path:line:column`, as compilers and editors write a place; `generated` for what nobody wrote.
    pub fn place(&self, origin: Origin) -> String {
        if origin.is_generated() {
            return "generated".to_owned();
        }
        let path = self.path(origin.file);
        match origin.column {
            0 => format!("{path}:{}", origin.line),
            column => format!("{path}:{}:{column}", origin.line),
        }
    }

    /// Returns the place of a word in an expression that begins with `open`, at or after an origin: a scalar can have many
    /// lines, of which one is intended. `None` where an escape or a template wrote the expression.
    pub fn in_expression(&self, origin: Origin, open: &str, word: &str) -> Option<Origin> {
        /// Expressions of one scalar that are looked at.
        const SEARCHED: usize = 200;
        let source = self.get(origin.file)?;
        let line = usize::try_from(origin.line).ok()?.checked_sub(1)?;
        let start = line_start(&source.text, line)?;
        let column = usize::try_from(origin.column).ok()?.saturating_sub(1);
        let skipped: usize = source.text[start..].chars().take(column).map(char::len_utf8).sum();
        let text = &source.text[start + skipped..];
        for (position, _) in text.match_indices(open).take(SEARCHED) {
            let after = &text[position..];
            let end = after.find('\n').unwrap_or(after.len());
            let is_whole = |(found, _): &(usize, &str)| {
                let next = after[found + word.len()..].chars().next();
                !next.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
            };
            if let Some((found, _)) = after[..end].match_indices(word).find(is_whole) {
                let offset = start + skipped + position + found;
                let before = &source.text[..offset];
                let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
                let line = number(before.matches('\n').count() + 1);
                let column = number(before[line_start..].chars().count() + 1);
                return Some(Origin::span(origin.file, line, column, number(word.chars().count())));
            }
        }
        None
    }
}

/// Returns the offset at which a line begins, counted from 0.
fn line_start(text: &str, line: usize) -> Option<usize> {
    match line.checked_sub(1) {
        None => Some(0),
        Some(breaks) => text.match_indices('\n').nth(breaks).map(|(offset, _)| offset + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn each_file_is_searched_for_marks_once_however_often_they_are_asked_for() {
        let sources = Sources::default();
        let searched = Cell::new(0);
        let has_mark = |text: &str| {
            searched.set(searched.get() + 1);
            text.contains("mark")
        };
        let mut files = Vec::new();
        for round in 0_usize..100 {
            files.push(sources.add(round, if round % 10 == 0 { "a mark" } else { "none" }));
            let marked = sources.with_mark(has_mark);
            assert_eq!(marked.len(), round / 10 + 1);
        }
        // 100 files in 100 calls, and not one for each pair.
        assert_eq!(searched.get(), 100);
        sources.drop_from(files[15]);
        assert_eq!(sources.with_mark(has_mark), [files[0], files[10]]);
        sources.add("again", "a mark");
        assert_eq!(sources.with_mark(has_mark).len(), 3);
        assert_eq!(searched.get(), 101);
    }
}
