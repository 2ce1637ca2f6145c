//! Cache of the files on disk for `--watch`, which is notified of every change.
//!
//! A path that somebody saved is looked at again, and so is the directory that it is in; nothing else is.

use super::backend::Backend;
use super::ignore_rules::Listing;
use super::object::ObjectSource;
use super::searches::Searches;
use super::{Change, GitError, Status, TreeId};
use nestling_files::path::RepoPath;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// Most saved paths that are looked at one by one. More are no person with an editor: everything is looked at again.
const FEW: usize = 100;

/// Files that decide about others: which are ignored, and how they are compared.
const DECIDING: [&[u8]; 2] = [b".gitignore", b".gitattributes"];

/// Files on disk, by path.
#[derive(Default)]
pub(super) struct WorkTreeCache {
    listings: RefCell<HashMap<RepoPath, Listing>>,
    files: RefCell<HashMap<RepoPath, Option<Vec<u8>>>>,
    changes: RefCell<Option<Changes>>,
    saved: RefCell<BTreeSet<RepoPath>>,
    searches: Searches,
}

/// Differences from a tree.
struct Changes {
    base: Option<TreeId>,
    paths: BTreeMap<RepoPath, Status>,
}

impl WorkTreeCache {
    pub(super) fn listing(&self, directory: &RepoPath) -> Option<Listing> {
        self.listings.borrow().get(directory).cloned()
    }

    pub(super) fn keep_listing(&self, directory: &RepoPath, listing: &Listing) {
        self.listings.borrow_mut().insert(directory.clone(), listing.clone());
    }

    /// Returns the bytes of a file; `None` within for a path that is known to be no file.
    pub(super) fn file(&self, path: &RepoPath) -> Option<Option<Vec<u8>>> {
        self.files.borrow().get(path).cloned()
    }

    pub(super) fn keep_file(&self, path: &RepoPath, bytes: Option<&Vec<u8>>) {
        self.files.borrow_mut().insert(path.clone(), bytes.cloned());
    }

    pub(super) fn searches(&self) -> &Searches {
        &self.searches
    }

    /// Forgets what is known of a path, of what is below it, and of the directory that it is in.
    pub(super) fn forget(&self, path: &RepoPath) {
        if path.is_root() || DECIDING.contains(&path.file_name()) {
            return self.forget_everything();
        }
        let parent = path.parent().unwrap_or_default();
        if path.file_name() == b".git" {
            // The directory has become another repository, or is none any more.
            return self.forget(&parent);
        }
        self.listings.borrow_mut().retain(|known, _| *known != parent && !known.is_in(path));
        self.files.borrow_mut().retain(|known, _| !known.is_in(path));
        self.saved.borrow_mut().insert(path.clone());
        self.searches.forget(path);
    }

    pub(super) fn forget_everything(&self) {
        self.listings.borrow_mut().clear();
        self.files.borrow_mut().clear();
        self.saved.borrow_mut().clear();
        self.searches.clear();
        *self.changes.borrow_mut() = None;
    }

    /// Compares a tree with the files on disk: as before, but for what was saved since.
    pub(super) fn changes(
        &self,
        backend: &dyn Backend,
        objects: &dyn ObjectSource,
        base: Option<&TreeId>,
        root: &Path,
    ) -> Result<Vec<Change>, GitError> {
        let saved: Vec<RepoPath> = std::mem::take(&mut *self.saved.borrow_mut()).into_iter().collect();
        let before = self.changes.borrow_mut().take();
        let saved =
            if saved.len() <= FEW { saved.iter().map(|path| compared(path, root)).collect() } else { saved };
        let before = before.filter(|before| before.base.as_ref() == base && saved.len() <= FEW);
        let paths = match before.and_then(|before| updated(before.paths, backend, objects, base, &saved)) {
            Some(paths) => paths,
            None => by_path(backend.work_changes(objects, base)?),
        };
        let changes = paths.iter().map(|(path, status)| Change { path: path.clone(), status: *status });
        let changes = changes.collect();
        *self.changes.borrow_mut() = Some(Changes { base: base.copied(), paths });
        Ok(changes)
    }
}

/// Compares the saved paths again; `None` where they cannot be compared by themselves.
fn updated(
    mut paths: BTreeMap<RepoPath, Status>,
    backend: &dyn Backend,
    objects: &dyn ObjectSource,
    base: Option<&TreeId>,
    saved: &[RepoPath],
) -> Option<BTreeMap<RepoPath, Status>> {
    if !saved.is_empty() {
        let now = backend.work_changes_in(objects, base, saved)?;
        paths.retain(|path, _| !saved.iter().any(|saved| path.is_in(saved)));
        paths.extend(by_path(now));
    }
    Some(paths)
}

/// Returns the path that has to be compared again where something was saved: another repository in the work tree is one path, and
/// there only as long as something is in it.
fn compared(saved: &RepoPath, root: &Path) -> RepoPath {
    let above = std::iter::successors(Some(saved.clone()), RepoPath::parent);
    let directories = above.filter(|path| !path.is_root());
    let is_repository = |path: &RepoPath| {
        root.join(OsStr::from_bytes(path.as_bytes())).join(".git").symlink_metadata().is_ok()
    };
    directories.filter(is_repository).last().unwrap_or_else(|| saved.clone())
}

fn by_path(changes: Vec<Change>) -> BTreeMap<RepoPath, Status> {
    changes.into_iter().map(|change| (change.path, change.status)).collect()
}
