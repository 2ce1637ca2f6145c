//! Hashes of single paths, and of the files that the jobs of all units come from.

use super::digest::{Fingerprint, Hasher};
use crate::workspace::Workspace;
use nestling_files::path::RepoPath;
use nestling_git::{EntryMode, GitError, GitRepository, TreeId};

/// Version of Nestling, which the built-in templates come with.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Returns the hash of a file, or of a directory with all that is in it, and that of nothing where there is none. The root is a
/// directory as well.
pub(crate) fn path_print(
    git: &GitRepository,
    root: TreeId,
    path: &RepoPath,
) -> Result<Fingerprint, GitError> {
    let mut hasher = Hasher::new("path");
    add_path(&mut hasher, git, root, path)?;
    Ok(hasher.finish())
}

/// Returns the hash of the files that the jobs of units come from beside their own: the workspace's file and the folders of
/// templates.
pub(crate) fn definition_print(
    git: &GitRepository,
    root: TreeId,
    workspace: &Workspace,
) -> Result<Fingerprint, GitError> {
    let mut hasher = Hasher::new("definition");
    hasher.add(VERSION.as_bytes());
    add_path(&mut hasher, git, root, &workspace.own_file())?;
    for folder in &workspace.template_folders {
        match &folder.revision {
            Some(revision) => hasher.add(format!("{revision:?}").as_bytes()),
            None => hasher.add(b"here"),
        }
        hasher.add(folder.path.as_bytes());
        if folder.revision.is_none() {
            add_path(&mut hasher, git, root, &folder.path)?;
        }
    }
    Ok(hasher.finish())
}

/// Adds the id of what is at a path, with its mode: a tree's is that of all that is in it.
fn add_path(hasher: &mut Hasher, git: &GitRepository, root: TreeId, path: &RepoPath) -> Result<(), GitError> {
    let mut tree = Some(root);
    let mut found: Option<(Option<EntryMode>, Vec<u8>)> = Some((None, root.as_bytes().to_vec()));
    for name in path.as_bytes().split(|byte| *byte == b'/').filter(|name| !name.is_empty()) {
        let Some(directory) = tree.take() else {
            found = None;
            break;
        };
        found = None;
        git.list(&directory, &mut |entry| {
            if entry.name == name {
                found = Some((Some(entry.mode), entry.id.to_vec()));
                tree = entry.tree;
            }
        })?;
    }
    match found {
        Some((mode, id)) => {
            hasher.add(format!("{mode:?}").as_bytes());
            hasher.add(&id);
        }
        None => hasher.add(b"nothing"),
    }
    Ok(())
}
