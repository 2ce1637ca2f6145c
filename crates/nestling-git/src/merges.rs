//! The merges of a branch: the commits on its first-parent line, each with the commit before it.

use super::id::ObjectIds;
use super::object::ObjectSource;
use super::{CommitId, GitError};

/// A commit on the first-parent line of a branch: a merge, or a commit that was pushed, rebased or squashed onto it.
///
/// [`GitRepository::merges`](crate::GitRepository::merges) has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Merge {
    /// The commit.
    pub commit: CommitId,
    /// The commit before it on the line, its first parent. What differs between the two is what came with the merge.
    pub before: CommitId,
    /// The tip of the branch that was merged; `None` for a commit with one parent.
    pub merged: Option<CommitId>,
    /// The first line of its message. Bytes that are not UTF-8 are U+FFFD.
    pub subject: String,
    /// Seconds since 1970 by the committer's clock.
    pub time: i64,
}

/// The newest merges of a branch.
///
/// [`GitRepository::merges`](crate::GitRepository::merges) has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Merges {
    /// The merges, the newest first. The commit before each is the next one's commit.
    pub merges: Vec<Merge>,
    /// The reason why there are no more.
    pub end: MergesEnd,
}

/// The reason why a walk over merges ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergesEnd {
    /// As many were found as were asked for.
    Limit,
    /// The line begins there: with a commit that has no parent.
    Root,
    /// The history of the clone is cut off there.
    CutOff,
}

/// Lists the commits from `head` along first parents, those without a parent left out.
pub(super) fn merges(
    objects: &dyn ObjectSource,
    cut_off: &ObjectIds,
    head: &CommitId,
    limit: usize,
) -> Result<Merges, GitError> {
    let mut merges = Vec::new();
    let mut commit = *head;
    let end = loop {
        if merges.len() >= limit {
            break MergesEnd::Limit;
        }
        if cut_off.contains(&commit.0) {
            break MergesEnd::CutOff;
        }
        let (read, subject) = objects.commit_with_subject(&commit)?;
        let Some(before) = read.parents.first().copied() else { break MergesEnd::Root };
        let merged = read.parents.get(1).copied();
        merges.push(Merge { commit, before, merged, subject, time: read.time });
        commit = before;
    };
    Ok(Merges { merges, end })
}
