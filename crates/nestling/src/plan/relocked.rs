//! Units that come to other packages than at base, because a lock file changed.

use crate::changes::Change;
use crate::locks::{self, LockShares};
use crate::select::{BaseComparison, Reason, is_ignored};
use crate::workspace::Workspace;
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use std::collections::BTreeSet;

/// The lock files among the changed paths.
pub(super) struct Locks<'c> {
    /// Lock files of the ecosystems that `depends_from` lists.
    pub(super) paths: Vec<&'c RepoPath>,
    /// Set if units may come to other packages.
    pub(super) may_differ: bool,
    /// Set if that is so whatever lock files there are.
    differs_anyway: bool,
    /// Manifests that lock files may ask.
    manifests: Vec<&'c RepoPath>,
}

impl<'c> Locks<'c> {
    /// Finds them among the changed paths.
    pub(super) fn among(workspace: &Workspace, changed: &'c [Change]) -> Self {
        let own_file = workspace.own_file();
        let counting =
            || changed.iter().map(|change| &change.path).filter(|path| !is_ignored(workspace, path));
        let paths: Vec<&RepoPath> = counting().filter(|path| locks::is_lock(workspace, path)).collect();
        // The workspace's file may ask for other lock files than at base.
        let differs_anyway = !paths.is_empty() || counting().any(|path| *path == own_file);
        let manifests: Vec<&RepoPath> =
            counting().filter(|path| locks::may_be_asked(workspace, path)).collect();
        Self { may_differ: differs_anyway || !manifests.is_empty(), paths, differs_anyway, manifests }
    }

    /// Adds a reason to each unit that comes to other packages.
    pub(super) fn compare(
        &self,
        (old_files, old): (&dyn Files, &Workspace),
        (new_files, new): (&dyn Files, &Workspace),
        comparison: &mut BaseComparison,
    ) {
        let are_asked = || {
            locks::are_asked(old_files, new, &self.manifests)
                || locks::are_asked(new_files, new, &self.manifests)
        };
        // What a unit that is gone came to belongs to those that need its package.
        let may_differ = || self.differs_anyway || !locks::serve_the_same(old, new) || are_asked();
        if !(locks::has_any(old) || locks::has_any(new)) || !may_differ() {
            return;
        }
        let (old, shares) = match LockShares::read_differing((old_files, old), (new_files, new)) {
            Ok(sides) => sides,
            // A clone may lack files: every unit that may be affected is selected.
            Err(error) => return self.decide(new_files, new, &error.to_string(), comparison),
        };
        for (unit, path, reason) in locks::compare(&old, &shares) {
            if new.unit(unit.as_str()).is_some() {
                comparison.add_with_paths(&unit, reason, &BTreeSet::from([path]));
            }
        }
    }

    /// Adds a reason to each unit that a changed lock file serves, if base cannot be read.
    pub(super) fn decide(
        &self,
        files: &dyn Files,
        workspace: &Workspace,
        why: &str,
        comparison: &mut BaseComparison,
    ) {
        let Some(path) = self.paths.first() else { return };
        let shares = LockShares::read(files, workspace).ok();
        for unit in workspace.unit_names() {
            // Without any lock file that can be read, all may be served.
            if shares.as_ref().is_none_or(|shares| shares.of(unit).next().is_some()) {
                comparison.add(unit, Reason::Template { path: (*path).clone(), why: why.to_owned() });
            }
        }
    }
}
