//! Differences between a tree and the files on disk: the tree is compared with the index here, the index with the disk by
//! libgit2, and the two are put together. The old side comes from the first comparison, the new side from the second.

use super::sides::{Side, Sides, SidesByPath};
use super::{object_id, submodule};
use crate::id::ObjectId;
use crate::object::{Kind, ObjectSource};
use crate::tree::{self, Mode};
use crate::{Change, GitError, Status, TreeId};
use git2::{Delta, DiffDelta, DiffOptions, Index, IndexEntry, IndexEntryExtendedFlag, Odb, Oid, Repository};
use nestling_files::path::RepoPath;

/// Compares at these paths and below them; everywhere where none is given.
pub(super) fn work_changes(
    repository: &Repository,
    objects: &dyn ObjectSource,
    base: Option<&TreeId>,
    paths: &[RepoPath],
) -> Result<Vec<Change>, GitError> {
    let failed = || GitError::read("work tree");
    let index = repository.index().map_err(failed())?;
    let everywhere = [RepoPath::root()];
    let mut sides = SidesByPath::new();
    for path in if paths.is_empty() { &everywhere } else { paths } {
        let tracked = index_entries(&index, path);
        if path.is_root() {
            give_attributes(repository, objects, &tracked)?;
        }
        compare_with_index(objects, base, path, &tracked, &mut sides)?;
        submodule::compare(repository, &tracked, &mut sides);
    }
    let unstaged =
        repository.diff_index_to_workdir(Some(&index), Some(&mut options(paths))).map_err(failed())?;
    for delta in unstaged.deltas() {
        add_unstaged(&index, &delta, &mut sides);
    }
    let changes = sides.into_iter().filter_map(|(path, sides)| {
        let status = status(repository, &path, &sides)?;
        Some(Change { path: RepoPath::from_git(&path), status })
    });
    Ok(changes.collect())
}

/// The entries of the index at a path and below it, in byte order.
fn index_entries(index: &Index, path: &RepoPath) -> Vec<IndexEntry> {
    if path.is_root() {
        return index.iter().collect();
    }
    let name = path.as_bytes();
    let first = index.find_prefix(name).unwrap_or(index.len());
    let entries = (first..index.len()).map_while(|number| index.get(number));
    // `a-b` begins with `a` too.
    let entries = entries.take_while(|entry| entry.path.starts_with(name));
    entries.filter(|entry| RepoPath::from_git(&entry.path).is_in(path)).collect()
}

/// Gives libgit2 the one kind of object that it looks for here: attributes of the index, which count where a directory has no
/// `.gitattributes` on disk.
fn give_attributes(
    repository: &Repository,
    objects: &dyn ObjectSource,
    tracked: &[IndexEntry],
) -> Result<(), GitError> {
    let failed = || GitError::read("attributes");
    let odb = Odb::new().map_err(failed())?;
    odb.add_new_mempack_backend(1).map_err(failed())?;
    for entry in tracked {
        if entry.path.rsplit(|byte| *byte == b'/').next() != Some(b".gitattributes") {
            continue;
        }
        let Some(id) = object_id(entry.id) else { continue };
        if let Some(object) = objects.read(&id)?.filter(|object| object.kind == Kind::Blob) {
            odb.write(git2::ObjectType::Blob, &object.bytes).map_err(failed())?;
        }
    }
    repository.set_odb(&odb).map_err(failed())
}

/// Compares a tree with the entries of the index. Both are in the same order, that of whole paths.
fn compare_with_index(
    objects: &dyn ObjectSource,
    base: Option<&TreeId>,
    path: &RepoPath,
    tracked: &[IndexEntry],
    sides: &mut SidesByPath,
) -> Result<(), GitError> {
    let mut tracked = tracked.iter().peekable();
    let mut visit = |path: &[u8], side: Side| {
        while let Some(added) = tracked.next_if(|entry| entry.path.as_slice() < path) {
            sides.insert(added.path.clone(), Sides { base: None, disk: index_side(added) });
        }
        let same = tracked.next_if(|entry| entry.path == path);
        let disk = same.and_then(index_side);
        if disk != Some(side) || same.is_some_and(is_conflict) {
            sides.insert(path.to_vec(), Sides { base: Some(side), disk });
        }
        // Further entries of the path are the sides of a conflict, of which libgit2 reports what is on disk.
        while tracked.next_if(|entry| entry.path == path).is_some() {}
    };
    if let Some(base) = base {
        visit_tree(objects, base, path, &mut visit)?;
    }
    for added in tracked {
        sides.insert(added.path.clone(), Sides { base: None, disk: index_side(added) });
    }
    Ok(())
}

