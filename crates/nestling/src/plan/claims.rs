//! Compares which paths select units at base and at head, and which units they depend on, where the files that define that changed.
//!
//! A path that did not change selects nothing. But where `changes`, `ignore`, the directories of units or what manifests state
//! are others than at base, a unit has other inputs, even though none of them changed: it has never run with these.

use super::before::Before;
use super::relocked::Locks;
use super::removed::may_be_removed;
use super::rewired::Manifests;
use crate::changes::{Change, ChangeSet, Extent, Status};
use crate::select::{BaseComparison, Difference, Reason, UnitIndex, affects_everything, is_ignored};
use crate::workspace::{FILE_NAME, RootGlob, Unit, UnitDirectories, Workspace};
use nestling_files::files::{EntryKind, Files, ReadError, Walk};
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Adds a reason to each unit that other paths select than at base, or that depends on others.
pub(super) fn compare(
    files: &dyn Files,
    workspace: &Workspace,
    before: &mut Before<'_>,
    changes: &ChangeSet,
    comparison: &mut BaseComparison,
) {
    let Extent::Paths(changed) = &changes.extent else { return };
    let is_header = |change: &&Change| change.path.file_name() == FILE_NAME.as_bytes();
    let manifests = Manifests::among(workspace, changed);
    comparison.claimed.extend(manifests.graphs.iter().map(|path| (*path).clone()));
    let locks = Locks::among(workspace, changed);
    comparison.claimed.extend(locks.paths.iter().map(|path| (*path).clone()));
    let may_differ = !manifests.paths.is_empty()
        || locks.may_differ
        || changed.iter().any(|change| is_header(&change))
        || may_be_removed(workspace, changes)
        || may_be_new(workspace, changed);
    if !may_differ {
        return;
    }
    let old_files = before.files();
    let old = match before.read() {
        Ok(old) => old,
        Err(why) => {
            locks.decide(files, workspace, why, comparison);
            return manifests.decide(workspace, why, comparison);
        }
    };
    manifests.compare(old, workspace, comparison);
    if let Some(old_files) = old_files {
        locks.compare((old_files, old), (files, workspace), comparison);
    }
    for unit in new_units(old, workspace, changed) {
        let path = changed.iter().map(|change| &change.path).find(|path| path.is_in(&unit.dir));
        let path = path.unwrap_or(&unit.dir).clone();
        let differences = vec![Difference::NewUnit];
        comparison.add(&unit.name, Reason::Definition { path, others: 0, differences });
    }
    let mut units = deeper(old, workspace);
    if !same_shape(old, workspace) {
        let sides = Sides::new(old, workspace, changed);
        // A directory that cannot be listed is reported by those who read it.
        let _ = sides.walk(files, &mut units, comparison);
    }
    let mut headers: Vec<&RepoPath> = changed.iter().filter(is_header).map(|change| &change.path).collect();
    if headers.is_empty() {
        headers.extend(changed.iter().map(|change| &change.path));
    }
    let Some(path) = headers.first() else { return };
    for unit in units {
        let differences = vec![Difference::Paths];
        let reason = Reason::Definition { path: (*path).clone(), others: headers.len() - 1, differences };
        comparison.add(&unit, reason);
    }
}

/// Returns `true` if a rule could make a unit of a directory that came with a file which selects it not: a file of a unit below
/// it, or one that is ignored.
fn may_be_new(workspace: &Workspace, changed: &[Change]) -> bool {
    let directories = UnitDirectories::new(&workspace.units);
    let mut seen = HashSet::new();
    let added = changed.iter().filter(|change| change.status == Status::Added);
    let may_be = |change: &Change| {
        let Some(owner) = directories.owner(&change.path) else { return false };
        let has_unit_above =
            |unit: &Unit| unit.dir.parent().and_then(|parent| directories.owner(&parent)).is_some();
        is_ignored(workspace, &change.path) || (seen.insert(owner) && has_unit_above(&workspace.units[owner]))
    };
    added.into_iter().any(may_be)
}

/// Returns the units that were none at base, and that no path of their own selects.
fn new_units<'w>(old: &Workspace, new: &'w Workspace, changed: &[Change]) -> Vec<&'w Unit> {
    let is_new = |unit: &&Unit| old.unit(unit.name.as_str()).is_none();
    let mut units: Vec<&Unit> = new.units.iter().filter(is_new).collect();
    if !units.is_empty() {
        let side = Side { workspace: new, index: UnitIndex::new(new) };
        let selected: HashSet<&UnitName> =
            changed.iter().flat_map(|change| side.units(&change.path)).collect();
        units.retain(|unit| !selected.contains(&unit.name));
    }
    units
}

