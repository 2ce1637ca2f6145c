//! Repositories whose files on disk are remembered, for a program that watches them.

use super::GitRepository;
use super::own_directories::common_directory;
use super::work_tree_cache::WorkTreeCache;
use nestling_files::path::RepoPath;
use std::path::PathBuf;

impl GitRepository {
    /// Returns the directories with what git knows of this work tree: its own, and the one with the references of all work trees.
    pub fn git_directories(&self) -> Vec<PathBuf> {
        let mut directories = vec![self.git_dir().to_owned()];
        directories.extend(common_directory(self.git_dir()));
        directories
    }

    /// Remembers what is on disk from now on. The caller has to report each change there to [`GitRepository::forget`].
    pub fn remember(&mut self) {
        self.cache = Some(WorkTreeCache::default());
    }

    /// Looks at a path again, at what is below it, and at the directory that it is in.
    pub fn forget(&self, path: &RepoPath) {
        if let Some(cache) = &self.cache {
            cache.forget(path);
        }
    }

    /// Looks at everything again.
    pub fn forget_everything(&self) {
        if let Some(cache) = &self.cache {
            cache.forget_everything();
        }
    }
}
