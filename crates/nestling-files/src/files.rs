//! Sources of files: a commit's tree, the work tree, a directory or memory. Everything above git reads through this.

mod directory;
mod search;

use crate::path::RepoPath;
use std::collections::BTreeMap;

pub use directory::DirectoryFiles;
pub use search::{Also, Search, Visit};

/// An entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The last component of its path.
    pub name: Vec<u8>,
    /// The kind of node.
    pub kind: EntryKind,
}

/// The kinds of directory entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file, executable or not.
    File,
    /// A directory.
    Directory,
    /// A symbolic link; never followed.
    Symlink,
    /// A submodule; never entered.
    Submodule,
}

/// The answer of a visitor: whether to descend into a directory's subdirectories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walk {
    /// Visit the subdirectories too.
    Descend,
    /// Leave them out.
    Skip,
}

/// A file could not be read, or a directory could not be listed.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{path}`")]
pub struct ReadError {
    /// The path that could not be read.
    pub path: RepoPath,
    /// Why it could not be.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// The files of the repository at one point: a commit, or the work tree as it is now.
pub trait Files {
    /// The bytes of a regular file; `None` where there is none (nothing there, a directory, a link, a submodule).
    ///
    /// # Errors
    /// The object or the file is there and cannot be read.
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError>;

    /// Visits directories from the root down, in byte order of their paths, with their entries sorted by name.
    ///
    /// # Errors
    /// A directory cannot be listed.
    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[Entry]) -> Walk) -> Result<(), ReadError>;

    /// Visits at least the directories that a search asks for, each before those below it, with the bytes of the file
    /// that is looked for; then tells of the files of further names in it. Where a commit is read, this costs far less
    /// than listing everything.
    ///
    /// # Errors
    /// A directory cannot be listed, or such a file cannot be read.
    fn find(&self, search: &Search<'_>, visit: &mut Visit<'_>, also: &mut Also<'_>) -> Result<(), ReadError> {
        search::by_walking(self, search, visit, also)
    }
}

impl<F: Files + ?Sized> Files for &F {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        (**self).read(path)
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[Entry]) -> Walk) -> Result<(), ReadError> {
        (**self).walk(visit)
    }

    fn find(&self, search: &Search<'_>, visit: &mut Visit<'_>, also: &mut Also<'_>) -> Result<(), ReadError> {
        (**self).find(search, visit, also)
    }
}

/// A revision of this repository, or of another one already on disk.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision {
    /// Where the other repository is, from this one's root; `None` for this one.
    pub repository: Option<String>,
    /// The revision there: a branch, a tag, a commit.
    pub revision: String,
}

impl std::fmt::Display for Revision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.repository {
            Some(repository) => write!(f, "{repository}@{}", self.revision),
            None => f.write_str(&self.revision),
        }
    }
}

/// The files of a revision cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    /// The repository has no such revision.
    #[error("there is no revision `{0}` here")]
    Unknown(String),
    /// Several references are called so, and point to different commits. None of them is chosen: whoever may push a tag
    /// would decide.
    #[error("`{revision}` is ambiguous: it names `{}`", references.join("` and `"))]
    Ambiguous {
        /// The revision as it is written.
        revision: String,
        /// The full names of the references.
        references: Vec<String>,
    },
    /// The repository cannot be read.
    #[error(transparent)]
    Unreadable(Box<dyn std::error::Error + Send + Sync>),
}

/// Gives the files of other revisions, for templates that a protected branch owns: whoever has the repository.
pub trait Elsewhere {
    /// The files of a revision.
    ///
    /// # Errors
    /// There is no such repository or revision here, or it cannot be read.
    fn files_of(&self, revision: &Revision) -> Result<Box<dyn Files + '_>, RevisionError>;
}

/// No other revision: for files that are in no repository.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nowhere;

impl Elsewhere for Nowhere {
    fn files_of(&self, _: &Revision) -> Result<Box<dyn Files + '_>, RevisionError> {
        Err(RevisionError::Unreadable("there is no repository here".into()))
    }
}

/// Files in memory, for tests and for rendering a template without a repository.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    files: BTreeMap<RepoPath, Vec<u8>>,
}

impl MemoryFiles {
    /// Files by path.
    pub fn new<P: AsRef<[u8]>, B: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, B)>) -> Self {
        let files =
            files.into_iter().filter_map(|(path, bytes)| Some((RepoPath::parse(path).ok()?, bytes.into())));
        Self { files: files.collect() }
    }

    fn entries(&self, directory: &RepoPath) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        // With a slash behind it: `a/b` stands behind `a-b`, and all that is in `a` stands together.
        for (path, _) in self.files.range(directory.child(b"")..) {
            let Some(rest) = path.relative_to(directory) else { break };
            let mut parts = rest.splitn(2, |b| *b == b'/');
            let name = parts.next().unwrap_or_default();
            let kind = if parts.next().is_some() { EntryKind::Directory } else { EntryKind::File };
            if entries.last().is_none_or(|last| last.name != name) {
                entries.push(Entry { name: name.to_vec(), kind });
            }
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        entries.dedup();
        entries
    }

    fn walk_from(&self, directory: &RepoPath, visit: &mut dyn FnMut(&RepoPath, &[Entry]) -> Walk) {
        let entries = self.entries(directory);
        if visit(directory, &entries) == Walk::Skip {
            return;
        }
        for entry in entries.iter().filter(|entry| entry.kind == EntryKind::Directory) {
            self.walk_from(&directory.child(&entry.name), visit);
        }
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.files.get(path).cloned())
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[Entry]) -> Walk) -> Result<(), ReadError> {
        self.walk_from(&RepoPath::root(), visit);
        Ok(())
    }
}
