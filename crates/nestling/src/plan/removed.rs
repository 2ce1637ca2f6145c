//! Units that were there at base and are not at head: what is left of them to stop, and whom they leave behind.

use super::before::Before;
use super::likeness::{self, Sides};
use crate::changes::{Change, ChangeSet, Extent, Status};
use crate::select::{Narrowing, Reason, Verdict};
use crate::workspace::{FILE_NAME, Unit, Workspace};
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, HashSet};

/// A unit removed since base.
///
/// ```
/// use nestling::{ChangeRequest, Project, Repository};
/// # let fixture = nestling_git::testing::Fixture::new();
/// # fixture.write("nestling.yml", "workspace: {}");
/// # fixture.write("old/nestling.yml", "build: { script: make }");
/// # fixture.commit("a unit");
/// # fixture.git(&["checkout", "--quiet", "-b", "feature"]);
/// # fixture.remove("old/nestling.yml");
/// # let directory = &fixture.root;
///
/// let repository = Repository::discover(directory)?;
/// let project = Project::open(&repository, ChangeRequest::local())?;
/// let plan = project.plan(project.changes()?).run()?;
/// assert_eq!(plan.removed[0].unit.name.as_str(), "old");
/// assert_eq!(plan.removed[0].moved_to, None);
/// # Ok::<(), nestling::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Removed {
    /// The unit as it was; its places are in the files of base.
    pub unit: Unit,
    /// The unit that it is now, where it was moved or renamed.
    pub moved_to: Option<UnitName>,
    /// The changed paths in its directory, in order.
    pub paths: Vec<RepoPath>,
    /// The verdict that it was removed, with the reason why its stop jobs are in the plan.
    pub verdict: Verdict,
}

impl Removed {
    fn new(unit: &Unit, moved_to: Option<UnitName>, changes: &ChangeSet) -> Self {
        let reason = match &moved_to {
            Some(now) => Reason::MovedTo { unit: now.clone() },
            None => Reason::Deleted,
        };
        let changed = paths(changes).iter().map(|change| &change.path);
        let mut paths: Vec<RepoPath> = changed.filter(|path| path.is_in(&unit.dir)).cloned().collect();
        paths.sort_unstable();
        paths.dedup();
        Self { unit: unit.clone(), moved_to, paths, verdict: Verdict::Removed(vec![reason]) }
    }
}

/// Finds the removed units. If somebody asked for single units, none is returned.
pub(crate) fn find(
    files: &dyn Files,
    workspace: &Workspace,
    before: &mut Before<'_>,
    changes: &ChangeSet,
    narrowing: &Narrowing,
) -> Vec<Removed> {
    if !narrowing.only.is_empty() || !may_be_removed(workspace, changes) {
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
            Removed::new(unit, moved_to, changes)
        })
        .collect()
}

fn paths(changes: &ChangeSet) -> &[Change] {
    changes.paths().unwrap_or_default()
}

/// Returns `true` if a unit could be gone: a file that makes units changed, or a directory that a rule made a unit is empty.
pub(super) fn may_be_removed(workspace: &Workspace, changes: &ChangeSet) -> bool {
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

/// Returns the reasons that units at head have in units at base: those that were moved, and those that depended on one that
/// was removed.
pub(crate) fn reasons(
    workspace: &Workspace,
    before: &Before<'_>,
    removed: &[Removed],
) -> Vec<(UnitName, Reason)> {
    let Some(old) = before.workspace() else { return Vec::new() };
    let mut reasons = Vec::new();
    for was in &old.units {
        if let Some(now) = workspace.unit(was.name.as_str()).filter(|now| now.dir != was.dir) {
            reasons.push((now.name.clone(), Reason::Moved { from: was.dir.clone(), called: None }));
        }
    }
    for Removed { unit, moved_to, .. } in removed {
        if let Some(now) = moved_to {
            let reason = Reason::Moved { from: unit.dir.clone(), called: Some(unit.name.clone()) };
            reasons.push((now.clone(), reason));
            continue;
        }
        for dependent in dependents(old, &unit.name) {
            if workspace.unit(dependent.as_str()).is_some() {
                reasons.push((dependent.clone(), Reason::DependedOn { unit: unit.name.clone() }));
            }
        }
    }
    reasons
}

/// The units that depend on one directly.
fn dependents<'a>(workspace: &'a Workspace, name: &UnitName) -> impl Iterator<Item = &'a UnitName> {
    let depends = |unit: &&Unit| unit.depends_on.iter().any(|dependency| dependency.unit == *name);
    workspace.units.iter().filter(depends).map(|unit| &unit.name)
}
