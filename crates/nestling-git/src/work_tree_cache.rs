//! What is on disk, remembered from one look to the next by a program that is told what changes there: `--watch`.
//!
//! A path that somebody saved is looked at again, and so is the folder that it is in; nothing else is.

use super::backend::Backend;
use super::ignore_rules::Listed;
use super::object::ObjectSource;
use super::{Change, GitError, Status, TreeId};
use nestling_files::path::RepoPath;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// More saved paths than this are no person with an editor: everything is looked at again.
const FEW: usize = 100;

/// Files that decide about others: which are ignored, and how they are compared.
const DECIDING: [&[u8]; 2] = [b".gitignore", b".gitattributes"];

/// What was seen, by path.
#[derive(Default)]
pub(super) struct WorkTreeCache {
    pub(super) folders: RefCell<HashMap<RepoPath, Listed>>,
    pub(super) files: RefCell<HashMap<RepoPath, Option<Vec<u8>>>>,
    changes: RefCell<Option<Changes>>,
    saved: RefCell<BTreeSet<RepoPath>>,
}

/// What differed from a tree.
struct Changes {
    base: Option<TreeId>,
    paths: BTreeMap<RepoPath, Status>,
}

impl WorkTreeCache {
    /// Forgets what is known of a path, of what is below it, and of what its folder holds.
    pub(super) fn forget(&self, path: &RepoPath) {
        if path.is_root() || DECIDING.contains(&path.file_name()) {
            return self.forget_everything();
        }
        let parent = path.parent().unwrap_or_default();
        self.folders.borrow_mut().retain(|known, _| *known != parent && !known.is_in(path));
        self.files.borrow_mut().retain(|known, _| !known.is_in(path));
        self.saved.borrow_mut().insert(path.clone());
    }

    pub(super) fn forget_everything(&self) {
        self.folders.borrow_mut().clear();
        self.files.borrow_mut().clear();
        self.saved.borrow_mut().clear();
        *self.changes.borrow_mut() = None;
    }

    /// What differs from a tree: as it was, but for what was saved since.
    pub(super) fn changes(
        &self,
        backend: &dyn Backend,
        objects: &dyn ObjectSource,
        base: Option<&TreeId>,
    ) -> Result<Vec<Change>, GitError> {
        let saved: Vec<RepoPath> = std::mem::take(&mut *self.saved.borrow_mut()).into_iter().collect();
        let mut known = self.changes.borrow_mut();
        let still = known.take().filter(|known| known.base.as_ref() == base && saved.len() <= FEW);
        let now = match &still {
            Some(_) if saved.is_empty() => Some(Vec::new()),
            Some(_) => backend.work_changes_in(objects, base, &saved),
            None => None,
        };
        let mut paths = match (still, &now) {
            (Some(still), Some(_)) => still.paths,
            _ => BTreeMap::new(),
        };
        paths.retain(|path, _| !saved.iter().any(|saved| path.is_in(saved)));
        let now = now.map_or_else(|| backend.work_changes(objects, base), Ok)?;
        paths.extend(now.into_iter().map(|change| (change.path, change.status)));
        let changes =
            paths.iter().map(|(path, status)| Change { path: path.clone(), status: *status }).collect();
        *known = Some(Changes { base: base.copied(), paths });
        Ok(changes)
    }
}
