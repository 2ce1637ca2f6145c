//! What differs between a tree and the files on disk, as the system's git tells it.

use crate::command::Git;
use crate::{Change, GitError, Status, TreeId};
use nestling_files::path::RepoPath;
use std::collections::BTreeMap;

/// What stands on either side where `git diff --raw` tells of a path.
struct Raw {
    old_mode: String,
    old_id: String,
    status: u8,
}

/// A path with what became of it; `None` where it is as it was.
type Told = (Vec<u8>, Option<Status>);

/// How many paths go into one command.
const CHUNK: usize = 500;

pub(super) fn work_changes(git: &Git, base: Option<&TreeId>) -> Result<Vec<Change>, GitError> {
    let base = match base {
        Some(base) => base.to_string(),
        None => git.line(&["hash-object", "-t", "tree", "--stdin"]).unwrap_or_default(),
    };
    let listed = git.output(&[
        "diff",
        "--raw",
        "-z",
        "--no-abbrev",
        "--no-renames",
        "--no-ext-diff",
        "--no-textconv",
        "--ignore-submodules=none",
        &base,
        "--",
    ])?;
    let mut changes: BTreeMap<Vec<u8>, Status> = BTreeMap::new();
    let mut gone: BTreeMap<Vec<u8>, Raw> = BTreeMap::new();
    for (raw, path) in raw_entries(&listed) {
        let status = Status::from_letter(raw.status).unwrap_or(Status::Modified);
        if status == Status::Deleted {
            gone.insert(path.clone(), raw);
        }
        changes.insert(path, status);
    }
    let untracked = git.output(&["ls-files", "-z", "--others", "--exclude-standard"])?;
    let mut back_again = Vec::new();
    for path in untracked.split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
        // A repository inside, which is no part of this one, ends in a slash.
        if path.ends_with(b"/") {
            continue;
        }
        let path = path.to_vec();
        match gone.remove(&path) {
            Some(raw) => back_again.push((path, raw)),
            None => drop(changes.insert(path, Status::Added)),
        }
    }
    for (path, status) in not_gone(git, &back_again)? {
        match status {
            Some(status) => changes.insert(path, status),
            None => changes.remove(&path),
        };
    }
    let change = |(path, status): (Vec<u8>, Status)| Change { path: RepoPath::from_git(&path), status };
    Ok(changes.into_iter().map(change).collect())
}

/// `:100644 100755 OLD NEW M`, NUL, path, NUL.
fn raw_entries(listed: &[u8]) -> Vec<(Raw, Vec<u8>)> {
    let fields: Vec<&[u8]> = listed.split(|byte| *byte == 0).collect();
    let entry = |pair: &[&[u8]]| {
        let head = std::str::from_utf8(pair[0].strip_prefix(b":")?).ok()?;
        let words: Vec<&str> = head.split(' ').collect();
        let [old_mode, _, old_id, _, status] = words.as_slice() else { return None };
        let status = *status.as_bytes().first()?;
        Some((
            Raw { old_mode: (*old_mode).to_owned(), old_id: (*old_id).to_owned(), status },
            pair[1].to_vec(),
        ))
    };
    fields.chunks_exact(2).filter_map(entry).collect()
}

/// Files that are out of the index and still on disk: whether they are what they were at base.
fn not_gone(git: &Git, paths: &[(Vec<u8>, Raw)]) -> Result<Vec<Told>, GitError> {
    let mut told = Vec::new();
    for chunk in paths.chunks(CHUNK) {
        let plain: Vec<&str> = chunk
            .iter()
            .filter(|(_, raw)| raw.old_mode.starts_with("100"))
            .filter_map(|(path, _)| std::str::from_utf8(path).ok())
            .collect();
        let mut arguments = vec!["hash-object", "--"];
        arguments.extend(&plain);
        let hashed = if plain.is_empty() { Vec::new() } else { git.output(&arguments).unwrap_or_default() };
        let hashed = String::from_utf8_lossy(&hashed);
        let ids: BTreeMap<_, _> = plain.iter().copied().zip(hashed.lines()).collect();
        for (path, raw) in chunk {
            let id = std::str::from_utf8(path).ok().and_then(|path| ids.get(path));
            let same = id.is_some_and(|id| *id == raw.old_id);
            told.push((path.clone(), (!same).then_some(Status::Modified)));
        }
    }
    Ok(told)
}
