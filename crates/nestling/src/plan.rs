//! The plan: what will run, why, and everything that is wrong with it. Every view and the emitter read it.

pub(crate) mod rules;
mod change_findings;
mod fingerprints;
mod before;
mod behind_links;
mod definition;
mod likeness;
mod role_names;
mod roles;
mod needed;
mod removed;
mod rewired;
mod relocked;
mod named_files;
mod claims;
mod auto_cancel;
mod presence;
mod linked;
mod notes;
mod rendering;
mod noop;
mod stop;
mod reuse_settings;
mod shared_targets;
mod replayed;
mod make;
mod kinds;
mod place_of_use;

use crate::cdk::Assemblies;
use crate::changes::{ChangeSet, PipelineFacts};
use crate::environments::LeftOut;
use crate::fingerprint::Fingerprints;
use crate::passed::JobReuse;
use crate::select::{Narrowing, Selection, Verdict};
use crate::template::UnitPrints;
use crate::unit::{SharedRenderings, UnitRenderer};
use crate::workspace::{Loaded, ReuseSettings, Templates, Unit, Workspace};
use before::Before;
use make::{OfKind, findings, finished, make, selection};
use nestling_cdk::report::Report;
use nestling_files::files::{Files, ReadError, Revisions};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{self, Diagnostic, FileId, Sources};
use nestling_gitlab::name::{JobName, UnitName};
use nestling_gitlab::pipeline::defaults::Defaults;
use nestling_gitlab::pipeline::presence::JobPresence;
use nestling_gitlab::pipeline::{Job, Pipeline};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) use definition::made_from;
pub(crate) use fingerprints::{CommittedTree, FingerprintSource, NoTree, TreeOfCommit};
pub(crate) use kinds::{plan_kinds, unused_entries};
pub use noop::NOOP_JOB;
pub(crate) use noop::{add_stage, noop_beside};
pub(crate) use notes::{Noting, PlanNotes};
pub(crate) use place_of_use::move_to_uses;
pub(crate) use presence::has_exists;
pub use removed::Removed;
pub(crate) use replayed::{ReplayedSides, compare_definitions};

/// Inputs of a plan.
pub(crate) struct Request<'a> {
    /// The repository at the head: a commit's tree, or the work tree.
    pub files: &'a dyn Files,
    /// The files that templates and the workspace's file include from, if they are of another revision.
    pub protected: Option<&'a dyn Files>,
    /// Source of the files of other revisions, for templates that are kept there.
    pub revisions: &'a dyn Revisions,
    /// The workspace, read from those files.
    pub loaded: &'a Loaded,
    /// The repository at base, if there is one that can be read.
    pub base: Option<&'a dyn Files>,
    /// The changes.
    pub changes: ChangeSet,
    /// The pipeline that it is for.
    pub pipeline: PipelineFacts,
    /// The selection that narrows it.
    pub narrowing: Narrowing,
    /// CDK assemblies that are not in the repository.
    pub assemblies: &'a dyn Assemblies,
    /// Store of the files' contents.
    pub sources: &'a Sources,
    /// The fingerprints of units, if the files can be those of a commit.
    pub fingerprints: Option<FingerprintSource<'a>>,
    /// The same at base, for jobs of units that were removed.
    pub base_tree: Option<TreeOfCommit<'a>>,
    /// Set if the plan has the fingerprints of units and jobs.
    pub wants_fingerprints: bool,
    /// The parent's file (`CI_CONFIG_PATH`), if the project names one.
    pub parent_path: Option<&'a str>,
    /// The files that the parent is read from, if they are not those at the head.
    pub parent_files: Option<&'a dyn Files>,
    /// Set for a merge of the past that is planned with the configuration of today.
    pub replayed: Option<ReplayedSides<'a>>,
}

