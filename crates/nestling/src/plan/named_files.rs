//! Compares the files that jobs name: those that `rules:exists` asks about, with which jobs come and go, and those that their
//! child pipelines are made from.

use super::before::Before;
use crate::changes::{ChangeSet, Extent, Status};
use crate::select::{
    BaseComparison, ChangedFiles, Difference, Matched, NamedFiles, Reason, child_files_of_job, exists_of_job,
    is_ignored, loosened, matched,
};
use crate::unit::{self, UnitJob, UnitRenderer};
use crate::workspace::Unit;
use nestling_files::files::{Files, ReadError};
use nestling_files::path::{Glob, RepoPath};
use nestling_gitlab::name::UnitName;
use nestling_gitlab::yaml::Node;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Jobs by the glob that they ask about.
type Asked = BTreeMap<String, Vec<(UnitName, String)>>;

/// Adds a reason to each unit with a job that asks about a file which is on one side only, or that triggers a child pipeline
/// from a changed file.
pub(super) fn compare(
    renderer: &UnitRenderer<'_>,
    before: &Before<'_>,
    changes: &ChangeSet,
    comparison: &mut BaseComparison,
) {
    let Extent::Paths(changes) = &changes.extent else { return };
    let mut changed = ChangedFiles::default();
    for change in changes.iter().filter(|change| !is_ignored(renderer.workspace, &change.path)) {
        changed.all.insert(change.path.clone());
        if change.status != Status::Modified {
            changed.moved.insert(change.path.clone());
        }
    }
    if changed.all.is_empty() {
        return;
    }
    let mut search =
        Search { named: NamedFiles::new(renderer.templates), changed, asked: Asked::new(), comparison };
    for unit in &renderer.workspace.units {
        if search.named.may_name(unit, &search.changed, renderer.files) {
            // What is wrong with it is reported where it is rendered.
            let (jobs, _) = unit::definition(renderer, unit);
            jobs.jobs.iter().for_each(|(name, job)| search.job(unit, name, job));
        }
    }
    let Search { asked, changed, .. } = search;
    if asked.is_empty() {
        return;
    }
    let differing = differing(&asked, before.files(), renderer.files);
    for (text, jobs) in asked.iter().filter(|(text, _)| differing.contains(*text)) {
        let paths = matches(text, &changed.moved);
        for (unit, job) in jobs {
            add(comparison, unit, &paths, Difference::Exists { job: job.clone() });
        }
    }
}

struct Search<'a, 'c> {
    named: NamedFiles<'a>,
    changed: ChangedFiles,
    asked: Asked,
    comparison: &'c mut BaseComparison,
}

impl Search<'_, '_> {
    /// Notes the globs that a job asks about and that match a path which came or went, and adds its child pipeline.
    fn job(&mut self, unit: &Unit, name: &str, job: &UnitJob) {
        let body = Node::map(job.origin, job.body.clone());
        for text in exists_of_job(&body) {
            if !matches(text, &self.changed.moved).is_empty() {
                self.asked.entry(text.to_owned()).or_default().push((unit.name.clone(), name.to_owned()));
            }
        }
        let mut paths = BTreeSet::new();
        for written in child_files_of_job(&body) {
            paths.extend(self.named.changed_in_child(written, job.origin.file, &self.changed));
        }
        add(self.comparison, &unit.name, &paths, Difference::Child { job: name.to_owned() });
    }
}

/// Adds a reason to a unit, if there are paths.
fn add(comparison: &mut BaseComparison, unit: &UnitName, paths: &BTreeSet<RepoPath>, difference: Difference) {
    let Some(path) = paths.first() else { return };
    comparison.claimed.extend(paths.iter().cloned());
    let reason =
        Reason::Definition { path: path.clone(), others: paths.len() - 1, differences: vec![difference] };
    comparison.add_with_paths(unit, reason, paths);
}

/// Returns the paths that a string of `exists` can match. GitLab matches it from the root of the repository.
fn matches(text: &str, paths: &BTreeSet<RepoPath>) -> BTreeSet<RepoPath> {
    let loosened = loosened(text);
    let directory = loosened.strip_suffix('/').map(|directory| format!("{directory}/**/*"));
    let Ok(glob) = Glob::parse(directory.as_deref().unwrap_or(&loosened)) else { return BTreeSet::new() };
    paths.iter().filter(|path| glob.matches(path)).cloned().collect()
}

/// Returns the globs that match a file on one side only. One with a variable may.
fn differing(asked: &Asked, before: Option<&dyn Files>, now: &dyn Files) -> BTreeSet<String> {
    let matched_in = |files: &dyn Files| -> Result<_, ReadError> { matched(files, asked.keys().cloned()) };
    let both = before.map(|before| Ok::<_, ReadError>((matched_in(before)?, matched_in(now)?)));
    // A directory that cannot be listed is reported by those who read it.
    let Some(Ok((was, is))) = both else { return asked.keys().cloned().collect() };
    let exists = |text: &str, matched: &HashMap<String, Matched>| {
        matched.get(text).map(|matched| matched.file || (text.ends_with('/') && matched.directory))
    };
    let differs = |text: &&String| text.contains('$') || exists(text, &was) != exists(text, &is);
    asked.keys().filter(differs).cloned().collect()
}
