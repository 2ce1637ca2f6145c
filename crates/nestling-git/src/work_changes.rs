//! What differs between a tree and the files on disk.
//!
//! libgit2 compares the tree with the index, and the index with the disk. Its own union of the two forgets what
//! was at base where both differ, so the union is made here: the old side comes from the first comparison, the new
//! side from the second.

use super::{Change, Status};
use git2::{Delta, DiffDelta, DiffOptions, FileMode, Oid, Repository};
use nestling_files::path::RepoPath;
use std::collections::BTreeMap;

/// A file, a link or a submodule on one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Side {
    mode: FileMode,
    /// Unknown for files on disk that libgit2 had no need to read.
    id: Option<Oid>,
}

#[derive(Debug, Default)]
struct Sides {
    base: Option<Side>,
    disk: Option<Side>,
}

/// What differs at these paths and below them; everywhere where none is named.
pub(super) fn work_changes(
    repository: &Repository,
    base: Option<Oid>,
    paths: &[RepoPath],
) -> Result<Vec<Change>, git2::Error> {
    let base = base.map(|base| repository.find_tree(base)).transpose()?;
    let index = repository.index()?;
    let staged = repository.diff_tree_to_index(base.as_ref(), Some(&index), Some(&mut options(paths)))?;
    let mut sides: BTreeMap<Vec<u8>, Sides> = BTreeMap::new();
    for delta in staged.deltas() {
        let (base, disk) = (old_side(&delta), new_side(&delta));
        sides.insert(path_of(&delta), Sides { base, disk });
    }
    let unstaged = repository.diff_index_to_workdir(Some(&index), Some(&mut options(paths)))?;
    for delta in unstaged.deltas() {
        let path = path_of(&delta);
        if delta.status() == Delta::Deleted && is_outside_sparse_checkout(&index, &path) {
            continue;
        }
        let indexed = old_side(&delta);
        let sides = sides.entry(path).or_insert_with(|| Sides { base: indexed, disk: None });
        sides.disk = new_side(&delta);
    }
    let changes = sides.into_iter().filter_map(|(path, sides)| {
        let status = status(repository, &path, &sides)?;
        Some(Change { path: RepoPath::from_git(&path), status })
    });
    Ok(changes.collect())
}

fn options(paths: &[RepoPath]) -> DiffOptions {
    let mut options = DiffOptions::new();
    options
        .include_typechange(true)
        .include_untracked(true)
        .recurse_untracked_dirs(true)
        .skip_binary_check(true)
        .disable_pathspec_match(true);
    for path in paths {
        options.pathspec(path.as_bytes());
    }
    options
}

/// A nested repository that is not tracked ends in a slash.
fn path_of(delta: &DiffDelta<'_>) -> Vec<u8> {
    let path = delta.new_file().path_bytes().or_else(|| delta.old_file().path_bytes()).unwrap_or_default();
    path.strip_suffix(b"/").unwrap_or(path).to_vec()
}

fn old_side(delta: &DiffDelta<'_>) -> Option<Side> {
    let there = !matches!(delta.status(), Delta::Added | Delta::Untracked);
    there.then(|| side(&delta.old_file()))
}

fn new_side(delta: &DiffDelta<'_>) -> Option<Side> {
    (delta.status() != Delta::Deleted).then(|| side(&delta.new_file()))
}

fn side(file: &git2::DiffFile<'_>) -> Side {
    Side { mode: file.mode(), id: Some(file.id()).filter(|id| !id.is_zero()) }
}

fn is_outside_sparse_checkout(index: &git2::Index, path: &[u8]) -> bool {
    let entry = std::str::from_utf8(path).ok().and_then(|path| index.get_path(path.as_ref(), 0));
    entry.is_some_and(|entry| {
        git2::IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended).is_skip_worktree()
    })
}

fn status(repository: &Repository, path: &[u8], sides: &Sides) -> Option<Status> {
    match (sides.base, sides.disk) {
        (None, None) => None,
        (None, Some(_)) => Some(Status::Added),
        (Some(_), None) => Some(Status::Deleted),
        (Some(base), Some(disk)) if kind(base.mode) != kind(disk.mode) => Some(Status::TypeChanged),
        (Some(base), Some(disk)) if base == disk || is_same(repository, path, base, disk) => None,
        (Some(_), Some(_)) => Some(Status::Modified),
    }
}

/// Git's types: whether a file is executable is no part of it.
fn kind(mode: FileMode) -> u8 {
    match mode {
        FileMode::Link => 1,
        FileMode::Commit | FileMode::Tree => 2,
        _ => 0,
    }
}

/// Whether a regular file on disk is what it was at base after all: staged, and taken back since.
fn is_same(repository: &Repository, path: &[u8], base: Side, disk: Side) -> bool {
    let executable = |side: Side| side.mode == FileMode::BlobExecutable;
    let (Some(id), Some(root), Ok(path)) = (base.id, repository.workdir(), std::str::from_utf8(path)) else {
        return false;
    };
    kind(base.mode) == 0
        && executable(base) == executable(disk)
        && Oid::hash_file(git2::ObjectType::Blob, root.join(path)).is_ok_and(|on_disk| on_disk == id)
}
