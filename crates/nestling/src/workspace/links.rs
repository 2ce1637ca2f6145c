//! The symbolic links of a repository.

use super::stated::INSTALLED;
use nestling_files::files::{Files, LinkError, ReadError, Resolved, resolve_links_with};
use nestling_files::path::RepoPath;
use std::collections::BTreeMap;

/// All symbolic links, by their paths.
pub(crate) struct Links<'f> {
    /// With their targets as written. Those in directories of installed packages are missing.
    targets: BTreeMap<RepoPath, Vec<u8>>,
    files: &'f dyn Files,
}

impl<'f> Links<'f> {
    pub(super) fn new(targets: BTreeMap<RepoPath, Vec<u8>>, files: &'f dyn Files) -> Self {
        Self { targets, files }
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &RepoPath> {
        self.targets.keys()
    }

    /// Returns the links in a directory, at any depth.
    pub(super) fn below(&self, directory: &RepoPath) -> impl Iterator<Item = &RepoPath> {
        // Names such as `a-b` lie between `a` and what is below it.
        let from = self.targets.range(directory.clone()..).map(|(link, _)| link);
        let directory = directory.clone();
        let start = directory.as_bytes().to_vec();
        from.take_while(move |link| link.as_bytes().starts_with(&start))
            .filter(move |link| link.is_in(&directory) && **link != directory)
    }

    /// Follows a link.
    pub(super) fn resolve(&self, link: &RepoPath) -> Result<Result<Resolved, LinkError>, ReadError> {
        let is_installed =
            |path: &RepoPath| path.as_bytes().split(|byte| *byte == b'/').any(|name| name == INSTALLED);
        let read_link = |path: &RepoPath| match self.targets.get(path) {
            Some(target) => Ok(Some(target.clone())),
            None if is_installed(path) => self.files.read_link(path),
            None => Ok(None),
        };
        resolve_links_with(read_link, link)
    }
}