/// Selection, composed pipeline and diagnostics.
///
/// ```
/// use nestling::testing::plan_files;
///
/// let plan = plan_files([
///     ("nestling.yml", "workspace: {}"),
///     ("api/nestling.yml", "build: { script: make }"),
/// ])?;
/// assert!(!plan.has_errors());
/// for (unit, verdict) in plan.included() {
///     println!("{unit}: {:?}", verdict.reasons());
/// }
/// for job in &plan.pipeline.jobs {
///     println!("{} of {}", job.name, plan.sources.place(job.origin));
/// }
/// # Ok::<(), nestling::Error>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Plan {
    /// The workspace.
    pub workspace: Arc<Workspace>,
    /// The changes.
    pub changes: ChangeSet,
    /// The pipeline that it is for.
    pub facts: PipelineFacts,
    /// Every unit of the workspace, selected or skipped.
    pub selection: Selection,
    /// The units that are not selected and have jobs that others need.
    pub(crate) brought_in: BTreeMap<UnitName, Verdict>,
    /// The units that were removed since base.
    pub removed: Vec<Removed>,
    /// The child pipeline: every job that GitLab decides about when it creates the pipeline.
    pub pipeline: Pipeline,
    /// Presence of each job: if GitLab puts it into the pipeline, and how it starts. In the order of the jobs.
    pub presence: Vec<JobPresence>,
    /// `default:` and `variables:` of the root's file, which the jobs of all units have been given.
    pub(crate) defaults: Defaults,
    /// The jobs that were written and are not in, by unit.
    pub left_out: BTreeMap<UnitName, Vec<LeftOut>>,
    /// Parts of CDK assemblies without a job, by unit.
    pub cdk_reports: BTreeMap<UnitName, Report>,
    /// The units that may lack jobs because of errors in what they are made from.
    pub(crate) incomplete: BTreeSet<UnitName>,
    /// The jobs whose policy about reuse is not that of the workspace.
    pub(crate) reuse_settings: ReuseSettings,
    /// The units whose jobs depend on the pipeline, and not on the commit alone.
    pub(crate) reading_facts: BTreeSet<UnitName>,
    /// For each job that `reuse` is about: whether it is left out because it has passed, and why. Empty without records.
    pub reuse: BTreeMap<JobName, JobReuse>,
    /// Set if nothing narrows what the workspace's policy selects.
    pub(crate) whole: bool,
    /// Problems in the configuration, and those that GitLab would have with the pipeline.
    pub diagnostics: Vec<Diagnostic>,
    /// Number of warnings and notes that were allowed, by a comment or in a header.
    pub allowed: usize,
    /// A warning for each comment and entry of `allow` that silenced nothing in this plan. Other kinds of pipelines may have
    /// what it allows.
    pub unused_allows: Vec<Diagnostic>,
    /// The fingerprints of units and jobs, if they were asked for ([`Planning::fingerprints`](crate::Planning::fingerprints)).
    pub fingerprints: Option<Fingerprints>,
    /// The built-in templates that were read, by their files.
    pub(crate) built_in: BTreeMap<FileId, String>,
    /// The contents of the files that were read, which origins and diagnostics point into.
    pub sources: Sources,
}

/// The units that a change set affects, for callers that need no more.
///
/// Made by [`Planning::select`](crate::Planning::select); [`Planning`](crate::Planning) has an example.
#[derive(Debug)]
#[non_exhaustive]
pub struct Selected {
    /// The workspace.
    pub workspace: Arc<Workspace>,
    /// The changes.
    pub changes: ChangeSet,
    /// Every unit with its verdict.
    pub selection: Selection,
    /// The units removed since base.
    pub removed: Vec<Removed>,
    /// Problems of the workspace.
    pub diagnostics: Vec<Diagnostic>,
    /// The fingerprints of units, if they were asked for; none of jobs.
    pub fingerprints: Option<Fingerprints>,
    /// The contents of the files that were read, which diagnostics point into.
    pub sources: Sources,
}

impl Plan {
    /// Reports whether something is wrong that keeps the pipeline from being written.
    pub fn has_errors(&self) -> bool {
        diagnostic::has_errors(&self.diagnostics)
    }

    /// Returns `true` if `reuse` is set for a job: with records, it may be left out.
    pub fn wants_records(&self) -> bool {
        let is_on = |job: &Job| match self.reuse_settings.get(&job.name) {
            Some(own) => own.is_some(),
            None => self.workspace.reuse.is_some(),
        };
        let is_anywhere = self.workspace.reuse.is_some() || !self.reuse_settings.is_empty();
        is_anywhere && self.pipeline.jobs.iter().any(|job| job.unit.is_some() && is_on(job))
    }

