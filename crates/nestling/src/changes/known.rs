//! A comparison that several kinds of pipelines of one head ask for.

use nestling_git::{Change, CommitId};
use std::cell::RefCell;

/// The paths between the last base that was asked for and head, which several kinds of pipelines ask for.
#[derive(Debug, Default)]
pub(crate) struct KnownComparison(RefCell<Option<(CommitId, Vec<Change>)>>);

impl KnownComparison {
    pub(super) fn get(&self, base: &CommitId) -> Option<Vec<Change>> {
        let known = self.0.borrow();
        known.as_ref().filter(|(commit, _)| commit == base).map(|(_, changes)| changes.clone())
    }

    pub(super) fn keep(&self, base: CommitId, changes: Vec<Change>) {
        self.0.replace(Some((base, changes)));
    }
}
