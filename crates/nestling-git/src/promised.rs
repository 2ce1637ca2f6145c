//! A partial clone: what it lacks, its remote has promised to give
//! (<https://git-scm.com/docs/partial-clone>).

use super::back::Back;
use super::command::Git;
use super::fetch::fetch_objects;
use super::id::ObjectId;
use super::{Change, CommitId, GitError, MergeBase, TreeId};
use nestling_files::path::RepoPath;
use std::cell::{Cell, OnceCell};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

/// A back that fetches trees and files which a partial clone lacks. Commits are never fetched here.
pub(super) struct Promised {
    inner: Box<dyn Back>,
    git: Git,
    timeout: Duration,
    remote: OnceCell<Option<String>>,
    /// After one failure nothing more is tried: each try may take all of its time.
    gave_up: Cell<bool>,
}

impl Promised {
    pub(super) fn new(inner: Box<dyn Back>, git: Git, timeout: Duration) -> Self {
        Self { inner, git, timeout, remote: OnceCell::new(), gave_up: Cell::new(false) }
    }

    fn remote(&self) -> Option<&str> {
        self.remote.get_or_init(|| self.inner.promisor()).as_deref().filter(|_| !self.gave_up.get())
    }

    fn fetch(&self, what: &'static str, objects: &[ObjectId]) -> Result<(), GitError> {
        let Some((remote, first)) = self.remote().zip(objects.first()) else { return Ok(()) };
        let fetched = fetch_objects(&self.git, remote, objects, self.timeout);
        fetched.map_err(|source| {
            self.gave_up.set(true);
            GitError::Object { what, id: first.to_string(), source: source.into() }
        })
    }

    /// Reads an object; where that fails in a partial clone, fetches it and reads it again.
    fn read<T>(
        &self,
        what: &'static str,
        id: &ObjectId,
        read: impl Fn() -> Result<T, GitError>,
    ) -> Result<T, GitError> {
        match read() {
            Err(error @ GitError::Object { .. }) if self.remote().is_none() => Err(error),
            Err(GitError::Object { .. }) => {
                self.fetch(what, &[*id])?;
                read()
            }
            other => other,
        }
    }
}

impl Back for Promised {
    fn references(&self, names: &[String]) -> Result<Vec<(String, ObjectId)>, GitError> {
        self.inner.references(names)
    }

    fn resolve(&self, revision: &str) -> Result<Option<CommitId>, GitError> {
        self.inner.resolve(revision)
    }

    fn tree_of(&self, commit: &CommitId) -> Result<TreeId, GitError> {
        self.inner.tree_of(commit)
    }

    fn tree(&self, id: &TreeId) -> Result<Rc<[u8]>, GitError> {
        self.read("tree", &id.0, || self.inner.tree(id))
    }

    fn blob(&self, id: &ObjectId) -> Result<Vec<u8>, GitError> {
        self.read("blob", id, || self.inner.blob(id))
    }

    fn has(&self, id: &ObjectId) -> bool {
        self.inner.has(id)
    }

    fn promisor(&self) -> Option<String> {
        self.remote().map(str::to_owned)
    }

    fn promises(&self) -> bool {
        self.remote().is_some()
    }

    fn prefetch(&self, blobs: &[ObjectId]) -> Result<(), GitError> {
        let missing: Vec<ObjectId> = blobs.iter().filter(|id| !self.inner.has(id)).copied().collect();
        self.fetch("blob", &missing)
    }

    fn is_shallow(&self) -> bool {
        self.inner.is_shallow()
    }

    fn depth(&self, from: &CommitId) -> Option<usize> {
        self.inner.depth(from)
    }

    fn current_branch(&self) -> Option<String> {
        self.inner.current_branch()
    }

    fn default_branch(&self) -> Option<String> {
        self.inner.default_branch()
    }

    fn merge_base(&self, one: &CommitId, other: &CommitId) -> Result<MergeBase, GitError> {
        self.inner.merge_base(one, other)
    }

    fn nearest_tag(
        &self,
        head: &CommitId,
        matches: &dyn Fn(&str) -> bool,
    ) -> Result<Option<(String, CommitId)>, GitError> {
        self.inner.nearest_tag(head, matches)
    }

    fn work_changes(&self, base: Option<&TreeId>) -> Result<Vec<Change>, GitError> {
        if let Some(base) = base {
            self.tree(base)?;
        }
        self.inner.work_changes(base)
    }

    fn work_changes_in(&self, base: Option<&TreeId>, paths: &[RepoPath]) -> Option<Vec<Change>> {
        self.inner.work_changes_in(base, paths)
    }

    fn tracked(&self) -> Result<Vec<Vec<u8>>, GitError> {
        self.inner.tracked()
    }

    fn excludes_file(&self) -> Option<PathBuf> {
        self.inner.excludes_file()
    }
}
