//! What is asked of whoever reads the repository. Everything else is built on these few questions.

use super::id::ObjectId;
use super::{Change, CommitId, GitError, MergeBase, TreeId};
use nestling_files::path::RepoPath;
use std::rc::Rc;

pub(super) trait Back {
    /// The references of these full names that exist, each with the object that it points to, in the order of the names.
    fn references(&self, names: &[String]) -> Result<Vec<(String, ObjectId)>, GitError>;
    /// The commit that a revision names by git's own rules: tags win over branches.
    fn resolve(&self, revision: &str) -> Result<Option<CommitId>, GitError>;
    /// The tree of a commit.
    fn tree_of(&self, commit: &CommitId) -> Result<TreeId, GitError>;
    /// A tree as git stores it.
    fn tree(&self, id: &TreeId) -> Result<Rc<[u8]>, GitError>;
    /// The content of a file or the target of a link.
    fn blob(&self, id: &ObjectId) -> Result<Vec<u8>, GitError>;
    /// Whether an object is here.
    fn has(&self, id: &ObjectId) -> bool;
    /// The remote that has promised what a partial clone lacks.
    fn promisor(&self) -> Option<String>;
    /// Whether files that are not here can be had with [`Back::prefetch`].
    fn promises(&self) -> bool {
        false
    }
    /// Gets files that are about to be read, where that can be done for many at once.
    fn prefetch(&self, _blobs: &[ObjectId]) -> Result<(), GitError> {
        Ok(())
    }
    /// How many commits there are on the way from one to where the history ends, along first parents.
    fn depth(&self, from: &CommitId) -> Option<usize>;
    /// Whether the history is cut off.
    fn is_shallow(&self) -> bool;
    /// The name of the branch that `HEAD` points to.
    fn current_branch(&self) -> Option<String>;
    /// The name of the branch that `origin/HEAD` points to.
    fn default_branch(&self) -> Option<String>;
    /// The best common ancestor, if it is certain.
    fn merge_base(&self, one: &CommitId, other: &CommitId) -> Result<MergeBase, GitError>;
    /// The first tagged commit on the way down from the parents of `head`.
    fn nearest_tag(
        &self,
        head: &CommitId,
        matches: &dyn Fn(&str) -> bool,
    ) -> Result<Option<(String, CommitId)>, GitError>;
    /// What differs between a tree and the files on disk.
    fn work_changes(&self, base: Option<&TreeId>) -> Result<Vec<Change>, GitError>;
    /// The same for some paths and what is below them; `None` where that cannot be asked, or fails.
    fn work_changes_in(&self, _base: Option<&TreeId>, _paths: &[RepoPath]) -> Option<Vec<Change>> {
        None
    }
    /// The paths in the index, in byte order.
    fn tracked(&self) -> Result<Vec<Vec<u8>>, GitError>;
    /// The file with the user's own ignore patterns (`core.excludesFile`), if one is configured.
    fn excludes_file(&self) -> Option<std::path::PathBuf>;
}
