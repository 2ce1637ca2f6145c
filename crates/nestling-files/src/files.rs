//! Sources of files: a commit's tree, the work tree, a directory, or memory. Everything above reads through this.

mod query;
mod links;
mod revisions;
mod memory;
mod directory;
mod overlay;

use crate::path::RepoPath;

pub use directory::DirectoryFiles;
pub use links::{LinkError, Links, Resolved, resolve_links, resolve_links_with};
pub use memory::MemoryFiles;
pub use overlay::Overlay;
pub use query::{FileQuery, FileVisitor, find_by_walking};
pub use revisions::{NoRevisions, Revision, RevisionError, Revisions};

/// An entry of a directory.
///
/// [`Files`] has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// The last component of its path.
    pub name: Vec<u8>,
    /// Its type.
    pub kind: EntryKind,
}

/// Type of an entry.
///
/// [`Files`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file, executable or not.
    File,
    /// A directory.
    Directory,
    /// A symbolic link; only [`Links`] follows it.
    Symlink,
    /// A submodule; never entered.
    Submodule,
}

/// Decides whether a walk continues below a directory.
///
/// [`Files`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walk {
    /// Visit the subdirectories too.
    Descend,
    /// Leave them out.
    Skip,
}

/// A file could not be read, or a directory could not be listed.
///
/// ```
/// use nestling_files::files::ReadError;
/// use nestling_files::path::RepoPath;
///
/// let source = std::io::Error::other("permission denied");
/// let error = ReadError { path: RepoPath::parse("api/main.rs")?, source: Box::new(source) };
/// assert_eq!(error.to_string(), "cannot read `api/main.rs`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{path}`")]
pub struct ReadError {
    /// The file or the directory.
    pub path: RepoPath,
    /// The cause.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// The files of a repository in one state: at a commit, or in the work tree as it is now.
///
/// ```
/// use nestling_files::files::{EntryKind, Files, MemoryFiles, ReadError, Walk};
///
/// /// Counts the files below the root, without those of hidden directories.
/// fn count(files: &dyn Files) -> Result<usize, ReadError> {
///     let mut count = 0;
///     files.walk(&mut |directory, entries| {
///         if directory.file_name().starts_with(b".") {
///             return Walk::Skip;
///         }
///         count += entries.iter().filter(|entry| entry.kind == EntryKind::File).count();
///         Walk::Descend
///     })?;
///     Ok(count)
/// }
///
/// let files = MemoryFiles::new([("a/x", ""), ("a/b/y", ""), (".git/config", "")]);
/// assert_eq!(count(&files)?, 2);
/// # Ok::<(), ReadError>(())
/// ```
pub trait Files {
    /// Reads a regular file; `None` where there is none (nothing, a directory, a link, a submodule).
    ///
    /// # Errors
    /// The object or the file is there and cannot be read.
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError>;

    /// Reads the target of a symbolic link as it is written; `None` where there is none.
    ///
    /// # Errors
    /// The link is there and cannot be read.
    fn read_link(&self, _path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(None)
    }

    /// Visits directories from the root down, in byte order of their paths, with their entries sorted by name.
    ///
    /// # Errors
    /// A directory cannot be listed.
    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError>;

    /// Visits the directories from the root down to one, and those in it, as [`Files::walk`] does. The directories beside them are
    /// not visited, and where a commit or a disk is read not even listed.
    ///
    /// # Errors
    /// A directory cannot be listed.
    fn walk_to(
        &self,
        target: &RepoPath,
        visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk,
    ) -> Result<(), ReadError> {
        self.walk(&mut |directory, entries| {
            if is_on_way(directory, target) { visit(directory, entries) } else { Walk::Skip }
        })
    }

    /// Finds files by their names in all directories, each directory before those below it. Where a commit is read, this
    /// costs far less than [`Files::walk`].
    ///
    /// # Errors
    /// A directory cannot be listed, or a file that is looked for cannot be read.
    fn find(&self, query: &FileQuery<'_>, visitor: &mut dyn FileVisitor) -> Result<(), ReadError> {
        find_by_walking(self, query, visitor)
    }
}

/// Returns `true` if [`Files::walk_to`] visits a directory: the target, one above it, or one in it.
///
/// ```
/// use nestling_files::files::is_on_way;
/// use nestling_files::path::RepoPath;
///
/// let target = RepoPath::parse("a/b")?;
/// let is_visited = |path: &str| RepoPath::parse(path).is_ok_and(|path| is_on_way(&path, &target));
/// assert!(["", "a", "a/b", "a/b/c"].into_iter().all(is_visited));
/// assert!(!is_visited("a/c"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn is_on_way(directory: &RepoPath, target: &RepoPath) -> bool {
    directory.is_in(target) || target.is_in(directory)
}

impl<F: Files + ?Sized> Files for &F {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        (**self).read(path)
    }

    fn read_link(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        (**self).read_link(path)
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
        (**self).walk(visit)
    }

    fn walk_to(
        &self,
        target: &RepoPath,
        visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk,
    ) -> Result<(), ReadError> {
        (**self).walk_to(target, visit)
    }

    fn find(&self, query: &FileQuery<'_>, visitor: &mut dyn FileVisitor) -> Result<(), ReadError> {
        (**self).find(query, visitor)
    }
}

impl<F: Files + ?Sized> Files for Box<F> {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        (**self).read(path)
    }

    fn read_link(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        (**self).read_link(path)
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
        (**self).walk(visit)
    }

    fn walk_to(
        &self,
        target: &RepoPath,
        visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk,
    ) -> Result<(), ReadError> {
        (**self).walk_to(target, visit)
    }

    fn find(&self, query: &FileQuery<'_>, visitor: &mut dyn FileVisitor) -> Result<(), ReadError> {
        (**self).find(query, visitor)
    }
}
