//! Walks over commits: the best common ancestor, the nearest tag, how deep a clone is. As git does them, so that the answers
//! are git's.

use super::commit::Commit;
use super::id::{IdHasher, ObjectIds};
use super::object::ObjectSource;
use super::{CommitId, GitError};
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::hash::BuildHasherDefault;
use std::rc::Rc;

/// Extent of the history in a clone.
///
/// The example of [the crate](crate) asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// All of it.
    Complete,
    /// It was cut off, as `GIT_DEPTH` does (<https://docs.gitlab.com/ci/runners/configure_runners/#shallow-cloning>).
    Shallow {
        /// Number of commits from the one that was asked about on, along first parents.
        commits: usize,
    },
}

/// The best common ancestor of two commits.
///
/// The example of [the crate](crate) finds one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergeBase {
    /// This one. Where there are several, the one that `git merge-base` names.
    Found(CommitId),
    /// The histories are unrelated.
    Unrelated,
    /// The history is cut off before the answer is certain.
    HistoryTooShort,
}

type ByCommit<T> = HashMap<CommitId, T, BuildHasherDefault<IdHasher>>;

/// The commits of a clone.
pub(super) struct Commits<'r> {
    objects: &'r dyn ObjectSource,
    /// Commits whose parents were cut off.
    cut_off: &'r ObjectIds,
    read: RefCell<ByCommit<Rc<Commit>>>,
}

impl<'r> Commits<'r> {
    /// The commits among these objects, where those that are cut off have no parents.
    pub(super) fn new(objects: &'r dyn ObjectSource, cut_off: &'r ObjectIds) -> Self {
        Self { objects, cut_off, read: RefCell::default() }
    }

    fn commit(&self, id: &CommitId) -> Result<Rc<Commit>, GitError> {
        if let Some(commit) = self.read.borrow().get(id) {
            return Ok(Rc::clone(commit));
        }
        let mut commit = self.objects.commit(id)?;
        if self.cut_off.contains(&id.0) {
            commit.parents.clear();
        }
        let commit = Rc::new(commit);
        self.read.borrow_mut().insert(*id, Rc::clone(&commit));
        Ok(commit)
    }

    /// Counts the commits from one to where the history ends, along first parents.
    pub(super) fn depth(&self, from: &CommitId) -> Result<usize, GitError> {
        let mut depth = 1;
        let mut commit = self.commit(from)?;
        while let Some(parent) = commit.parents.first() {
            commit = self.commit(parent)?;
            depth += 1;
        }
        Ok(depth)
    }

    /// Lists the commits from one along first parents, it and the other included; `None` if the walk does not come to the other
    /// within this many commits.
    pub(super) fn first_parents(
        &self,
        from: &CommitId,
        to: &CommitId,
        limit: usize,
    ) -> Result<Option<Vec<CommitId>>, GitError> {
        let mut line = vec![*from];
        let mut last = *from;
        while last != *to {
            let Some(parent) = self.commit(&last)?.parents.first().copied() else { return Ok(None) };
            if line.len() >= limit {
                return Ok(None);
            }
            line.push(parent);
            last = parent;
        }
        Ok(Some(line))
    }

    /// Finds the best common ancestor: where there are several, the one that `git merge-base` prints.
    pub(super) fn merge_base(&self, left: &CommitId, right: &CommitId) -> Result<MergeBase, GitError> {
        let is_shallow = !self.cut_off.is_empty();
        let base = match self.merge_bases(left, right) {
            Ok(bases) => bases.first().copied(),
            // A shallow clone can lack commits beyond its boundary, and what a tag from there points to.
            Err(GitError::Missing { .. }) if is_shallow => None,
            Err(error) => return Err(error),
        };
        match base {
            Some(base) if is_shallow && !self.is_certain([left, right], &base)? => {
                Ok(MergeBase::HistoryTooShort)
            }
            Some(base) => Ok(MergeBase::Found(base)),
            None if is_shallow => Ok(MergeBase::HistoryTooShort),
            None => Ok(MergeBase::Unrelated),
        }
    }

