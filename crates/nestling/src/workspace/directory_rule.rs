//! The directories that a rule of the workspace makes units: by globs, by a file that they contain, and with exceptions.

use super::directory_globs::DirectoryGlobs;
use nestling_files::files::FileQuery;
use nestling_files::path::RepoPath;

/// The directories of a rule.
#[derive(Debug, Clone)]
pub(crate) struct DirectoryRule {
    /// Directories that are units by their paths.
    pub included: DirectoryGlobs,
    /// Directories that are none by this rule.
    pub excluded: DirectoryGlobs,
    /// Files that make a unit of the directory that they are in.
    pub markers: Vec<Marker>,
}

/// A file whose directory becomes a unit.
#[derive(Debug, Clone)]
pub(crate) struct Marker {
    /// Its name, in which one `*` stands for anything.
    pub file: String,
    /// The directories in which it counts; `None` for all but the root.
    pub within: Option<DirectoryGlobs>,
}

impl DirectoryRule {
    /// Returns the largest number of components of a directory that globs match.
    pub(crate) fn depth(&self) -> usize {
        self.included.depth()
    }

    /// Returns `true` if a glob matches a directory, and none excludes it.
    pub(crate) fn matches(&self, directory: &RepoPath) -> bool {
        self.included.matches(directory) && !self.excluded.matches(directory)
    }

    /// Returns `true` if a glob excludes a directory that another one matches.
    pub(crate) fn excludes(&self, directory: &RepoPath) -> bool {
        self.included.matches(directory) && self.excluded.matches(directory)
    }

    /// Returns `true` if a file makes a unit of the directory that it is in, unless a glob excludes that.
    pub(crate) fn is_marked(&self, directory: &RepoPath, file_name: &[u8]) -> bool {
        self.markers.iter().any(|marker| marker.marks(directory, file_name))
    }
}

impl Marker {
    /// Returns `true` if a file of this name in this directory is such a file.
    pub(crate) fn marks(&self, directory: &RepoPath, file_name: &[u8]) -> bool {
        let is_within = match &self.within {
            Some(globs) => globs.matches(directory),
            None => !directory.is_root(),
        };
        is_within && self.names(file_name)
    }

    /// Returns `true` for the name of such a file.
    pub(crate) fn names(&self, file_name: &[u8]) -> bool {
        let query = FileQuery { collect: &[self.file.as_bytes()], ..FileQuery::new(b"") };
        query.collected_as(file_name).is_some()
    }
}
