//! The law of fingerprints: for any two commits, each read with its own workspace file, a unit is selected by their difference
//! if and only if its fingerprint or its definition differs, or the definition of a unit that it depends on.
//!
//! What `ignore` matches selects nothing, be it the file of a unit. One exception, on the side of running more: a path that is deleted selects its owner at head, even if it belonged to another
//! unit at base.

use super::*;
use crate::cdk::InRepository;
use crate::changes::{Head, PipelineFacts, Provenance};
use crate::fingerprint::{UnitFingerprints, closures};
use crate::plan::{Request, select};
use crate::select::Narrowing;
use crate::unit::{UnitRenderer, definition};
use crate::workspace::{Loaded, Templates, load};
use nestling_files::files::{Links, NoRevisions};
use nestling_git::testing::Fixture;
use nestling_git::{CommitId, GitRepository, History, Trust};
use nestling_gitlab::diagnostic::{Sources, has_errors};
use std::io::Write;

mod histories;
mod random;

/// A commit as it is read.
pub(super) struct Read<'r> {
    files: Box<dyn Files + 'r>,
    loaded: Loaded,
    prints: UnitFingerprints,
    commit: CommitId,
}

impl<'r> Read<'r> {
    /// Reads a commit; `None` where its workspace has errors.
    pub(super) fn new(git: &'r GitRepository, commit: CommitId, files: Box<dyn Files + 'r>) -> Option<Self> {
        let loaded = load(&*files, &Sources::default()).unwrap();
        if has_errors(&loaded.diagnostics) {
            return None;
        }
        let prints = UnitFingerprints::read(git, git.tree_of(&commit).unwrap(), &loaded.workspace).unwrap();
        Some(Self { files, loaded, prints, commit })
    }
}

/// Figures of a comparison.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Figures {
    pub(super) selected: usize,
    pub(super) skipped: usize,
    pub(super) excepted: usize,
}

/// Compares two commits, and returns the units that are against the law.
pub(super) fn against_the_law(
    old: &Read<'_>,
    new: &Read<'_>,
    changed: &[Change],
    figures: &mut Figures,
) -> Vec<String> {
    let sources = Sources::default();
    let facts = PipelineFacts::local(Some("main".to_owned()), Some("main".to_owned()), None);
    let changes = ChangeSet {
        base: None,
        head: Head::Commit { commit: new.commit, found: Provenance::CheckedOut },
        extent: Extent::Paths(changed.to_vec()),
        history: History::Complete,
        unknown_paths: Vec::new(),
        workspace_from: None,
        recorded: None,
    };
    let selected = select(Request {
        files: &*new.files,
        protected: None,
        revisions: &NoRevisions,
        loaded: &new.loaded,
        base: Some(&*old.files),
        changes,
        pipeline: facts.clone(),
        narrowing: Narrowing::default(),
        assemblies: &InRepository,
        sources: &sources,
        fingerprints: None,
        base_tree: None,
        wants_fingerprints: false,
        parent_path: None,
        parent_files: None,
        replayed: None,
    });
    let defined = definitions_that_differ(old, new, &facts, &sources);
    let exceptions = owners_of_moved_deletions(&old.loaded.workspace, &new.loaded.workspace, changed);
    let closures: BTreeMap<&UnitName, BTreeSet<&UnitName>> =
        closures(&new.loaded.workspace).into_iter().collect();
    let mut wrong = Vec::new();
    for unit in new.loaded.workspace.unit_names() {
        let differs = old.prints.of(unit) != new.prints.of(unit)
            || defined.contains(unit)
            || closures[unit].iter().any(|dependency| defined.contains(*dependency));
        let is_selected = selected.selection.is_selected(unit);
        let is_excepted =
            exceptions.contains(unit) || closures[unit].iter().any(|unit| exceptions.contains(*unit));
        match (is_selected, differs) {
            (true, true) => figures.selected += 1,
            (false, false) => figures.skipped += 1,
            (true, false) if is_excepted => figures.excepted += 1,
            (true, false) => {
                wrong
                    .push(format!("{unit} is selected and the same: {:?}", selected.selection.verdict(unit)));
            }
            (false, true) => wrong.push(format!("{unit} differs and is not selected: {changed:?}")),
        }
    }
    wrong
}

/// Renders all units on both sides.
fn definitions_that_differ(
    old: &Read<'_>,
    new: &Read<'_>,
    facts: &PipelineFacts,
    sources: &Sources,
) -> BTreeSet<UnitName> {
    let (was, is) = (&old.loaded.workspace, &new.loaded.workspace);
    let old_templates = Templates::new(&*old.files, &NoRevisions, &was.template_directories, sources);
    let new_templates = Templates::new(&*new.files, &NoRevisions, &is.template_directories, sources);
    let old_renderer = UnitRenderer::new(&*old.files, &InRepository, sources, was, &old_templates, facts);
    let new_renderer = UnitRenderer::new(&*new.files, &InRepository, sources, is, &new_templates, facts);
    let mut differing = BTreeSet::new();
    for unit in &is.units {
        let Some(before) = was.unit(unit.name.as_str()) else {
            differing.insert(unit.name.clone());
            continue;
        };
        let of = |unit: &Unit| -> Vec<UnitName> { unit.depends_on.iter().map(|d| d.unit.clone()).collect() };
        let (jobs, _) = definition(&new_renderer, unit);
        let (jobs_were, _) = definition(&old_renderer, before);
        let same_jobs = jobs.jobs.len() == jobs_were.jobs.len()
            && jobs
                .jobs
                .iter()
                .all(|(name, job)| jobs_were.jobs.get(name).is_some_and(|was| was.body.same_as(&job.body)));
        if of(unit) != of(before) || !same_jobs {
            differing.insert(unit.name.clone());
        }
    }
    differing
}

/// The exception of the law.
fn owners_of_moved_deletions(old: &Workspace, new: &Workspace, changed: &[Change]) -> BTreeSet<UnitName> {
    let old = Side { workspace: old, index: UnitIndex::new(old) };
    let new = Side { workspace: new, index: UnitIndex::new(new) };
    let deleted = changed.iter().filter(|change| change.status == Status::Deleted);
    let mut owners = BTreeSet::new();
    for change in deleted {
        owners
            .extend(new.units(&change.path).difference(&old.units(&change.path)).map(|name| (*name).clone()));
        if new.selects_all(&change.path) && !old.selects_all(&change.path) {
            owners.extend(new.workspace.unit_names().cloned());
        }
    }
    owners
}
