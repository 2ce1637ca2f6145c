//! The plan: what will run, why, and everything that is wrong with it. Every view and the emitter read it.

mod needed;
mod noop;
mod render_unit;

use crate::cdk::Assemblies;
use crate::changes::{ChangeSet, Extent, PipelineFacts};
use crate::compose::{self, LeftOut, UnitJobs};
use crate::diagnostic::{self, Diagnostic, Sources};
use crate::files::Files;
use crate::name::UnitName;
use crate::path::RepoPath;
use crate::pipeline::Pipeline;
use crate::select::{self, Narrowing, Selection};
use crate::workspace::{Loaded, Templates, Workspace};
use render_unit::UnitRenderer;
use std::collections::BTreeMap;

pub use noop::NOOP_JOB;
pub(crate) use noop::noop_job;

/// What a plan is made from.
pub struct Request<'a> {
    /// The repository at the head: a commit's tree, or the work tree.
    pub files: &'a dyn Files,
    /// The workspace, read from those files.
    pub loaded: Loaded,
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
    /// What GitLab will run.
    pub pipeline: Pipeline,
    /// The jobs that were written and are not in, by unit.
    pub left_out: BTreeMap<UnitName, Vec<LeftOut>>,
    /// What is wrong so far; `check` adds what GitLab would refuse.
    pub diagnostics: Vec<Diagnostic>,
}

/// Makes the plan: select, render, compose, deploy.
pub fn plan(request: Request<'_>) -> Plan {
    let Request { files, loaded, changes, pipeline: facts, narrowing, assemblies, sources } = request;
    let Loaded { workspace, mut diagnostics } = loaded;
    let templates = Templates::new(files, &workspace.template_folders, sources);
    let definitions = select::definitions(&workspace, &templates, &changed_paths(&changes));
    let mut selection = select::select(&changes, &workspace, &definitions, &narrowing);
    let renderer = UnitRenderer::new(files, assemblies, sources, &workspace, &templates, &facts);
    let own = keep(&mut diagnostics, renderer.workspace_jobs());
    let mut units: BTreeMap<UnitName, UnitJobs> = BTreeMap::new();
    for name in selection.selected() {
        let jobs = keep(&mut diagnostics, renderer.unit_jobs(name, &selection));
        units.insert(name.clone(), jobs);
    }
    needed::bring_in(&workspace, &own, &mut units, &mut selection, |name, selection| {
        keep(&mut diagnostics, renderer.unit_jobs(name, selection))
    });
    let left_out = units.iter().map(|(name, jobs)| (name.clone(), jobs.left_out.clone())).collect();
    let mut pipeline =
        keep(&mut diagnostics, compose::assemble(&workspace, own, units.into_values().collect()));
    noop::never_empty(&mut pipeline, &workspace);
    drop(renderer);
    drop(templates);
    let diagnostics = diagnostic::folded(diagnostics);
    Plan { workspace, changes, facts, selection, pipeline, left_out, diagnostics }
}

fn changed_paths(changes: &ChangeSet) -> Vec<&RepoPath> {
    match &changes.extent {
        Extent::Paths(changed) => changed.iter().map(|change| &change.path).collect(),
        Extent::Everything(_) | Extent::Nothing(_) => Vec::new(),
    }
}

/// Takes the value and keeps the problems.
fn keep<T>(diagnostics: &mut Vec<Diagnostic>, (value, problems): (T, Vec<Diagnostic>)) -> T {
    diagnostics.extend(problems);
    value
}
