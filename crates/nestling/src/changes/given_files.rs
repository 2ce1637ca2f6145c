//! Given paths as the repository has them: directories stand for the files below them, and what neither side has is
//! reported.

use super::given::is_id;
use super::{Base, Change, Head, Status};
use nestling_files::files::{DirectoryEntry, EntryKind, Files, Walk};
use nestling_files::path::RepoPath;
use nestling_git::{GitError, GitRepository};
use std::collections::{BTreeSet, HashSet};

/// Given paths, and those that neither side has.
pub(super) struct Settled {
    pub changes: Vec<Change>,
    pub unknown: Vec<RepoPath>,
}

/// Looks for given paths at base, if it is known, and at head.
///
/// # Errors
/// The repository cannot be read.
pub(super) fn settle(
    repository: &GitRepository,
    head: &Head,
    base: Option<&Base>,
    given: Vec<Change>,
) -> Result<Settled, GitError> {
    let mut search = Search::new(&given);
    match head {
        Head::Commit { commit, .. } => search.look(&repository.files_at(commit)?)?,
        Head::WorkTree { .. } => search.look(&repository.work_tree()?)?,
    }
    if let Some(base) = base {
        search.look(&repository.files_at(&base.commit)?)?;
    }
    let mut unknown = Vec::new();
    let mut changes = Vec::with_capacity(given.len());
    for change in given {
        // Without a base, nobody knows what was deleted.
        let may_be_deleted = base.is_none() && change.status == Status::Deleted;
        if search.directories.contains(&change.path) {
            continue;
        }
        let is_found = search.found.contains(&change.path);
        // `git diff-tree` writes the commit before its paths.
        if !is_found && is_id(change.path.as_bytes()) {
            continue;
        }
        if !is_found && !may_be_deleted {
            unknown.push(change.path.clone());
        }
        changes.push(change);
    }
    let below = search.below.into_iter().map(|path| Change { path, status: Status::Modified });
    changes.extend(below);
    changes.sort_unstable();
    changes.dedup_by(|a, b| a.path == b.path);
    Ok(Settled { changes, unknown })
}

/// Looks for paths in the files of both sides.
struct Search {
    wanted: HashSet<RepoPath>,
    /// The directories on the way to them.
    ancestors: HashSet<RepoPath>,
    found: HashSet<RepoPath>,
    /// The paths that are directories.
    directories: BTreeSet<RepoPath>,
    /// The files below those.
    below: BTreeSet<RepoPath>,
}

impl Search {
    fn new(given: &[Change]) -> Self {
        let wanted: HashSet<RepoPath> = given.iter().map(|change| change.path.clone()).collect();
        let mut ancestors = HashSet::from([RepoPath::root()]);
        for path in &wanted {
            let mut directory = path.parent();
            while let Some(parent) = directory {
                directory = parent.parent();
                if !ancestors.insert(parent) {
                    break;
                }
            }
        }
        // `.` is all of it.
        let directories = wanted.iter().filter(|path| **path == RepoPath::root()).cloned().collect();
        let (found, below) = (HashSet::new(), BTreeSet::new());
        Self { wanted, ancestors, found, directories, below }
    }

    fn look(&mut self, files: &dyn Files) -> Result<(), GitError> {
        let result = files.walk(&mut |directory, entries| self.visit(directory, entries));
        result.map_err(|error| GitError::Read { what: "list of files", source: error.into() })
    }

    fn visit(&mut self, directory: &RepoPath, entries: &[DirectoryEntry]) -> Walk {
        let is_inside = self.directories.iter().any(|wanted| directory.is_in(wanted));
        if !is_inside && !self.ancestors.contains(directory) {
            return Walk::Skip;
        }
        for entry in entries {
            let path = directory.child(&entry.name);
            let is_directory = entry.kind == EntryKind::Directory;
            if is_inside && !is_directory {
                self.below.insert(path.clone());
            }
            if !self.wanted.contains(&path) {
                continue;
            }
            if is_directory {
                self.directories.insert(path);
            } else {
                self.found.insert(path);
            }
        }
        Walk::Descend
    }
}
