//! The plan: what will run, why, and everything that is wrong with it. Every view and the emitter read it.

pub mod rules;
mod before;
mod definition;
mod likeness;
mod needed;
mod removed;
mod noop;
mod stop;

use crate::assemble;
use crate::cdk::Assemblies;
use crate::cdk::report::Report;
use crate::changes::{ChangeSet, PipelineFacts};
use crate::environments::LeftOut;
use crate::select::{self, Narrowing, Selection};
use crate::unit::{Made, UnitJobs, UnitRenderer};
use crate::workspace::{Loaded, Templates, Unit, Workspace};
use before::Before;
use nestling_files::files::{Elsewhere, Files, Nowhere};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{self, Diagnostic, Sources};
use nestling_gitlab::name::UnitName;
use nestling_gitlab::pipeline::Pipeline;
use std::collections::{BTreeMap, BTreeSet};

pub use noop::NOOP_JOB;
pub(crate) use noop::noop_beside;
pub use removed::Removed;
pub use stop::UNIT_COMMIT;

/// What a plan is made from.
pub struct Request<'a> {
    /// The repository at the head: a commit's tree, or the work tree.
    pub files: &'a dyn Files,
    /// Who gives the files of other revisions, for templates that are kept there.
    pub elsewhere: &'a dyn Elsewhere,
    /// The workspace, read from those files.
    pub loaded: Loaded,
    /// The repository at base, if there is one that can be read.
    pub base: Option<&'a dyn Files>,
    /// What changed.
    pub changes: ChangeSet,
    /// The pipeline that it is for.
    pub pipeline: PipelineFacts,
    /// What a person narrows it to.
    pub narrowing: Narrowing,
    /// CDK assemblies that are not in the repository.
    pub assemblies: &'a dyn Assemblies,
    /// Where the files' texts are kept.
    pub sources: &'a Sources,
}

/// Selection, composed pipeline and diagnostics.
#[derive(Debug)]
pub struct Plan {
    /// The workspace.
    pub workspace: Workspace,
    /// What changed.
    pub changes: ChangeSet,
    /// The pipeline that it is for.
    pub facts: PipelineFacts,
    /// Every unit with its verdict.
    pub selection: Selection,
    /// The units that are gone since base.
    pub removed: Vec<Removed>,
    /// What GitLab will run.
    pub pipeline: Pipeline,
    /// The jobs that were written and are not in, by unit.
    pub left_out: BTreeMap<UnitName, Vec<LeftOut>>,
    /// What of CDK assemblies could not be carried over, by unit, where there is something.
    pub cdk_reports: BTreeMap<UnitName, Report>,
    /// What is wrong so far; `check` adds what GitLab would refuse.
    pub diagnostics: Vec<Diagnostic>,
}

/// Which units a change set concerns, for those who need no more.
#[derive(Debug)]
pub struct Selected {
    /// The workspace.
    pub workspace: Workspace,
    /// What changed.
    pub changes: ChangeSet,
    /// Every unit with its verdict.
    pub selection: Selection,
    /// The units that are gone since base.
    pub removed: Vec<Removed>,
    /// What is wrong in the workspace.
    pub diagnostics: Vec<Diagnostic>,
}

impl Plan {
    /// The workspace's units, then those that are gone since base.
    pub fn units(&self) -> impl Iterator<Item = &Unit> {
        self.workspace.units.iter().chain(self.removed.iter().map(|removed| &removed.unit))
    }
}

/// Selects as [`plan`] does. Nothing is rendered but the units that are made from changed files outside of their
/// directories, at base and at head.
pub fn select(request: Request<'_>) -> Selected {
    let Request { files, elsewhere, loaded, base, changes, pipeline: facts, narrowing, sources, .. } =
        request;
    let Loaded { workspace, diagnostics } = loaded;
    let templates = Templates::new(files, elsewhere, &workspace.template_folders, sources);
    let renderer =
        UnitRenderer::new(files, &crate::cdk::InRepository, sources, &workspace, &templates, &facts);
    let mut before = Before::new(base, elsewhere, sources);
    let (selection, removed) = selection(&renderer, &mut before, &changes, &narrowing);
    drop(renderer);
    drop(templates);
    Selected { workspace, changes, selection, removed, diagnostics }
}

/// The units that are made from a file, whether it changed or not.
pub fn made_from(
    files: &dyn Files,
    workspace: &Workspace,
    sources: &Sources,
    path: &RepoPath,
) -> BTreeSet<UnitName> {
    let templates = Templates::new(files, &Nowhere, &workspace.template_folders, sources);
    select::candidates(workspace, &templates, &[path]).into_keys().collect()
}

fn selection(
    renderer: &UnitRenderer<'_>,
    before: &mut Before<'_>,
    changes: &ChangeSet,
    narrowing: &Narrowing,
) -> (Selection, Vec<Removed>) {
    let workspace = renderer.workspace();
    let mut definitions = definition::definitions(renderer, before, changes);
    let removed = removed::find(renderer.files(), workspace, before, changes, narrowing);
    removed::tell(workspace, before, &removed, changes, &mut definitions);
    let mut selection = select::select(changes, workspace, &definitions, narrowing);
    removed::into_verdicts(&removed, &mut selection);
    (selection, removed)
}

/// Makes the plan: select, render, compose, deploy.
pub fn plan(request: Request<'_>) -> Plan {
    let Request { files, elsewhere, loaded, base, changes, pipeline: facts, narrowing, assemblies, sources } =
        request;
    let Loaded { workspace, mut diagnostics } = loaded;
    let templates = Templates::new(files, elsewhere, &workspace.template_folders, sources);
    let renderer = UnitRenderer::new(files, assemblies, sources, &workspace, &templates, &facts);
    let mut before = Before::new(base, elsewhere, sources);
    let (mut selection, removed) = selection(&renderer, &mut before, &changes, &narrowing);
    let own = keep(&mut diagnostics, renderer.workspace_jobs());
    let mut units: BTreeMap<UnitName, UnitJobs> = BTreeMap::new();
    let mut cdk_reports = BTreeMap::new();
    let mut render = |name: &UnitName, selection: &Selection| {
        let Made { jobs, report, problems } = renderer.unit_jobs(name, selection);
        diagnostics.extend(problems);
        if !report.lines.is_empty() {
            cdk_reports.insert(name.clone(), report);
        }
        jobs
    };
    for name in selection.selected() {
        units.insert(name.clone(), render(name, &selection));
    }
    needed::bring_in(&workspace, &own, &mut units, &mut selection, render);
    let left_out = units.iter().map(|(name, jobs)| (name.clone(), jobs.left_out.clone())).collect();
    let stops = keep(&mut diagnostics, stop::jobs(&renderer, &before, &removed, &changes, &units));
    let all = units.into_values().chain(stops).collect();
    let mut pipeline = keep(&mut diagnostics, assemble::assemble(&workspace, own, all));
    noop::never_empty(&mut pipeline, &workspace, &removed, &facts);
    drop(renderer);
    drop(templates);
    let diagnostics = diagnostic::folded(diagnostics);
    Plan { workspace, changes, facts, selection, removed, pipeline, left_out, cdk_reports, diagnostics }
}

/// Takes the value and keeps the problems.
fn keep<T>(diagnostics: &mut Vec<Diagnostic>, (value, problems): (T, Vec<Diagnostic>)) -> T {
    diagnostics.extend(problems);
    value
}

#[cfg(test)]
mod tests;
