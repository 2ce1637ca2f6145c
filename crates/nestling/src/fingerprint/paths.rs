//! Hashes of single paths, and of the files that the jobs of all units come from.

use super::digest::{Fingerprint, Hasher};
use crate::workspace::{TemplateDirectory, Workspace};
use nestling_files::files::{EntryKind, ReadError, Revision, Revisions, Walk, resolve_links};
use nestling_files::path::RepoPath;
use nestling_git::{EntryMode, GitError, GitRepository, TreeId};

/// Version of Nestling, which the built-in templates come with.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Returns the hash of a file, or of a directory with all that is in it, and that of nothing where there is none. The root is a
/// directory as well. Links in the path are followed, and those in the directory are not.
///
/// # Errors
/// Why there is none: a link points outside of the repository, or something cannot be read.
pub(crate) fn path_print(git: &GitRepository, root: TreeId, path: &RepoPath) -> Result<Fingerprint, String> {
    let mut hasher = Hasher::new("path");
    add_path(&mut hasher, git, root, path)?;
    Ok(hasher.finish())
}

/// Returns the hash of the files that the jobs of units come from beside their own: the workspace's file and the directories of
/// templates.
///
/// # Errors
/// Why there is none, as for [`path_print`], or since a revision of templates does not exist.
pub(crate) fn definition_print(
    git: &GitRepository,
    root: TreeId,
    workspace: &Workspace,
) -> Result<Fingerprint, String> {
    let mut hasher = Hasher::new("definition");
    hasher.add(VERSION.as_bytes());
    add_path(&mut hasher, git, root, &workspace.own_file())?;
    for (name, value) in workspace.given_vars.iter() {
        hasher.add(name.as_bytes());
        hasher.add(value.as_bytes());
    }
    for TemplateDirectory { path, revision, .. } in &workspace.template_directories {
        match revision {
            Some(revision) => add_files(&mut hasher, git, revision, path)?,
            None => {
                hasher.add(b"here");
                hasher.add(path.as_bytes());
                add_path(&mut hasher, git, root, path)?;
            }
        }
    }
    Ok(hasher.finish())
}

/// Adds the id of what is at a path, with its mode: a tree's is that of all that is in it.
fn add_path(hasher: &mut Hasher, git: &GitRepository, root: TreeId, path: &RepoPath) -> Result<(), String> {
    let resolved = resolve_links(&git.tree_files(root), path).map_err(|error| error.to_string())?;
    let path = resolved.map_err(|error| error.to_string())?.path;
    match entry(git, root, &path).map_err(|error| error.to_string())? {
        Some((mode, id)) => {
            hasher.add(format!("{mode:?}").as_bytes());
            hasher.add(&id);
        }
        None => hasher.add(b"nothing"),
    }
    Ok(())
}

/// An entry of a tree: its mode, which the root has none of, and its id.
type Entry = (Option<EntryMode>, Vec<u8>);

fn entry(git: &GitRepository, root: TreeId, path: &RepoPath) -> Result<Option<Entry>, GitError> {
    let mut tree = Some(root);
    let mut entry: Option<Entry> = Some((None, root.as_bytes().to_vec()));
    for name in path.as_bytes().split(|byte| *byte == b'/').filter(|name| !name.is_empty()) {
        let Some(directory) = tree.take() else { return Ok(None) };
        entry = None;
        git.list(&directory, &mut |listed| {
            if listed.name == name {
                entry = Some((Some(listed.mode), listed.id.to_vec()));
                tree = listed.tree;
            }
        })?;
    }
    Ok(entry)
}

/// Adds the files in a directory of another revision. The name of that revision says nothing: a branch moves.
fn add_files(
    hasher: &mut Hasher,
    git: &GitRepository,
    revision: &Revision,
    dir: &RepoPath,
) -> Result<(), String> {
    let files = git.files_of(revision).map_err(|error| format!("`{revision}`: {error}"))?;
    let unreadable = |error: ReadError| format!("`{revision}`: {error}");
    let resolved = resolve_links(&*files, dir).map_err(unreadable)?;
    let dir = &resolved.map_err(|error| error.to_string())?.path;
    let mut paths = Vec::new();
    let visited = files.walk_to(dir, &mut |directory, entries| {
        if directory.is_in(dir) {
            let here = entries.iter().filter(|entry| entry.kind != EntryKind::Directory);
            paths.extend(here.map(|entry| directory.child(&entry.name)));
            return Walk::Descend;
        }
        Walk::Descend
    });
    visited.map_err(unreadable)?;
    hasher.add(b"elsewhere");
    hasher.add(dir.as_bytes());
    hasher.add(&(paths.len() as u64).to_be_bytes());
    for path in paths {
        hasher.add(path.as_bytes());
        hasher.add(&files.read(&path).map_err(unreadable)?.unwrap_or_default());
    }
    Ok(())
}
