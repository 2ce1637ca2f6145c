//! A repository, read from its objects: commits, trees, blobs, what differs between two trees, and what differs
//! between a tree and the files on disk. The only module that uses git2, and that runs git.
//!
//! Trees are read raw and compared by ourselves: a subtree with the same id on both sides is never opened, names are
//! bytes, and depth is bounded by memory, not by the stack.

mod back;
mod batch;
mod change;
mod command;
mod diff;
mod elsewhere;
mod error;
mod fetch;
mod id;
mod libgit2;
mod memory;
mod open;
mod pack;
mod promised;
mod revision;
mod search;
mod system;
mod system_changes;
mod tree;
mod tree_files;
mod work_changes;
mod work_tree;

pub use change::{Change, Status};
pub use error::GitError;
pub use id::{CommitId, TreeId};
pub use open::Trust;
pub use revision::{Branch, Resolution};
pub use tree_files::TreeFiles;
pub use work_tree::WorkTree;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

use back::Back;
use command::Git;
use memory::Memory;
use nestling_files::path::RepoPath;
use promised::Promised;
use std::path::Path;
use std::time::Duration;

/// A repository that was opened for reading. Made by [`Repository::open`] or [`Repository::discover`].
pub struct Repository {
    back: Box<dyn Back>,
    git: Git,
    /// For a program that is told what changes on disk.
    memory: Option<Memory>,
}

/// How much of the history is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// All of it.
    Complete,
    /// It was cut off, as `GIT_DEPTH` does (<https://docs.gitlab.com/ci/runners/configure_runners/#shallow-cloning>).
    Shallow {
        /// How many commits there are from the one that was asked about on, along first parents.
        commits: usize,
    },
}

/// The best common ancestor of two commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergeBase {
    /// This one. Where there are several, the one that `git merge-base` names.
    Found(CommitId),
    /// The histories are unrelated.
    Unrelated,
    /// The history is cut off before the answer is certain.
    HistoryTooShort,
}

impl Repository {
    /// The directory with the objects and references.
    pub fn git_dir(&self) -> &Path {
        self.git.git_dir()
    }

    /// The root of the work tree; `None` for a bare repository.
    pub fn work_dir(&self) -> Option<&Path> {
        self.git.work_dir()
    }