    /// Returns `true` if all commits from two down to `base` are here with their parents. Then whatever was cut off is older
    /// than `base`, and cannot contain a better common ancestor.
    fn is_certain(&self, tips: [&CommitId; 2], base: &CommitId) -> Result<bool, GitError> {
        let below = self.reachable(&[*base], &HashSet::default())?;
        let above = self.reachable(&[*tips[0], *tips[1]], &below)?;
        Ok(above.iter().all(|commit| !self.cut_off.contains(&commit.0)))
    }

    /// Collects the commits that can be reached from some, except those in `without` and their ancestors.
    fn reachable(
        &self,
        from: &[CommitId],
        without: &HashSet<CommitId, BuildHasherDefault<IdHasher>>,
    ) -> Result<HashSet<CommitId, BuildHasherDefault<IdHasher>>, GitError> {
        let mut reached = HashSet::default();
        let mut open = from.to_vec();
        while let Some(id) = open.pop() {
            if without.contains(&id) || !reached.insert(id) {
                continue;
            }
            open.extend(&self.commit(&id)?.parents);
        }
        Ok(reached)
    }

    /// The common ancestors that are no ancestors of others, newest first.
    fn merge_bases(&self, left: &CommitId, right: &CommitId) -> Result<Vec<CommitId>, GitError> {
        if left == right {
            return Ok(vec![*left]);
        }
        let mut candidates = self.paint(left, &[*right])?.common;
        if candidates.len() > 1 {
            let mut best = Vec::new();
            for (position, candidate) in candidates.iter().enumerate() {
                if !self.is_redundant(position, candidate, &candidates)? {
                    best.push(*candidate);
                }
            }
            candidates = best;
        }
        self.sort_newest_first(&mut candidates)?;
        Ok(candidates)
    }

    /// Returns `true` if a commit is an ancestor of another one of them.
    fn is_redundant(&self, position: usize, commit: &CommitId, all: &[CommitId]) -> Result<bool, GitError> {
        let mut others = all.to_vec();
        others.remove(position);
        Ok(self.paint(commit, &others)?.is_below_others(commit))
    }

    /// Sorts by time; among commits of one second the order stays.
    fn sort_newest_first(&self, commits: &mut [CommitId]) -> Result<(), GitError> {
        let mut times: ByCommit<i64> = HashMap::default();
        for id in &*commits {
            times.insert(*id, self.commit(id)?.time);
        }
        commits.sort_by_key(|id| Reverse(times.get(id).copied()));
        Ok(())
    }

    /// Walks down from `first` and from `others`, newest commits first, until nothing but ancestors of common ancestors is left
    /// to look at. Git calls this `paint_down_to_common`.
    fn paint(&self, first: &CommitId, others: &[CommitId]) -> Result<Painted, GitError> {
        let mut painted = Painted::default();
        painted.add(*first, FIRST, self.commit(first)?.time);
        for other in others {
            painted.add(*other, OTHERS, self.commit(other)?.time);
        }
        while let Some(id) = painted.next() {
            let mut paint = painted.paint(&id);
            if paint & BOTH == BOTH && paint & STALE == 0 {
                painted.add_common(id);
                paint |= STALE;
            }
            for parent in &self.commit(&id)?.parents {
                if painted.paint(parent) & paint != paint {
                    painted.add(*parent, paint, self.commit(parent)?.time);
                }
            }
        }
        painted.drop_stale();
        self.sort_newest_first(&mut painted.common)?;
        Ok(painted)
    }

