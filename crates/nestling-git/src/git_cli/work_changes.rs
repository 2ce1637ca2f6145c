//! Differences between a tree and the files on disk, by the system's git.

use crate::command::{self, Git, Owner};
use crate::id::ObjectId;
use crate::{Change, GitError, Status, TreeId};
use nestling_files::path::RepoPath;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// One path in the output of `git diff --raw`.
struct RawChange {
    path: Vec<u8>,
    old_mode: String,
    old_id: String,
    status: Status,
}

/// Paths in one command: a command line is not endless.
const CHUNK: usize = 500;

pub(super) fn work_changes(git: &Git, base: Option<&TreeId>) -> Result<Vec<Change>, GitError> {
    let git = &git.without_filters();
    let mut changes: BTreeMap<Vec<u8>, Status> = BTreeMap::new();
    let mut deleted: HashMap<Vec<u8>, RawChange> = HashMap::new();
    for change in compare_with_index_and_disk(git, base)? {
        changes.insert(change.path.clone(), change.status);
        if change.status == Status::Deleted {
            deleted.insert(change.path.clone(), change);
        }
    }
    // A path that is out of the index is deleted to `git diff`, and may be on disk still.
    let mut restored = Vec::new();
    for path in untracked(git)? {
        match deleted.remove(&path) {
            Some(change) => restored.push(change),
            None => drop(changes.insert(path, Status::Added)),
        }
    }
    for chunk in restored.chunks(CHUNK) {
        let ids = ids_on_disk(git, chunk);
        for change in chunk {
            if ids.get(&change.path) == Some(&change.old_id) {
                changes.remove(&change.path);
            } else {
                changes.insert(change.path.clone(), Status::Modified);
            }
        }
    }
    for path in checked_out_submodules(git)? {
        if !changes.contains_key(&path) && !is_unchanged_inside(git, &path).unwrap_or(false) {
            changes.insert(path, Status::Modified);
        }
    }
    let changes = changes.into_iter();
    Ok(changes.map(|(path, status)| Change { path: RepoPath::from_git(&path), status }).collect())
}

/// Lists the submodules of the index that are repositories on disk.
fn checked_out_submodules(git: &Git) -> Result<Vec<Vec<u8>>, GitError> {
    let Some(root) = git.work_dir() else { return Ok(Vec::new()) };
    let listed = git.output(&["ls-files", "-z", "--stage"])?;
    let entries = listed.split(|byte| *byte == 0).filter(|entry| entry.starts_with(b"160000 "));
    let paths = entries.filter_map(|entry| entry.splitn(2, |byte| *byte == b'\t').nth(1));
    Ok(paths.filter(|path| submodule(root, path).join(".git").exists()).map(<[u8]>::to_vec).collect())
}

fn submodule(root: &Path, path: &[u8]) -> PathBuf {
    root.join(command::path(path))
}

/// Returns `true` if nothing on disk differs from the commit that is checked out in a submodule. Its own filters are off.
fn is_unchanged_inside(git: &Git, path: &[u8]) -> Option<bool> {
    let directory = submodule(git.work_dir()?, path).canonicalize().ok()?;
    let nested = command::discover(&directory, Owner::User).ok()?;
    if nested.work_dir()?.canonicalize().ok()? != directory {
        return None;
    }
    let tree = ObjectId::from_hex(&nested.line(&["rev-parse", "--verify", "--quiet", "HEAD^{tree}"])?)?;
    Some(work_changes(&nested, Some(&TreeId(tree))).ok()?.is_empty())
}

fn compare_with_index_and_disk(git: &Git, base: Option<&TreeId>) -> Result<Vec<RawChange>, GitError> {
    let base = match base {
        Some(base) => base.to_string(),
        // The id of the empty tree, which differs between SHA-1 and SHA-256. Standard input is empty.
        None => git.line(&["hash-object", "-t", "tree", "--stdin"]).unwrap_or_default(),
    };
    let output = git.output(&[
        "diff",
        "--raw",
        "-z",
        "--no-abbrev",
        "--no-renames",
        "--no-ext-diff",
        "--no-textconv",
        // Git would look into each by a git of its own, which runs the filters of its configuration.
        "--ignore-submodules=dirty",
        &base,
        "--",
    ])?;
    let fields: Vec<&[u8]> = output.split(|byte| *byte == 0).collect();
    Ok(fields.chunks_exact(2).filter_map(|pair| parse_raw_change(pair[0], pair[1])).collect())
}

/// Reads `:100644 100755 OLD NEW M` and the path after it.
fn parse_raw_change(head: &[u8], path: &[u8]) -> Option<RawChange> {
    let head = std::str::from_utf8(head.strip_prefix(b":")?).ok()?;
    let words: Vec<&str> = head.split(' ').collect();
    let [old_mode, _, old_id, _, letter] = words.as_slice() else { return None };
    let status = Status::from_letter(*letter.as_bytes().first()?).unwrap_or(Status::Modified);
    Some(RawChange {
        path: path.to_vec(),
        old_mode: (*old_mode).to_owned(),
        old_id: (*old_id).to_owned(),
        status,
    })
}

/// Lists the files on disk that are not in the index and not ignored.
fn untracked(git: &Git) -> Result<Vec<Vec<u8>>, GitError> {
    let output = git.output(&["ls-files", "-z", "--others", "--exclude-standard"])?;
    let paths = output.split(|byte| *byte == 0);
    // A repository inside, which is no part of this one, ends in a slash.
    Ok(paths.filter(|path| !path.is_empty() && !path.ends_with(b"/")).map(<[u8]>::to_vec).collect())
}

/// Hashes files on disk, by their paths. A path that is not UTF-8 is left out, and so counts as changed.
fn ids_on_disk(git: &Git, changes: &[RawChange]) -> HashMap<Vec<u8>, String> {
    let regular = changes.iter().filter(|change| change.old_mode.starts_with("100"));
    let paths: Vec<&str> = regular.filter_map(|change| std::str::from_utf8(&change.path).ok()).collect();
    if paths.is_empty() {
        return HashMap::new();
    }
    let mut arguments = vec!["hash-object", "--"];
    arguments.extend(&paths);
    let output = git.output(&arguments).unwrap_or_default();
    let ids = String::from_utf8_lossy(&output);
    paths.iter().zip(ids.lines()).map(|(path, id)| (path.as_bytes().to_vec(), id.to_owned())).collect()
}
