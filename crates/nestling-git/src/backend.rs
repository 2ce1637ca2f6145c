//! A repository apart from its objects: references, configuration, the index and the work tree. libgit2 reads it, or
//! the system's git where libgit2 does not know the kind of the repository.

use super::bounded;
use super::id::{ObjectId, ObjectIds};
use super::object::ObjectSource;
use super::{Change, GitError, TreeId};
use nestling_files::path::RepoPath;
use std::path::PathBuf;

/// Reads what a repository holds beside its objects.
pub(super) trait Backend {
    /// Looks up references by their full names, and files such as `HEAD` by theirs. Returns those that exist, each with the
    /// object that it points to, in the order of the names.
    fn references(&self, names: &[String]) -> Result<Vec<(String, ObjectId)>, GitError>;

    /// Lists the tags, without `refs/tags/`, each with the object that it points to.
    fn tags(&self) -> Result<Vec<(String, ObjectId)>, GitError>;

    /// Returns the full name of the reference that a symbolic one points to.
    fn symbolic_target(&self, name: &str) -> Option<String>;

    /// Returns the commits whose parents were cut off; there are some in a shallow clone only.
    fn cut_off(&self) -> Result<ObjectIds, GitError>;

    /// Returns the remote that has promised what a partial clone lacks.
    fn promisor(&self) -> Option<String>;

    /// Returns a value of git's configuration, such as that of `remote.origin.url`.
    fn setting(&self, key: &str) -> Option<String>;

    /// Compares a tree with the files on disk.
    fn work_changes(
        &self,
        objects: &dyn ObjectSource,
        base: Option<&TreeId>,
    ) -> Result<Vec<Change>, GitError>;

    /// Compares some paths and what is below them; `None` where that cannot be asked, or fails.
    fn work_changes_in(
        &self,
        _objects: &dyn ObjectSource,
        _base: Option<&TreeId>,
        _paths: &[RepoPath],
    ) -> Option<Vec<Change>> {
        None
    }

    /// Lists the paths in the index, in byte order.
    fn tracked(&self) -> Result<Vec<Vec<u8>>, GitError>;

    /// Lists the files in the index that a sparse checkout leaves out, in byte order of their paths; none without one.
    fn left_out(&self) -> Result<Vec<LeftOutFile>, GitError>;

    /// Returns the file with the user's own ignore patterns (`core.excludesFile`), if one is configured.
    fn excludes_file(&self) -> Option<PathBuf>;
}

/// A file in the index that is not on disk, since a sparse checkout leaves it out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LeftOutFile {
    /// Its path.
    pub path: RepoPath,
    /// Set for a symbolic link.
    pub is_link: bool,
    /// Its content in the index.
    pub blob: ObjectId,
}

/// Reads the file that lists the commits whose parents were cut off (<https://git-scm.com/docs/shallow>).
pub(super) fn read_shallow_file(path: &std::path::Path) -> Result<ObjectIds, GitError> {
    match bounded::read(path, bounded::SHALLOW) {
        Ok(text) => Ok(String::from_utf8_lossy(&text)
            .lines()
            .filter_map(|line| ObjectId::from_hex(line.trim()))
            .collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(ObjectIds::default()),
        Err(error) => Err(GitError::Read { what: "list of cut-off commits", source: error.into() }),
    }
}