    /// Finds the first commit that has one of these tags, from newer to older and each commit before its parents, beginning
    /// with the parents of `head`.
    pub(super) fn nearest_tag(
        &self,
        head: &CommitId,
        tags: &HashMap<CommitId, String>,
    ) -> Result<Option<(String, CommitId)>, GitError> {
        if tags.is_empty() {
            return Ok(None);
        }
        let mut children = self.count_children(head)?;
        let mut queue = Queue::default();
        queue.push(*head, self.commit(head)?.time);
        while let Some(id) = queue.pop() {
            if let Some(name) = tags.get(&id).filter(|_| id != *head) {
                return Ok(Some((name.clone(), id)));
            }
            for parent in &self.commit(&id)?.parents {
                let Some(count) = children.get_mut(parent) else { continue };
                *count -= 1;
                if *count == 0 {
                    queue.push(*parent, self.commit(parent)?.time);
                }
            }
        }
        Ok(None)
    }

    /// Counts the children of each ancestor.
    fn count_children(&self, head: &CommitId) -> Result<ByCommit<usize>, GitError> {
        let mut children: ByCommit<usize> = HashMap::default();
        let mut open = vec![*head];
        while let Some(id) = open.pop() {
            for parent in &self.commit(&id)?.parents {
                let count = children.entry(*parent).or_insert(0);
                *count += 1;
                if *count == 1 {
                    open.push(*parent);
                }
            }
        }
        Ok(children)
    }
}

/// Marks of a commit: it can be reached from the first one, and from one of the others.
const FIRST: u8 = 1;
const OTHERS: u8 = 2;
const BOTH: u8 = FIRST | OTHERS;
/// It is an ancestor of a common ancestor.
const STALE: u8 = 4;

/// Visited commits of a walk from two sides.
#[derive(Default)]
struct Painted {
    paint: ByCommit<u8>,
    queue: Queue,
    /// Number of times that each commit is in the queue, and number of entries that are not stale.
    queued: ByCommit<usize>,
    fresh: usize,
    common: Vec<CommitId>,
}

impl Painted {
    fn paint(&self, commit: &CommitId) -> u8 {
        self.paint.get(commit).copied().unwrap_or(0)
    }

    /// Paints a commit and puts it into the queue.
    fn add(&mut self, commit: CommitId, paint: u8, time: i64) {
        self.repaint(commit, paint);
        *self.queued.entry(commit).or_insert(0) += 1;
        if self.paint(&commit) & STALE == 0 {
            self.fresh += 1;
        }
        self.queue.push(commit, time);
    }

    fn repaint(&mut self, commit: CommitId, paint: u8) {
        let was_fresh = self.paint(&commit) & STALE == 0;
        *self.paint.entry(commit).or_insert(0) |= paint;
        if was_fresh && paint & STALE != 0 {
            self.fresh -= self.queued.get(&commit).copied().unwrap_or(0);
        }
    }

    /// Takes the next commit; `None` once all that are left are stale.
    fn next(&mut self) -> Option<CommitId> {
        if self.fresh == 0 {
            return None;
        }
        let commit = self.queue.pop()?;
        if let Some(count) = self.queued.get_mut(&commit) {
            *count -= 1;
        }
        if self.paint(&commit) & STALE == 0 {
            self.fresh -= 1;
        }
        Some(commit)
    }

    fn add_common(&mut self, commit: CommitId) {
        if !self.common.contains(&commit) {
            self.common.push(commit);
        }
    }

    /// Drops common ancestors that turned out to be ancestors of others.
    fn drop_stale(&mut self) {
        let paint = &self.paint;
        self.common.retain(|commit| paint.get(commit).is_some_and(|paint| paint & STALE == 0));
    }

    fn is_below_others(&self, commit: &CommitId) -> bool {
        self.paint(commit) & OTHERS != 0
    }
}

/// Commits by their time, the newest first; among those of one second in the order in which they came.
#[derive(Default)]
struct Queue {
    heap: BinaryHeap<(i64, Reverse<usize>, CommitId)>,
    count: usize,
}

impl Queue {
    fn push(&mut self, commit: CommitId, time: i64) {
        self.heap.push((time, Reverse(self.count), commit));
        self.count += 1;
    }

    fn pop(&mut self) -> Option<CommitId> {
        self.heap.pop().map(|(_, _, commit)| commit)
    }
}
