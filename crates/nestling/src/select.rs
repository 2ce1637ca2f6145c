//! Selection of the units that a change set affects, with reasons. Selection is total and cannot fail: every unit gets a verdict.

mod file_reads;
mod include_reads;
mod named_files;
mod candidates;
mod glob_matches;
mod difference;
mod reason;
mod base_comparison;
mod dependents;
mod index;

pub(crate) use base_comparison::BaseComparison;
pub(crate) use candidates::{Candidates, candidates, files_of_root};
pub(crate) use dependents::selected_by;
pub use difference::Difference;
pub(crate) use glob_matches::{Matched, directory_of, matched};
pub(crate) use include_reads::{child_files_of_job, exists_of_job, loosened};
pub(crate) use index::UnitIndex;
pub(crate) use named_files::{ChangedFiles, NamedFiles};
pub use reason::{Reason, Verdict};

use crate::changes::{ChangeSet, Extent, Owed};
use crate::workspace::{RootGlob, Unclaimed, Workspace};
use nestling_files::path::{Glob, RepoPath};
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet};

/// Limits of the selection (`--only`, `--except`).
#[derive(Debug, Clone, Default)]
pub(crate) struct Narrowing {
    /// Only these units, if there are any.
    pub only: BTreeSet<UnitName>,
    /// Never these units.
    pub except: BTreeSet<UnitName>,
}

/// Every unit with its verdict, and every changed path with the units that it affects.
///
/// ```
/// use nestling::{ChangeSet, MemoryFiles, PipelineFacts, Project, RepoPath, Verdict};
///
/// let files = MemoryFiles::new([
///     ("nestling.yml", "workspace: {}"),
///     ("lib/nestling.yml", "build: { script: make }"),
///     ("api/nestling.yml", "unit: { depends_on: [lib] }\n---\nbuild: { script: make }"),
///     ("web/nestling.yml", "build: { script: make }"),
/// ]);
/// let project = Project::of_files(&files, PipelineFacts::local(None, None, None))?;
/// let changes = ChangeSet::of_paths([RepoPath::parse("lib/main.c")?]);
/// let selection = project.plan(changes).select()?.selection;
/// let reasons: Vec<String> =
///     selection.verdicts.values().flat_map(Verdict::reasons).map(ToString::to_string).collect();
/// assert_eq!(reasons, ["depends on lib", "lib/main.c changed"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Selection {
    /// The verdicts by unit.
    pub verdicts: BTreeMap<UnitName, Verdict>,
    /// The changed paths that affect a unit directly, by unit, in order.
    pub paths: BTreeMap<UnitName, Vec<RepoPath>>,
    /// Changed paths that `ignore` leaves out.
    pub ignored: Vec<RepoPath>,
    /// Changed paths that affect no unit.
    pub unclaimed: Vec<RepoPath>,
    /// Units that are made from changed files and say what they said before, with those files.
    pub same: BTreeMap<UnitName, BTreeSet<RepoPath>>,
}

impl Selection {
    /// The units that are in, by name.
    pub fn selected(&self) -> impl Iterator<Item = &UnitName> {
        self.verdicts.iter().filter(|(_, verdict)| verdict.is_selected()).map(|(name, _)| name)
    }

    /// Returns the verdict of a unit; a unit that the workspace does not have is skipped.
    pub fn verdict(&self, unit: &UnitName) -> &Verdict {
        self.verdicts.get(unit).unwrap_or(&Verdict::Skipped)
    }

    /// Returns `true` if a unit is selected.
    pub fn is_selected(&self, unit: &UnitName) -> bool {
        self.verdicts.get(unit).is_some_and(Verdict::is_selected)
    }
}

/// Decides for every unit of the workspace whether the change set affects it.
pub(crate) fn select(
    changes: &ChangeSet,
    workspace: &Workspace,
    compared: &BaseComparison,
    narrowing: &Narrowing,
) -> Selection {
    let nothing = BTreeMap::new();
    let owed = changes.recorded.as_ref().map_or(&nothing, |recorded| &recorded.owed);
    let mut selection = match &changes.extent {
        Extent::Everything(reason) => everything(workspace, &Reason::All(reason.to_string())),
        Extent::Nothing(_) => everything_skipped(workspace),
        Extent::Paths(changed) => {
            let mut paths: Vec<&RepoPath> = changed.iter().map(|change| &change.path).collect();
            paths.sort_unstable();
            paths.dedup();
            by_paths(&paths, workspace, compared, owed)
        }
    };
    narrow(&mut selection, narrowing);
    selection
}

fn everything(workspace: &Workspace, reason: &Reason) -> Selection {
    let verdicts =
        workspace.unit_names().map(|name| (name.clone(), Verdict::Everything(reason.clone()))).collect();
    Selection { verdicts, ..Selection::default() }
}

