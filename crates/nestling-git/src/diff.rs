//! Differences between two trees, without opening a subtree that is the same on both sides.

use super::object::ObjectSource;
use super::tree::{self, Mode, TreeEntry};
use super::{Change, GitError, Status, TreeId};
use nestling_files::path::RepoPath;
use std::cmp::Ordering;
use std::rc::Rc;

/// A directory that differs: its path, and its tree on either side.
struct Directory {
    path: RepoPath,
    base: Option<TreeId>,
    head: Option<TreeId>,
}

/// Compares two trees, of which either may be absent, and returns the changes in byte order.
pub(super) fn tree_diff(
    objects: &dyn ObjectSource,
    base: Option<&TreeId>,
    head: Option<&TreeId>,
) -> Result<Vec<Change>, GitError> {
    let mut changes = Vec::new();
    let mut open = Vec::new();
    if base != head {
        open.push(Directory { path: RepoPath::root(), base: base.copied(), head: head.copied() });
    }
    while let Some(Directory { path, base, head }) = open.pop() {
        let (base_raw, head_raw) = (raw(objects, base)?, raw(objects, head)?);
        let base_entries = entries(base, &base_raw)?;
        let head_entries = entries(head, &head_raw)?;
        for_each_difference(&base_entries, &head_entries, |name, old, new| {
            let path = path.child(name);
            if let Some(status) = status(old, new) {
                changes.push(Change { path: path.clone(), status });
            }
            let (base, head) = (subtree(old), subtree(new));
            if base != head {
                open.push(Directory { path, base, head });
            }
        });
    }
    changes.sort_unstable();
    Ok(changes)
}

fn raw(objects: &dyn ObjectSource, tree: Option<TreeId>) -> Result<Rc<[u8]>, GitError> {
    tree.map_or_else(|| Ok(Rc::default()), |tree| objects.tree(&tree))
}

fn entries(id: Option<TreeId>, raw: &[u8]) -> Result<Vec<TreeEntry<'_>>, GitError> {
    id.map_or_else(|| Ok(Vec::new()), |id| tree::entries(&id, raw))
}

/// Visits the names whose entries differ, each with its entry on either side.
fn for_each_difference<'a>(
    base: &[TreeEntry<'a>],
    head: &[TreeEntry<'a>],
    mut visit: impl FnMut(&'a [u8], Option<&TreeEntry<'a>>, Option<&TreeEntry<'a>>),
) {
    let mut base = base.iter().peekable();
    let mut head = head.iter().peekable();
    loop {
        let (name, order) = match (base.peek(), head.peek()) {
            (Some(old), Some(new)) => (old.name.min(new.name), old.name.cmp(new.name)),
            (Some(old), None) => (old.name, Ordering::Less),
            (None, Some(new)) => (new.name, Ordering::Greater),
            (None, None) => return,
        };
        let old = if order.is_le() { base.next() } else { None };
        let new = if order.is_ge() { head.next() } else { None };
        if old != new {
            visit(name, old, new);
        }
    }
}

fn subtree(entry: Option<&TreeEntry<'_>>) -> Option<TreeId> {
    entry.filter(|entry| entry.is_directory()).map(|entry| TreeId(entry.id))
}

/// The mode of a file, a link or a submodule. Directories have no status of their own: what is in them has.
fn leaf_mode(entry: Option<&TreeEntry<'_>>) -> Option<Mode> {
    entry.filter(|entry| !entry.is_directory()).map(|entry| entry.mode)
}

fn status(old: Option<&TreeEntry<'_>>, new: Option<&TreeEntry<'_>>) -> Option<Status> {
    match (leaf_mode(old), leaf_mode(new)) {
        (None, None) => None,
        (None, Some(_)) => Some(Status::Added),
        (Some(_), None) => Some(Status::Deleted),
        (Some(old), Some(new)) if old.same_type(new) => Some(Status::Modified),
        (Some(_), Some(_)) => Some(Status::TypeChanged),
    }
}
