//! What differs between two trees, without opening a subtree that is the same on both sides.

use super::object::ObjectSource;
use super::tree::{self, TreeEntry};
use super::{Change, GitError, Status, TreeId};
use nestling_files::path::RepoPath;
use std::cmp::Ordering;
use std::rc::Rc;

/// A folder that may differ: its path, and its tree on either side.
type Folder = (RepoPath, Option<TreeId>, Option<TreeId>);

pub(super) fn tree_diff(
    objects: &dyn ObjectSource,
    base: Option<&TreeId>,
    head: Option<&TreeId>,
) -> Result<Vec<Change>, GitError> {
    let mut changes = Vec::new();
    let mut open: Vec<Folder> = Vec::new();
    if base != head {
        open.push((RepoPath::root(), base.copied(), head.copied()));
    }
    while let Some((folder, base, head)) = open.pop() {
        let (base_raw, head_raw) = (raw(objects, base)?, raw(objects, head)?);
        let (base, head) = (entries(base, &base_raw)?, entries(head, &head_raw)?);
        compare(&base, &head, |old, new| {
            let Some(name) = old.or(new).map(|entry| entry.name) else { return };
            let path = folder.child(name);
            let subtree = |entry: Option<&TreeEntry<'_>>| {
                entry.filter(|entry| entry.is_directory()).map(|entry| TreeId(entry.id))
            };
            if let Some(status) = status(old, new) {
                changes.push(Change { path: path.clone(), status });
            }
            let (old, new) = (subtree(old), subtree(new));
            if old != new {
                open.push((path, old, new));
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

/// Visits the entries that differ, each name once.
fn compare<'a>(
    base: &[TreeEntry<'a>],
    head: &[TreeEntry<'a>],
    mut visit: impl FnMut(Option<&TreeEntry<'a>>, Option<&TreeEntry<'a>>),
) {
    let (mut base, mut head) = (base.iter().peekable(), head.iter().peekable());
    loop {
        let order = match (base.peek(), head.peek()) {
            (Some(old), Some(new)) => old.name.cmp(new.name),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return,
        };
        let old = if order.is_le() { base.next() } else { None };
        let new = if order.is_ge() { head.next() } else { None };
        if old != new {
            visit(old, new);
        }
    }
}

/// What happened to the file, link or submodule of that name; a folder is told by what is in it.
fn status(old: Option<&TreeEntry<'_>>, new: Option<&TreeEntry<'_>>) -> Option<Status> {
    let leaf =
        |entry: Option<&TreeEntry<'_>>| entry.filter(|entry| !entry.is_directory()).map(|entry| entry.mode);
    match (leaf(old), leaf(new)) {
        (None, None) => None,
        (None, Some(_)) => Some(Status::Added),
        (Some(_), None) => Some(Status::Deleted),
        (Some(old), Some(new)) if old.same_type(new) => Some(Status::Modified),
        (Some(_), Some(_)) => Some(Status::TypeChanged),
    }
}
