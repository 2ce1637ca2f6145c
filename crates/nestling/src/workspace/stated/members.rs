//! Members of a workspace of packages, as the globs of its root say.

use super::super::directory_globs::DirectoryGlobs;
use nestling_files::path::RepoPath;

/// Directories that form one workspace of packages with the directory of its root.
pub(super) struct Members {
    /// The directory of the workspace's root, which is a member.
    pub root: RepoPath,
    included: DirectoryGlobs,
    excluded: DirectoryGlobs,
}

impl Members {
    /// Reads the globs of directories below the root. Those that cannot be read match nothing.
    pub(super) fn new<'g>(
        root: &RepoPath,
        included: impl IntoIterator<Item = &'g str>,
        excluded: impl IntoIterator<Item = &'g str>,
    ) -> Option<Self> {
        let included: Vec<_> =
            included.into_iter().filter_map(|glob| DirectoryGlobs::parse(glob).ok()).collect();
        let excluded: Vec<_> =
            excluded.into_iter().filter_map(|glob| DirectoryGlobs::parse(glob).ok()).collect();
        Some(Self {
            root: root.clone(),
            included: DirectoryGlobs::new(&included).ok()?,
            excluded: DirectoryGlobs::new(&excluded).ok()?,
        })
    }

    /// Reads one list, in which a glob with `!` excludes.
    pub(super) fn of_globs(root: &RepoPath, globs: &[String]) -> Option<Self> {
        let included = globs.iter().filter(|glob| !glob.starts_with('!')).map(String::as_str);
        let excluded = globs.iter().filter_map(|glob| glob.strip_prefix('!'));
        Self::new(root, included, excluded)
    }

    /// Returns `true` if a directory is a member.
    pub(super) fn holds(&self, directory: &RepoPath) -> bool {
        let Some(relative) = directory.relative_to(&self.root) else { return false };
        relative.is_empty()
            || (self.included.matches_bytes(relative) && !self.excluded.matches_bytes(relative))
    }
}
