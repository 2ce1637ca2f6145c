//! The objects of a partial clone: what it lacks, its remote has promised to give (<https://git-scm.com/docs/partial-clone>).

use super::GitError;
use super::command::Git;
use super::fetch::fetch_objects;
use super::id::{ObjectId, Prefix};
use super::object::{Object, ObjectSource};
use std::cell::Cell;
use std::time::Duration;

/// Objects of which those that are not here are fetched. Commits always are here.
pub(super) struct PartialClone {
    inner: Box<dyn ObjectSource>,
    git: Git,
    remote: String,
    time_limit: Duration,
    /// After one failure nothing more is tried: each try may take all of its time.
    gave_up: Cell<bool>,
}

impl PartialClone {
    /// Objects of a clone whose promisor is `remote`, with this much time for each fetch.
    pub(super) fn new(inner: Box<dyn ObjectSource>, git: Git, remote: String, time_limit: Duration) -> Self {
        Self { inner, git, remote, time_limit, gave_up: Cell::new(false) }
    }

    fn fetch(&self, objects: &[ObjectId]) -> Result<(), GitError> {
        let Some(first) = objects.first() else { return Ok(()) };
        let fetched = fetch_objects(&self.git, &self.remote, objects, self.time_limit);
        self.inner.refresh();
        fetched.map_err(|error| {
            self.gave_up.set(true);
            GitError::Missing { what: "object", id: first.to_string(), fetch: Some(Box::new(error)) }
        })
    }
}

impl ObjectSource for PartialClone {
    fn read(&self, id: &ObjectId) -> Result<Option<Object>, GitError> {
        match self.inner.read(id)? {
            None if self.fetches() => {
                self.fetch(&[*id])?;
                self.inner.read(id)
            }
            object => Ok(object),
        }
    }

    fn read_local(&self, id: &ObjectId) -> Result<Option<Object>, GitError> {
        self.inner.read_local(id)
    }

    fn contains(&self, id: &ObjectId) -> bool {
        self.inner.contains(id)
    }

    fn with_prefix(&self, prefix: &Prefix, ids: &mut Vec<ObjectId>) {
        self.inner.with_prefix(prefix, ids);
    }

    fn refresh(&self) {
        self.inner.refresh();
    }

    fn fetches(&self) -> bool {
        !self.gave_up.get()
    }

    fn prefetch(&self, blobs: &[ObjectId]) -> Result<(), GitError> {
        if !self.fetches() {
            return Ok(());
        }
        let missing: Vec<ObjectId> = blobs.iter().filter(|id| !self.inner.contains(id)).copied().collect();
        self.fetch(&missing)
    }
}
