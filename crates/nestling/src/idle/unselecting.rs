//! Globs of `rules:changes` whose files do not select the unit: a change of them alone makes no pipeline with the job.

use super::job_globs::JobGlobs;
use crate::fingerprint::closures;
use crate::select::{UnitIndex, affects_everything, directory_of, is_ignored};
use crate::workspace::idle_rules::CHANGES_UNSELECTED;
use crate::workspace::{Unclaimed, Workspace};
use nestling_files::files::{EntryKind, Files, ReadError, Walk};
use nestling_files::path::{Glob, RepoPath};
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet};

/// A glob of a unit's job, and what its files do.
struct Entry<'j> {
    origin: Origin,
    unit: &'j UnitName,
    text: &'j str,
    glob: Glob,
    /// The directory that every match is in.
    directory: RepoPath,
    /// A file that it matches, and that does not select the unit.
    other: Option<RepoPath>,
    /// Set if a file that it matches selects the unit.
    selects: bool,
}

/// Warns of each glob that matches files of which none selects any unit that has it.
///
/// # Errors
/// A directory cannot be listed.
pub(super) fn globs(
    jobs: &JobGlobs,
    files: &dyn Files,
    workspace: &Workspace,
) -> Result<Vec<Diagnostic>, ReadError> {
    let mut entries: Vec<Entry<'_>> =
        jobs.changes().filter_map(|(at, unit, text)| entry(workspace, at, unit, text)).collect();
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let selecting = Selecting::new(workspace);
    files.walk(&mut |directory, listed| {
        let mut here: Vec<&mut Entry<'_>> = entries
            .iter_mut()
            .filter(|entry| {
                !entry.selects && (directory.is_in(&entry.directory) || entry.directory.is_in(directory))
            })
            .collect();
        if here.is_empty() {
            return Walk::Skip;
        }
        for file in listed.iter().filter(|file| file.kind != EntryKind::Directory) {
            let path = directory.child(&file.name);
            for entry in here.iter_mut().filter(|entry| entry.glob.matches(&path)) {
                match selecting.selects(&path, entry.unit) {
                    true => entry.selects = true,
                    false => _ = entry.other.get_or_insert_with(|| path.clone()),
                }
            }
        }
        Walk::Descend
    })?;
    Ok(findings(&entries, workspace))
}

/// Makes an entry, unless all matches are in the unit's own directory.
fn entry<'j>(workspace: &Workspace, origin: Origin, unit: &'j UnitName, text: &'j str) -> Option<Entry<'j>> {
    let glob = Glob::parse(text).ok()?;
    let directory = directory_of(&glob);
    let own = &workspace.unit(unit.as_str())?.dir;
    let is_own = directory.is_in(own) && !own.is_root();
    (!is_own).then_some(Entry { origin, unit, text, glob, directory, other: None, selects: false })
}

/// The paths that select units.
struct Selecting<'w> {
    workspace: &'w Workspace,
    index: UnitIndex<'w>,
    /// The units that each depends on.
    dependencies: BTreeMap<&'w UnitName, BTreeSet<&'w UnitName>>,
}

impl<'w> Selecting<'w> {
    fn new(workspace: &'w Workspace) -> Self {
        let dependencies = closures(workspace).into_iter().collect();
        Self { workspace, index: UnitIndex::new(workspace), dependencies }
    }

    fn selects(&self, path: &RepoPath, unit: &UnitName) -> bool {
        if is_ignored(self.workspace, path) {
            return false;
        }
        let claims = self.index.claims(path);
        let is_unclaimed = claims.is_empty() && self.workspace.unclaimed == Unclaimed::Everything;
        // A file that units are made from selects those that it changes.
        let defines = self.workspace.is_template_path(path) || *path == self.workspace.own_file();
        let dependencies = self.dependencies.get(unit);
        let is_claimed = claims.iter().any(|(index, _)| {
            let name = &self.workspace.units[*index].name;
            name == unit || dependencies.is_some_and(|dependencies| dependencies.contains(name))
        });
        is_claimed || is_unclaimed || defines || affects_everything(self.workspace, path).is_some()
    }
}

/// Of a template, one unit for which the glob is right is enough.
fn findings(entries: &[Entry<'_>], workspace: &Workspace) -> Vec<Diagnostic> {
    let mut by_place: BTreeMap<Origin, Vec<&Entry<'_>>> = BTreeMap::new();
    entries.iter().for_each(|entry| by_place.entry(entry.origin).or_default().push(entry));
    let found = by_place.values().filter(|entries| !entries.iter().any(|entry| entry.selects));
    found
        .filter_map(|entries| finding(entries.iter().find(|entry| entry.other.is_some())?, workspace))
        .collect()
}

fn finding(entry: &Entry<'_>, workspace: &Workspace) -> Option<Diagnostic> {
    let Entry { origin, unit, text, other, .. } = entry;
    let path = other.as_ref()?;
    let message = format!("no file that `{text}` of `changes` matches selects {unit}");
    let problem = Diagnostic::warning(&CHANGES_UNSELECTED, *origin, message)
        .with_note(format!("if only {path} changes, the pipeline does not have this job"))
        .for_unit(unit);
    let add = format!("add `/{text}` to the `changes` of {unit}");
    let help = match workspace.owner(path) {
        _ if is_ignored(workspace, path) => "remove it, or the glob of `ignore` that matches".to_owned(),
        Some(owner) => format!("{add}, or {} to its `depends_on`", owner.name),
        None => add,
    };
    Some(problem.with_help(help))
}
