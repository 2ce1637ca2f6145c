//! Units that were there at base and are not at head: what is left of them to stop, and whom they leave behind.

use super::before::Before;
use super::likeness::{self, Sides};
use crate::changes::{Change, ChangeSet, Extent, Status};
use crate::select::{Definitions, Narrowing, Reason, Selection, Verdict};
use crate::workspace::{FILE_NAME, Unit, Workspace};
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, HashSet};

/// A unit that is gone since base.
#[derive(Debug, Clone)]
pub struct Removed {
    /// The unit as it was; its places are in the files of base.
    pub unit: Unit,
    /// The unit that it is now, where it was moved or renamed.
    pub moved_to: Option<UnitName>,
}

/// Finds the units that are gone. Where somebody asked for single units, none is told.
pub(crate) fn find(
    files: &dyn Files,
    workspace: &Workspace,
    before: &mut Before<'_>,
    changes: &ChangeSet,
    narrowing: &Narrowing,
) -> Vec<Removed> {
    if !narrowing.only.is_empty() || !may_be(workspace, changes) {
        return Vec::new();
    }
    let old_files = before.files();
    let (Ok(old), Some(old_files)) = (before.read(), old_files) else { return Vec::new() };
    let gone: Vec<&Unit> =
        old.units.iter().filter(|unit| workspace.unit(unit.name.as_str()).is_none()).collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let dirs: HashSet<&RepoPath> = old.units.iter().map(|unit| &unit.dir).collect();
    let names: HashSet<&UnitName> = old.unit_names().collect();
    let new: Vec<&Unit> = workspace
        .units
        .iter()
        .filter(|unit| !dirs.contains(&unit.dir) && !names.contains(&unit.name))
        .collect();
    let moves = likeness::moves(&gone, &new, &Sides { old: old_files, new: files, changes: paths(changes) });
    let by_dir: BTreeMap<_, _> = workspace.units.iter().map(|unit| (&unit.dir, &unit.name)).collect();
    gone.into_iter()
        .map(|unit| {
            let renamed = by_dir.get(&unit.dir).map(|name| (*name).clone());
            let moved_to = renamed.or_else(|| moves.get(&unit.name).cloned());
            Removed { unit: unit.clone(), moved_to }
        })
        .collect()
}

fn paths(changes: &ChangeSet) -> &[Change] {
    changes.paths().unwrap_or_default()
}

/// Whether a unit could be gone: a file that makes units changed, or a directory that a rule made a unit is empty.
fn may_be(workspace: &Workspace, changes: &ChangeSet) -> bool {
    let changed = match &changes.extent {
        Extent::Nothing(_) => return false,
        Extent::Everything(_) => return changes.base.is_some(),
        Extent::Paths(changed) => changed,
    };
    if changed.iter().any(|change| change.path.file_name() == FILE_NAME.as_bytes()) {
        return true;
    }
    let units: HashSet<&RepoPath> = workspace.units.iter().map(|unit| &unit.dir).collect();
    let mut seen: HashSet<RepoPath> = HashSet::new();
    for change in changed.iter().filter(|change| change.status == Status::Deleted) {
        let mut at = change.path.parent();
        while let Some(directory) = at.filter(|directory| seen.insert(directory.clone())) {
            if !units.contains(&directory) && workspace.is_made_by_rule(&directory) {
                return true;
            }
            at = directory.parent();
        }
    }
    false
}

/// Tells units that were moved where from, and those that depended on what is gone that it is.
pub(crate) fn tell(
    workspace: &Workspace,
    before: &Before<'_>,
    removed: &[Removed],
    changes: &ChangeSet,
    definitions: &mut Definitions,
) {
    let Some(old) = before.workspace() else { return };
    let mut add = |unit: &UnitName, reason: Reason| {
        definitions.reasons.entry(unit.clone()).or_default().push(reason);
    };
    for was in &old.units {
        if let Some(now) = workspace.unit(was.name.as_str()).filter(|now| now.dir != was.dir) {
            add(&now.name, Reason::Moved { from: was.dir.clone(), called: None });
        }
    }
    for Removed { unit, moved_to } in removed {
        if let Some(now) = moved_to {
            add(now, Reason::Moved { from: unit.dir.clone(), called: Some(unit.name.clone()) });
            continue;
        }
        let left = |other: &&Unit| other.depends_on.iter().any(|d| d.unit == unit.name);
        for other in old.units.iter().filter(left) {
            if let Some(other) = workspace.unit(other.name.as_str()) {
                add(&other.name, Reason::DependedOn { unit: unit.name.clone() });
            }
        }
    }
    for Removed { unit, .. } in removed {
        let own = paths(changes).iter().filter(|change| change.path.is_in(&unit.dir)).map(|it| &it.path);
        let own: Vec<RepoPath> = own.cloned().collect();
        definitions.claimed.extend(own.iter().cloned());
        definitions.paths.entry(unit.name.clone()).or_default().extend(own);
    }
}

/// Gives the units that are gone their verdicts.
pub(crate) fn into_verdicts(removed: &[Removed], selection: &mut Selection) {
    for Removed { unit, moved_to } in removed {
        let reason = match moved_to {
            Some(now) => Reason::MovedTo { unit: now.clone() },
            None => Reason::Deleted,
        };
        selection.verdicts.insert(unit.name.clone(), Verdict::Removed(vec![reason]));
    }
}
