//! The files that a run has read.

use super::{FileId, Origin};
use nestling_files::path::RepoPath;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

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

    /// The file with this id.
    pub fn get(&self, id: FileId) -> Option<Arc<Source>> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        files.get(id.0 as usize).cloned()
    }

    /// Returns the texts of all files, in the order in which they were added.
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
}