    /// The workspace's units, then those removed since base.
    pub fn units(&self) -> impl Iterator<Item = &Unit> {
        self.workspace.units.iter().chain(self.removed.iter().map(|removed| &removed.unit))
    }

    /// Returns the verdict of a unit: selected or skipped, needed by others, or removed since base.
    pub fn verdict(&self, unit: &UnitName) -> &Verdict {
        if let Some(needed) = self.brought_in.get(unit) {
            return needed;
        }
        match self.removed.iter().find(|removed| removed.unit.name == *unit) {
            Some(removed) => &removed.verdict,
            None => self.selection.verdict(unit),
        }
    }

    /// Returns the units that jobs of the pipeline are made from, or were to be, each with its verdict, by name.
    pub fn included(&self) -> Vec<(&UnitName, &Verdict)> {
        let mut included: Vec<_> = self.units().map(|unit| (&unit.name, self.verdict(&unit.name))).collect();
        included.retain(|(_, verdict)| **verdict != Verdict::Skipped);
        included.sort_unstable_by_key(|(name, _)| *name);
        included
    }

    /// Returns the changed paths that affect a unit directly, in order.
    pub fn paths(&self, unit: &UnitName) -> &[RepoPath] {
        if let Some(paths) = self.selection.paths.get(unit) {
            return paths;
        }
        let removed = self.removed.iter().find(|removed| removed.unit.name == *unit);
        removed.map(|removed| removed.paths.as_slice()).unwrap_or_default()
    }
}

impl<'a> Request<'a> {
    fn templates(&self) -> Templates<'a> {
        Templates::new(self.files, self.revisions, &self.loaded.workspace.template_directories, self.sources)
    }

    fn renderer<'r>(
        &'r self,
        templates: &'r Templates<'r>,
        assemblies: &'r dyn Assemblies,
    ) -> UnitRenderer<'r> {
        let Self { files, sources, loaded, pipeline, .. } = self;
        UnitRenderer::new(*files, assemblies, sources, &loaded.workspace, templates, pipeline)
            .including_from(self.protected)
            .comparing_with(self.base)
            .with_prints(self.fingerprints.as_ref().map(|source| source as &dyn UnitPrints))
    }

    fn before(&self) -> Before<'_> {
        let workspace = &self.loaded.workspace;
        let tree = self.base_tree.as_ref().map(|tree| tree as &dyn CommittedTree);
        let read = self.replayed.as_ref().map(|sides| Arc::clone(&sides.base));
        let before = Before::new(self.base, self.protected, self.revisions, self.sources, workspace);
        before.with_tree(tree).having_read(read)
    }
}

/// Selects as [`plan`] does. Nothing is rendered but the units that are made from changed files outside of their
/// directories, at base and at head.
pub(crate) fn select(request: Request<'_>) -> Selected {
    let (selection, removed) = {
        let templates = request.templates();
        let renderer = request.renderer(&templates, &crate::cdk::InRepository);
        selection(&request, &renderer, &mut request.before())
    };
    let diagnostics = findings(&request, &selection);
    let fingerprints = fingerprints::of_units(&request);
    Selected {
        workspace: Arc::clone(&request.loaded.workspace),
        fingerprints,
        changes: request.changes,
        selection,
        removed,
        diagnostics,
        sources: request.sources.clone(),
    }
}

/// Makes the plan: select, render, assemble.
///
/// # Errors
/// A directory cannot be listed.
pub(crate) fn plan(request: &Request<'_>) -> Result<Plan, ReadError> {
    plan_sharing(request, None)
}

/// Makes the plan of a request, and shares renderings with other plans of the same files.
///
/// # Errors
/// As [`plan`].
pub(crate) fn plan_sharing(
    request: &Request<'_>,
    shared: Option<&SharedRenderings>,
) -> Result<Plan, ReadError> {
    let of_kind = OfKind { shared, ..OfKind::default() };
    let (made, _) = make(request, &request.templates(), &of_kind)?;
    Ok(finished(made, request))
}

#[cfg(test)]
mod tests;