/// Returns the units that depend on others than at base because `depends_on_depth` is another.
fn deeper(old: &Workspace, new: &Workspace) -> BTreeSet<UnitName> {
    if old.depth == new.depth {
        return BTreeSet::new();
    }
    let closures = |workspace: &Workspace| -> BTreeMap<UnitName, BTreeSet<UnitName>> {
        let named = |(name, units): (&UnitName, BTreeSet<&UnitName>)| {
            (name.clone(), units.into_iter().cloned().collect())
        };
        crate::fingerprint::closures(workspace).into_iter().map(named).collect()
    };
    let was = closures(old);
    let differs = |(name, units): &(UnitName, BTreeSet<UnitName>)| {
        was.get(name).is_some_and(|units_were| units_were != units)
    };
    closures(new).into_iter().filter(differs).map(|(name, _)| name).collect()
}

/// Returns `true` if each path selects the same units on both sides.
fn same_shape(old: &Workspace, new: &Workspace) -> bool {
    let same_globs = |a: &[RootGlob], b: &[RootGlob]| {
        a.iter().map(|written| &written.glob).eq(b.iter().map(|written| &written.glob))
    };
    let behind_links = |workspace: &'_ Workspace| {
        workspace.everything_links.iter().flat_map(|target| target.globs.clone()).collect::<Vec<_>>()
    };
    let same_rules = |a: &Unit, b: &Unit| {
        let rules =
            |unit: &Unit| unit.changes.iter().map(|rule| (rule.sign, rule.glob.clone())).collect::<Vec<_>>();
        (&a.name, &a.dir) == (&b.name, &b.dir) && rules(a) == rules(b)
    };
    same_globs(&old.ignore, &new.ignore)
        && same_globs(&old.everything, &new.everything)
        && behind_links(old) == behind_links(new)
        && old.units.len() == new.units.len()
        && old.units.iter().zip(&new.units).all(|(a, b)| same_rules(a, b))
}

/// The two sides, and what changed between them.
struct Sides<'a> {
    old: Side<'a>,
    new: Side<'a>,
    changed: HashMap<&'a RepoPath, Status>,
    /// Units that changed paths select anyway.
    selected: BTreeSet<&'a UnitName>,
}

impl<'a> Sides<'a> {
    fn new(old: &'a Workspace, new: &'a Workspace, changed: &'a [Change]) -> Self {
        let new = Side { workspace: new, index: UnitIndex::new(new) };
        let selected = changed.iter().flat_map(|change| new.units(&change.path)).collect();
        Self {
            old: Side { workspace: old, index: UnitIndex::new(old) },
            new,
            changed: changed.iter().map(|change| (&change.path, change.status)).collect(),
            selected,
        }
    }

    /// Looks at all files of head, and at the removed ones.
    fn walk(
        &self,
        files: &dyn Files,
        units: &mut BTreeSet<UnitName>,
        comparison: &mut BaseComparison,
    ) -> Result<(), ReadError> {
        let deleted = self.changed.iter().filter(|(_, status)| **status == Status::Deleted);
        deleted.for_each(|(path, _)| self.compare(path, units, comparison));
        files.walk(&mut |directory, entries| {
            for entry in entries.iter().filter(|entry| entry.kind != EntryKind::Directory) {
                self.compare(&directory.child(&entry.name), units, comparison);
            }
            Walk::Descend
        })
    }

    /// Adds the units that a path selects on one side only. Where it changed, selection looks at head's alone.
    fn compare(&self, path: &RepoPath, units: &mut BTreeSet<UnitName>, comparison: &mut BaseComparison) {
        let status = self.changed.get(path);
        if status == Some(&Status::Added) {
            return;
        }
        let (old, new) = (self.old.units(path), self.new.units(path));
        let gone = old.difference(&new);
        let come = new.difference(&old).filter(|_| status.is_none());
        let is_here = |name: &&&UnitName| self.new.workspace.unit(name.as_str()).is_some();
        let differing = gone.chain(come).filter(is_here).filter(|name| !self.selected.contains(**name));
        units.extend(differing.map(|name| (*name).clone()));
        let selects_all = (self.old.selects_all(path), self.new.selects_all(path));
        if selects_all.0 != selects_all.1 && (selects_all.0 || status.is_none()) {
            let why = format!("`{path}` selected every unit on one side only");
            let path = self.new.workspace.own_file();
            comparison.everything.get_or_insert(Reason::WorkspaceFile { path, why });
        }
    }
}

/// A workspace with its index of paths.
struct Side<'a> {
    workspace: &'a Workspace,
    index: UnitIndex<'a>,
}

impl<'a> Side<'a> {
    fn counts(&self, path: &RepoPath) -> bool {
        !is_ignored(self.workspace, path)
    }

    /// Returns the units that a path selects if it changes.
    fn units(&self, path: &RepoPath) -> BTreeSet<&'a UnitName> {
        if !self.counts(path) {
            return BTreeSet::new();
        }
        let claims = self.index.claims(path).into_iter();
        claims.map(|(unit, _)| &self.workspace.units[unit].name).collect()
    }

    fn selects_all(&self, path: &RepoPath) -> bool {
        self.counts(path) && affects_everything(self.workspace, path).is_some()
    }
}

#[cfg(test)]
mod tests;
