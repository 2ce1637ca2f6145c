//! Repositories whose trees are remembered from run to run.

use super::own_directories::common_directory;
use super::tree_index::TreeIndex;
use super::{GitRepository, IndexUse};

impl GitRepository {
    /// Remembers what is found in trees in files of the directory `nestling` in the git directory, so that the next run reads those
    /// alone that are new. The answers are the same with and without it.
    ///
    /// Anyone who can write there can change what is found. An index that another user than the repository's owner has written, or can
    /// write, is not read; the caller decides where even the owner is not to be trusted, as on a runner that several projects share.
    /// A partial clone that may fetch has no index.
    #[must_use]
    pub fn indexed(mut self) -> Self {
        let shared = common_directory(self.git_dir());
        self.index = Some(TreeIndex::new(shared.as_deref().unwrap_or(self.git_dir())));
        self
    }

    /// Returns the use that was made of the index; `None` without one.
    pub fn index_use(&self) -> Option<IndexUse> {
        self.index.as_ref().map(TreeIndex::used)
    }

    /// Returns why the index is not used, or could not be written, in words for a message.
    pub fn index_problem(&self) -> Option<String> {
        let index = self.index.as_ref()?;
        if self.objects().fetches() {
            return Some("not used in a partial clone".to_owned());
        }
        index.problem().map(|problem| format!("not written: {problem}"))
    }
}
