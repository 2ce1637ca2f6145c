//! Units that depend on others than at base, because a manifest or a graph changed that is not the unit's own.

use crate::changes::Change;
use crate::select::{BaseComparison, Difference, Reason, is_ignored};
use crate::workspace::{FILE_NAME, Stated, Unit, UnitDirectories, Workspace};
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use std::collections::BTreeSet;

/// The changed files that `depends_from` reads.
pub(super) struct Manifests<'c> {
    changed: &'c [Change],
    pub paths: Vec<&'c RepoPath>,
    /// Graphs of other tools.
    pub graphs: Vec<&'c RepoPath>,
}

impl<'c> Manifests<'c> {
    /// Finds them among the changed paths.
    pub(super) fn among(workspace: &Workspace, changed: &'c [Change]) -> Self {
        let counting = changed.iter().map(|change| &change.path).filter(|path| !is_ignored(workspace, path));
        let paths: Vec<&RepoPath> = counting.filter(|path| workspace.depends_from.reads(path)).collect();
        let graphs = paths.iter().copied().filter(|path| workspace.depends_from.is_graph(path)).collect();
        Self { changed, paths, graphs }
    }

    /// Adds a reason to each unit that depends on other units than at base, and that has none of the manifests itself. Without any
    /// manifest, a unit that came or went can have taken the place of another that manifests lead to.
    pub(super) fn compare(&self, old: &Workspace, new: &Workspace, comparison: &mut BaseComparison) {
        let is_header = |change: &&Change| change.path.file_name() == FILE_NAME.as_bytes();
        let header =
            || self.changed.iter().find(is_header).or(self.changed.first()).map(|change| &change.path);
        let Some(path) = self.paths.first().copied().or_else(header) else { return };
        for unit in &new.units {
            let Some(was) = old.unit(unit.name.as_str()) else { continue };
            // What depended on a removed unit has a reason of its own.
            let exists = |name: &&&UnitName| new.unit(name.as_str()).is_some();
            let same = match self.paths.is_empty() {
                true => dependencies(was).iter().filter(exists).eq(dependencies(unit).iter()),
                false => dependencies(was) == dependencies(unit),
            };
            let is_selected = || match self.paths.is_empty() {
                true => comparison.reasons.contains_key(&unit.name) || is_changed(unit, self.changed),
                false => self.has_own(unit),
            };
            if !same && !is_selected() {
                let differences = vec![Difference::Dependencies];
                let others = self.paths.len().saturating_sub(1);
                let reason = Reason::Definition { path: path.clone(), others, differences };
                comparison.add(&unit.name, reason);
            }
        }
    }

    /// Adds a reason to each unit with stated dependencies if base cannot be read and one of the manifests does not belong to a unit:
    /// whom it affects cannot be known.
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

fn is_changed(unit: &Unit, changed: &[Change]) -> bool {
    changed.iter().any(|change| change.path.is_in(&unit.dir))
}

fn dependencies(unit: &Unit) -> BTreeSet<&UnitName> {
    unit.depends_on.iter().map(|dependency| &dependency.unit).collect()
}
