//! Changes of files that the workspace reads through links.

use crate::changes::{Change, ChangeSet, Extent, Status};
use crate::workspace::Workspace;
use nestling_files::path::RepoPath;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Lets a file that is read through links count as changed where one of the links or their target changed. Returns the changed
/// targets as well: the workspace is made from them, so that they belong to it.
pub(super) fn follow<'c>(
    changes: &'c ChangeSet,
    workspace: &Workspace,
) -> (Cow<'c, ChangeSet>, BTreeSet<RepoPath>) {
    let mut targets = BTreeSet::new();
    let Extent::Paths(changed) = &changes.extent else { return (Cow::Borrowed(changes), targets) };
    let is_changed = |path: &RepoPath| changed.iter().any(|change| change.path == *path);
    let mut followed: Vec<Change> = Vec::new();
    for file in &workspace.linked_files {
        let through: Vec<&RepoPath> = file.through.iter().filter(|path| is_changed(path)).collect();
        if !through.is_empty() && !is_changed(&file.path) {
            followed.push(Change { path: file.path.clone(), status: Status::Modified });
        }
        targets.extend(through.into_iter().cloned());
    }
    if followed.is_empty() {
        return (Cow::Borrowed(changes), targets);
    }
    let mut changes = changes.clone();
    if let Extent::Paths(changed) = &mut changes.extent {
        changed.append(&mut followed);
        changed.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        changed.dedup_by(|a, b| a.path == b.path);
    }
    (Cow::Owned(changes), targets)
}