    /// Resolves a revision as a person writes it: `HEAD`, a branch, a tag, an id, `HEAD~2`.
    ///
    /// Where git would choose a tag over a branch of the same name, the answer is [`Resolution::Ambiguous`]. A name that
    /// no local branch has means the branch of `origin`.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn resolve(&self, revision: &str) -> Result<Resolution, GitError> {
        revision::resolve(self.back.as_ref(), revision)
    }

    /// Returns the commit that is checked out; `None` before the first one.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn head(&self) -> Result<Option<CommitId>, GitError> {
        self.back.resolve("HEAD")
    }

    /// Finds a branch by its name without a remote: that of `origin` first, since the local one may be behind. A tag of the
    /// same name is never taken for it.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn branch(&self, name: &str) -> Result<Option<Branch>, GitError> {
        revision::branch(self.back.as_ref(), name)
    }

    /// Whether the commit and its tree are here.
    pub fn has(&self, commit: &CommitId) -> bool {
        self.tree_of(commit).is_ok_and(|tree| self.back.tree(&tree).is_ok())
    }

    /// The tree of a commit.
    ///
    /// # Errors
    /// The commit is not here.
    pub fn tree_of(&self, commit: &CommitId) -> Result<TreeId, GitError> {
        self.back.tree_of(commit)
    }

    /// How much of a commit's history is there. `HEAD` is never asked: without a checkout it is an older job's.
    pub fn history(&self, of: Option<&CommitId>) -> History {
        if !self.back.is_shallow() {
            return History::Complete;
        }
        History::Shallow { commits: of.and_then(|commit| self.back.depth(commit)).unwrap_or(0) }
    }

    /// Allows that trees and files which a partial clone lacks are fetched, with this much time for each fetch.
    /// Without it, they are missing.
    #[must_use]
    pub fn fetching(self, timeout: Duration) -> Self {
        let git = self.git.clone();
        Self { back: Box::new(Promised::new(self.back, self.git, timeout)), git, memory: self.memory }
    }

    /// Remembers what is on disk from now on. Whoever asks for that has to say what changes there, with
    /// [`Repository::forget`].
    pub fn remember(&mut self) {
        self.memory = Some(Memory::default());
    }

    /// Looks at a path again, at what is below it, and at what its folder holds.
    pub fn forget(&self, path: &RepoPath) {
        if let Some(memory) = &self.memory {
            memory.forget(path);
        }
    }

    /// Looks at everything again.
    pub fn forget_everything(&self) {
        if let Some(memory) = &self.memory {
            memory.forget_everything();
        }
    }

    /// The branch that is checked out, such as `main`; `None` where `HEAD` is detached, as GitLab's runner leaves it.
    pub fn current_branch(&self) -> Option<String> {
        self.back.current_branch()
    }

    /// The branch that the remote's `HEAD` points to, as far as this clone knows.
    pub fn default_branch(&self) -> Option<String> {
        self.back.default_branch()
    }

    /// The best common ancestor of two commits. In a shallow clone an answer is given only where what was cut off
    /// cannot change it.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn merge_base(&self, one: &CommitId, other: &CommitId) -> Result<MergeBase, GitError> {
        self.back.merge_base(one, other)
    }

    /// The nearest tag that `matches`, walking from the parents of `head` from newer to older.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn nearest_tag(
        &self,
        head: &CommitId,
        matches: &dyn Fn(&str) -> bool,
    ) -> Result<Option<(String, CommitId)>, GitError> {
        self.back.nearest_tag(head, matches)
    }

    /// The paths that differ between two trees, in byte order. A tree that is not given is empty.
    ///
    /// # Errors
    /// A tree cannot be read.
    pub fn tree_diff(&self, base: Option<&TreeId>, head: Option<&TreeId>) -> Result<Vec<Change>, GitError> {
        diff::tree_diff(self.back.as_ref(), base, head)
    }

    /// The paths that differ between a tree and the files on disk, in byte order: staged or not, and untracked
    /// files unless they are ignored.
    ///
    /// # Errors
    /// The repository is bare, or the index or a file cannot be read.
    pub fn work_tree_diff(&self, base: Option<&TreeId>) -> Result<Vec<Change>, GitError> {
        match &self.memory {
            Some(memory) => memory.changes(self.back.as_ref(), base),
            None => self.back.work_changes(base),
        }
    }

    /// The files of a commit.
    ///
    /// # Errors
    /// The commit is not here.
    pub fn files_at(&self, commit: &CommitId) -> Result<TreeFiles<'_>, GitError> {
        Ok(TreeFiles::new(self.back.as_ref(), self.tree_of(commit)?))
    }

    /// The files on disk.
    ///
    /// # Errors
    /// The repository is bare.
    pub fn work_tree(&self) -> Result<WorkTree<'_>, GitError> {
        let root = self.work_dir().ok_or_else(|| GitError::Bare { path: self.git_dir().to_owned() })?;
        Ok(WorkTree::new(self.back.as_ref(), root, self.git_dir(), self.memory.as_ref()))
    }

    /// Fetches one commit from the remote `origin` with the system's git and its credentials. A shallow clone gets
    /// that commit without its history; any other gets the history too, so that it does not become shallow.
    ///
    /// # Errors
    /// There is no git, no remote, the remote does not give the commit, or the time is up.
    pub fn fetch_commit(&self, commit: &CommitId, timeout: Duration) -> Result<(), GitError> {
        fetch::fetch_commit(&self.git, commit, self.history(None), timeout)
    }
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Repository({})", self.git_dir().display())
    }
}

#[cfg(test)]
pub(crate) mod tests;
