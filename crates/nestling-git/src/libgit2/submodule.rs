//! Submodules on disk: another commit, or changes of their own. libgit2 would read their objects.

use super::Libgit2;
use super::sides::{Side, Sides, SidesByPath};
use crate::backend::Backend;
use crate::command::Git;
use crate::id::ObjectId;
use crate::object::ObjectSource;
use crate::store::ObjectStore;
use crate::tree::Mode;
use crate::{CommitId, GitError};
use git2::{IndexEntry, Repository};
use std::path::Path;

/// Mode of a submodule in the index.
const SUBMODULE: u32 = 0o160_000;

/// Compares the submodules among the entries of the index with what is checked out there.
pub(super) fn compare(repository: &Repository, tracked: &[IndexEntry], sides: &mut SidesByPath) {
    let Some(root) = repository.workdir() else { return };
    for entry in tracked.iter().filter(|entry| entry.mode == SUBMODULE) {
        let Some(indexed) = ObjectId::from_bytes(entry.id.as_bytes()) else { continue };
        let directory = root.join(crate::command::path(&entry.path));
        // One that was not checked out is an empty directory.
        if !directory.join(".git").exists() || is_unchanged(&directory, indexed).unwrap_or(false) {
            continue;
        }
        let in_index = Side { mode: Mode::Submodule, id: Some(indexed) };
        let changed = Side { mode: Mode::Submodule, id: None };
        let sides = sides.entry(entry.path.clone()).or_insert(Sides { base: Some(in_index), disk: None });
        sides.disk = Some(changed);
    }
}

/// Returns `true` if the commit of the index is checked out and nothing differs from it on disk.
fn is_unchanged(directory: &Path, indexed: ObjectId) -> Result<bool, GitError> {
    let failed = || GitError::read("submodule");
    let nested = Libgit2::new(Repository::open(directory).map_err(failed())?).map_err(failed())?;
    let head = nested.references(&["HEAD".to_owned()])?;
    if !head.iter().any(|(_, commit)| *commit == indexed) {
        return Ok(false);
    }
    let store = ObjectStore::new(nested.objects_dir(), Git::new(nested.git_dir(), nested.work_dir()));
    let objects: &dyn ObjectSource = &store;
    let tree = objects.commit(&CommitId(indexed))?.tree;
    Ok(nested.work_changes(objects, Some(&tree))?.is_empty())
}
