//! Compares the files that `rules:exists` of jobs ask about: with them jobs come and go, though none is written otherwise.

use super::before::Before;
use crate::changes::{ChangeSet, Extent, Status};
use crate::select::{
    Asking, BaseComparison, Difference, Reason, exists_of_job, is_ignored, loosened, matched,
};
use crate::unit::{self, UnitRenderer};
use nestling_files::files::{Files, ReadError};
use nestling_files::path::{Glob, RepoPath};
use nestling_gitlab::name::UnitName;
use nestling_gitlab::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// Jobs by the glob that they ask about.
type Asked = BTreeMap<String, Vec<(UnitName, String)>>;

/// Adds a reason to each unit with a job that asks about a file which is on one side only.
pub(super) fn compare(
    renderer: &UnitRenderer<'_>,
    before: &Before<'_>,
    changes: &ChangeSet,
    comparison: &mut BaseComparison,
) {
    let Extent::Paths(changed) = &changes.extent else { return };
    let moved = changed.iter().filter(|change| change.status != Status::Modified);
    let moved = moved.map(|change| &change.path).filter(|path| !is_ignored(renderer.workspace, path));
    let moved: BTreeSet<RepoPath> = moved.cloned().collect();
    if moved.is_empty() {
        return;
    }
    let asked = asked(renderer, &moved);
    if asked.is_empty() {
        return;
    }
    let differing = differing(&asked, before.files(), renderer.files);
    for (text, jobs) in asked.iter().filter(|(text, _)| differing.contains(*text)) {
        let paths = matches(text, &moved);
        let Some(path) = paths.first() else { continue };
        comparison.claimed.extend(paths.iter().cloned());
        for (unit, job) in jobs {
            let differences = vec![Difference::Exists { job: job.clone() }];
            let reason = Reason::Definition { path: path.clone(), others: paths.len() - 1, differences };
            comparison.add_with_paths(unit, reason, &paths);
        }
    }
}

/// Returns the globs that jobs ask about and that match a path which came or went.
fn asked(renderer: &UnitRenderer<'_>, moved: &BTreeSet<RepoPath>) -> Asked {
    let mut asking = Asking::new(renderer.templates);
    let mut asked = Asked::new();
    for unit in &renderer.workspace.units {
        if !asking.may_ask(unit, moved, renderer.files) {
            continue;
        }
        // What is wrong with it is reported where it is rendered.
        let (jobs, _) = unit::definition(renderer, unit);
        for (name, job) in &jobs.jobs {
            let body = Node::map(job.origin, job.body.clone());
            for text in exists_of_job(&body) {
                if !matches(text, moved).is_empty() {
                    asked.entry(text.to_owned()).or_default().push((unit.name.clone(), name.clone()));
                }
            }
        }
    }
    asked
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
    let exists = |text: &str, matched: &std::collections::HashMap<String, crate::select::Matched>| {
        matched.get(text).map(|matched| matched.file || (text.ends_with('/') && matched.directory))
    };
    let differs = |text: &&String| text.contains('$') || exists(text, &was) != exists(text, &is);
    asked.keys().filter(differs).cloned().collect()
}