fn everything_skipped(workspace: &Workspace) -> Selection {
    let verdicts = workspace.unit_names().map(|name| (name.clone(), Verdict::Skipped)).collect();
    Selection { verdicts, ..Selection::default() }
}

fn by_paths(
    paths: &[&RepoPath],
    workspace: &Workspace,
    compared: &BaseComparison,
    owed: &BTreeMap<UnitName, Owed>,
) -> Selection {
    let index = UnitIndex::new(workspace);
    let units = workspace.units.as_slice();
    let mut selection = Selection { same: compared.same.clone(), ..Selection::default() };
    let mut reasons: Vec<Vec<Reason>> = vec![Vec::new(); units.len()];
    let mut affecting: Vec<Vec<RepoPath>> = vec![Vec::new(); units.len()];
    let mut whole: Option<Reason> = compared.everything.clone();
    for path in paths {
        let is_outside = !path.is_in(&workspace.root);
        if is_ignored(workspace, path) {
            selection.ignored.push((*path).clone());
            continue;
        }
        let affects_all = affects_everything(workspace, path);
        let claims = index.claims(path);
        let is_claimed = !claims.is_empty()
            || affects_all.is_some()
            || compared.claimed.contains(*path)
            || workspace.is_of_nested(path)
            // It is no matter of the workspace, unless a link or a manifest leads there, or units are made from it.
            || is_outside;
        if !is_claimed {
            selection.unclaimed.push((*path).clone());
            if workspace.unclaimed == Unclaimed::Everything {
                whole.get_or_insert_with(|| Reason::Unclaimed { path: (*path).clone() });
            }
        }
        if let Some(reason) = affects_all {
            whole.get_or_insert(reason);
        }
        for (unit, reason) in claims {
            affecting[unit].push((*path).clone());
            reasons[unit].push(reason);
        }
    }
    let place = |name: &UnitName| units.binary_search_by(|unit| unit.name.cmp(name)).ok();
    for (name, found) in &compared.reasons {
        if let Some(unit) = place(name) {
            reasons[unit].extend(found.iter().cloned());
        }
    }
    let affecting = units.iter().zip(affecting).filter(|(_, paths)| !paths.is_empty());
    selection.paths = affecting.map(|(unit, paths)| (unit.name.clone(), paths)).collect();
    for (unit, found) in &compared.paths {
        let paths = selection.paths.entry(unit.clone()).or_default();
        paths.extend(found.iter().cloned());
        paths.sort_unstable();
        paths.dedup();
    }
    dependents::spread(workspace, &mut reasons);
    let of_owed = owed.iter().filter_map(|(name, owed)| Some((place(name)?, owed)));
    of_owed.for_each(|(unit, owed)| reasons[unit].push(Reason::Owed(owed.clone())));
    let verdicts = reasons.into_iter().map(|reasons| match (&whole, reasons.is_empty()) {
        (_, false) => Verdict::Selected(reason::condensed(reasons)),
        (Some(reason), true) => Verdict::Everything(reason.clone()),
        (None, true) => Verdict::Skipped,
    });
    selection.verdicts = workspace.unit_names().cloned().zip(verdicts).collect();
    selection
}

/// Returns `true` if `ignore` of the workspace matches the path.
pub(crate) fn is_ignored(workspace: &Workspace, path: &RepoPath) -> bool {
    matching(&workspace.ignore, path).is_some()
}

/// Returns the reason to select every unit, if `everything` matches a changed path.
pub(crate) fn affects_everything(workspace: &Workspace, path: &RepoPath) -> Option<Reason> {
    if let Some(glob) = matching(&workspace.everything, path) {
        return Some(Reason::EverythingGlob { path: path.clone(), glob: glob.to_string() });
    }
    let link =
        workspace.everything_links.iter().find(|target| target.matches(path)).map(|target| &target.link)?;
    Some(Reason::Link { path: path.clone(), link: link.clone(), others: 0 })
}

fn matching<'a>(globs: &'a [RootGlob], path: &RepoPath) -> Option<&'a Glob> {
    globs.iter().map(|written| &written.glob).find(|glob| glob.matches(path))
}

fn narrow(selection: &mut Selection, narrowing: &Narrowing) {
    for (unit, verdict) in &mut selection.verdicts {
        let left_out =
            narrowing.except.contains(unit) || (!narrowing.only.is_empty() && !narrowing.only.contains(unit));
        if left_out {
            *verdict = Verdict::Skipped;
        } else if narrowing.only.contains(unit) && !verdict.is_selected() {
            *verdict = Verdict::Selected(vec![Reason::Asked]);
        }
    }
}

#[cfg(test)]
mod tests;