/// Visits what is at a path of a tree and below it, directories left out, in the order of whole paths.
fn visit_tree(
    objects: &dyn ObjectSource,
    root: &TreeId,
    path: &RepoPath,
    visit: &mut dyn FnMut(&[u8], Side),
) -> Result<(), GitError> {
    let mut tree = *root;
    let mut names = path.as_bytes().split(|byte| *byte == b'/').filter(|name| !name.is_empty()).peekable();
    while let Some(name) = names.next() {
        let raw = objects.tree(&tree)?;
        match tree::find_entry(&tree, &raw, name)? {
            Some(entry) if entry.mode == Mode::Directory => tree = TreeId(entry.id),
            Some(entry) if names.peek().is_none() => {
                visit(path.as_bytes(), Side { mode: entry.mode, id: Some(entry.id) });
                return Ok(());
            }
            _ => return Ok(()),
        }
    }
    let mut open = vec![(path.as_bytes().to_vec(), Side { mode: Mode::Directory, id: Some(tree.0) })];
    while let Some((path, side)) = open.pop() {
        let Some(id) = side.id.filter(|_| side.mode == Mode::Directory) else {
            visit(&path, side);
            continue;
        };
        let tree = TreeId(id);
        let raw = objects.tree(&tree)?;
        let first = open.len();
        let mut offset = 0;
        while let Some((entry, next)) = tree::next_entry(&tree, &raw, offset)? {
            let slash: &[u8] = if path.is_empty() { b"" } else { b"/" };
            let id = ObjectId::from_bytes(entry.id);
            open.push(([path.as_slice(), slash, entry.name].concat(), Side { mode: entry.mode, id }));
            offset = next;
        }
        open[first..].reverse();
    }
    Ok(())
}

/// Returns `true` for one side of a conflict, which is in the upper bits of the flags.
fn is_conflict(entry: &IndexEntry) -> bool {
    entry.flags & 0x3000 != 0
}

fn index_side(entry: &IndexEntry) -> Option<Side> {
    Some(Side { mode: Mode::from_number(entry.mode)?, id: object_id(entry.id) })
}

fn options(paths: &[RepoPath]) -> DiffOptions {
    let mut options = DiffOptions::new();
    options
        .include_typechange(true)
        .include_untracked(true)
        .recurse_untracked_dirs(true)
        .skip_binary_check(true)
        .ignore_submodules(true)
        .disable_pathspec_match(true);
    for path in paths {
        options.pathspec(path.as_bytes());
    }
    options
}

/// Takes over what libgit2 reports of a path.
fn add_unstaged(index: &Index, delta: &DiffDelta<'_>, sides: &mut SidesByPath) {
    let path = delta.new_file().path_bytes().or_else(|| delta.old_file().path_bytes()).unwrap_or_default();
    // A nested repository that is not tracked ends in a slash.
    let path = path.strip_suffix(b"/").unwrap_or(path);
    if delta.status() == Delta::Deleted && is_outside_sparse_checkout(index, path) {
        return;
    }
    let is_new = matches!(delta.status(), Delta::Added | Delta::Untracked);
    let indexed = if is_new { None } else { diff_side(&delta.old_file()) };
    let sides = sides.entry(path.to_vec()).or_insert_with(|| Sides { base: indexed, disk: None });
    sides.disk = if delta.status() == Delta::Deleted { None } else { diff_side(&delta.new_file()) };
}

fn diff_side(file: &git2::DiffFile<'_>) -> Option<Side> {
    let id = if file.id().is_zero() { None } else { object_id(file.id()) };
    Some(Side { mode: Mode::from_number(file.mode().into())?, id })
}

fn is_outside_sparse_checkout(index: &Index, path: &[u8]) -> bool {
    let entry = std::str::from_utf8(path).ok().and_then(|path| index.get_path(path.as_ref(), 0));
    entry.is_some_and(|entry| {
        IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended).is_skip_worktree()
    })
}

fn status(repository: &Repository, path: &[u8], sides: &Sides) -> Option<Status> {
    match (sides.base, sides.disk) {
        (None, None) => None,
        (None, Some(_)) => Some(Status::Added),
        (Some(_), None) => Some(Status::Deleted),
        (Some(base), Some(disk)) if !base.mode.same_type(disk.mode) => Some(Status::TypeChanged),
        (Some(base), Some(disk)) if base == disk || is_same(repository, path, base, disk) => None,
        (Some(_), Some(_)) => Some(Status::Modified),
    }
}

/// Returns `true` if a regular file on disk is what it was at base after all: staged, and taken back since.
fn is_same(repository: &Repository, path: &[u8], base: Side, disk: Side) -> bool {
    let (Some(id), Some(root), Ok(path)) = (base.id, repository.workdir(), std::str::from_utf8(path)) else {
        return false;
    };
    if !base.mode.is_file() || base.mode != disk.mode {
        return false;
    }
    let on_disk = Oid::hash_file(git2::ObjectType::Blob, root.join(path)).ok().and_then(object_id);
    on_disk == Some(id)
}
