//! Globs of `rules:changes` whose files do not select the unit: a change of them alone makes no pipeline with the job.

use super::job_globs::JobGlobs;
use crate::select::{UnitIndex, affects_everything, directory_of, is_ignored, selected_by};
use crate::workspace::idle_rules::CHANGES_UNSELECTED;
use crate::workspace::{Unclaimed, Workspace, places};
use indexmap::IndexMap;
use nestling_files::files::{EntryKind, Files, ReadError, Walk};
use nestling_files::path::{Glob, RepoPath};
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, HashSet};

/// A glob whose files belong to more sets of units is about a kind of files wherever they are, and not looked at further.
const MOST_OWNERS: usize = 64;

/// A glob, with the jobs that have it.
struct Pattern<'j> {
    glob: Glob,
    /// The directory that every match is in.
    directory: RepoPath,
    /// Units with the index of each, and the place where the glob is written.
    uses: Vec<(usize, &'j UnitName, Origin)>,
    /// The units that the files so far belong to: others of the same units say nothing new.
    seen: HashSet<Vec<usize>>,
    /// Set if nothing more has to be known of it.
    is_done: bool,
}

/// A place where a glob is written: of a template, one unit for which it is right is enough.
#[derive(Default)]
struct Place<'j> {
    /// Set if a file that it matches selects a unit that has it.
    selects: bool,
    /// The first use whose file does not select the unit: unit, glob and file.
    other: Option<(&'j UnitName, &'j str, RepoPath)>,
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
    let mut search = Search { workspace, index: UnitIndex::new(workspace), places: BTreeMap::new() };
    let mut patterns = patterns(jobs, workspace);
    files.walk(&mut |directory, listed| {
        let mut here: Vec<(&&str, &mut Pattern<'_>)> = patterns
            .iter_mut()
            .filter(|(_, pattern)| !pattern.is_done)
            .filter(|(_, pattern)| directory.is_in(&pattern.directory) || pattern.directory.is_in(directory))
            .collect();
        if here.is_empty() {
            return Walk::Skip;
        }
        for file in listed.iter().filter(|file| file.kind != EntryKind::Directory) {
            let path = directory.child(&file.name);
            let matching =
                here.iter_mut().filter(|(_, pattern)| !pattern.is_done && pattern.glob.matches(&path));
            matching.for_each(|(text, pattern)| search.note(text, pattern, &path));
        }
        Walk::Descend
    })?;
    let wrong = search.places.iter().filter(|(_, place)| !place.selects);
    Ok(wrong.filter_map(|(origin, place)| finding(*origin, place, workspace)).collect())
}

/// Returns the globs by their text, without those whose matches are all in the unit's own directory.
fn patterns<'j>(jobs: &'j JobGlobs, workspace: &Workspace) -> IndexMap<&'j str, Pattern<'j>> {
    let places = places(&workspace.units);
    let mut patterns: IndexMap<&str, Pattern<'_>> = IndexMap::new();
    for (origin, unit, text) in jobs.changes() {
        let (Ok(glob), Some(index)) = (Glob::parse(text), places.get(unit)) else { continue };
        let directory = directory_of(&glob);
        let own = &workspace.units[*index].dir;
        if directory.is_in(own) && !own.is_root() {
            continue;
        }
        let new = || Pattern { glob, directory, uses: Vec::new(), seen: HashSet::new(), is_done: false };
        patterns.entry(text).or_insert_with(new).uses.push((*index, unit, origin));
    }
    patterns
}

struct Search<'w, 'j> {
    workspace: &'w Workspace,
    index: UnitIndex<'w>,
    places: BTreeMap<Origin, Place<'j>>,
}

impl<'j> Search<'_, 'j> {
    /// Notes a file that a glob matches.
    fn note(&mut self, text: &'j str, pattern: &mut Pattern<'j>, path: &RepoPath) {
        let claims = if is_ignored(self.workspace, path) { Vec::new() } else { self.index.claims(path) };
        let selects_all = self.selects_all(path, claims.is_empty());
        let units = claims.iter().map(|(unit, _)| *unit).collect();
        if !selects_all && !pattern.seen.insert(units) {
            return;
        }
        let is_of_all = pattern.seen.len() > MOST_OWNERS;
        let selected = if is_of_all { Vec::new() } else { selected_by(self.workspace, claims) };
        let mut is_done = true;
        for (index, unit, origin) in &pattern.uses {
            let place = self.places.entry(*origin).or_default();
            if selects_all || is_of_all || selected.get(*index).is_some_and(|is_selected| *is_selected) {
                place.selects = true;
            } else if !place.selects {
                is_done = false;
                place.other.get_or_insert_with(|| (*unit, text, path.clone()));
            }
        }
        pattern.is_done = is_done;
    }

    /// Returns `true` if a file selects every unit, or all that are made from it.
    fn selects_all(&self, path: &RepoPath, is_unclaimed: bool) -> bool {
        if is_ignored(self.workspace, path) {
            return false;
        }
        self.workspace.is_template_path(path)
            || *path == self.workspace.own_file()
            || (is_unclaimed && self.workspace.unclaimed == Unclaimed::Everything)
            || affects_everything(self.workspace, path).is_some()
    }
}

fn finding(origin: Origin, place: &Place<'_>, workspace: &Workspace) -> Option<Diagnostic> {
    let (unit, text, path) = place.other.as_ref()?;
    let message = format!("no file that `{text}` of `changes` matches selects {unit}");
    let problem = Diagnostic::warning(&CHANGES_UNSELECTED, origin, message)
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
