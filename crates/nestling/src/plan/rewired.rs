//! Units that depend on others than at base, because a manifest or a graph changed that is not the unit's own.

use crate::changes::Change;
use crate::select::{BaseComparison, Difference, Reason, is_ignored};
use crate::workspace::{Stated, Unit, UnitDirectories, Workspace};
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use std::collections::BTreeSet;

/// The changed files that `depends_from` reads.
pub(super) struct Manifests<'c> {
    pub paths: Vec<&'c RepoPath>,
    /// Those that are graphs of other tools.
    pub graphs: Vec<&'c RepoPath>,
}

impl<'c> Manifests<'c> {
    /// Finds them among the changed paths.
    pub(super) fn among(workspace: &Workspace, changed: &'c [Change]) -> Self {
        let counting = changed.iter().map(|change| &change.path).filter(|path| !is_ignored(workspace, path));
        let paths: Vec<&RepoPath> = counting.filter(|path| workspace.depends_from.reads(path)).collect();
        let graphs = paths.iter().copied().filter(|path| workspace.depends_from.is_graph(path)).collect();
        Self { paths, graphs }
    }

    /// Adds a reason to each unit that depends on other units than at base, and that has none of the manifests itself.
    pub(super) fn compare(&self, old: &Workspace, new: &Workspace, comparison: &mut BaseComparison) {
        let Some(path) = self.paths.first() else { return };
        for unit in new.units.iter().filter(|unit| !self.has_own(unit)) {
            let Some(was) = old.unit(unit.name.as_str()) else { continue };
            if dependencies(was) != dependencies(unit) {
                let differences = vec![Difference::Dependencies];
                let others = self.paths.len() - 1;
                let reason = Reason::Definition { path: (*path).clone(), others, differences };
                comparison.add(&unit.name, reason);
            }
        }
    }

    /// Adds a reason to each unit with stated dependencies if base cannot be read and one of the manifests belongs to no unit:
    /// whom it concerns cannot be known.
    pub(super) fn decide(&self, workspace: &Workspace, why: &str, comparison: &mut BaseComparison) {
        let directories = UnitDirectories::new(&workspace.units);
        let Some(path) = self.paths.iter().find(|path| directories.owner(path).is_none()) else { return };
        let is_stated = |unit: &&Unit| {
            unit.depends_on.iter().any(|dependency| dependency.stated == Stated::Manifest)
                || unit.changes.iter().any(|rule| rule.stated == Stated::Manifest)
        };
        for unit in workspace.units.iter().filter(is_stated) {
            comparison.add(&unit.name, Reason::Template { path: (*path).clone(), why: why.to_owned() });
        }
    }

    fn has_own(&self, unit: &Unit) -> bool {
        self.paths.iter().any(|path| path.is_in(&unit.dir))
    }
}

fn dependencies(unit: &Unit) -> BTreeSet<&UnitName> {
    unit.depends_on.iter().map(|dependency| &dependency.unit).collect()
}
