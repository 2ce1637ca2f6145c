//! The steps from a request to a plan: select, render, bring in what is needed, assemble.

use super::before::Before;
use super::change_findings::{base_unknown, unclaimed_paths, unknown_paths};
use super::linked::Links;
use super::needed::BroughtIn;
use super::notes::{Noting, PlanNotes};
use super::presence::ChildCreation;
use super::rendering::Rendering;
use super::roles::Roles;
use super::{
    Plan, Removed, Request, auto_cancel, behind_links, claims, definition, fingerprints, named_files, needed,
    noop, removed, reuse_settings, shared_targets, stop,
};
use crate::assemble::{self, KnownUnits};
use crate::changes::ChangeSet;
use crate::environments::LeftOut;
use crate::select::{self, Reason, Selection, Verdict};
use crate::unit::{self, SharedRenderings, UnitJobs, UnitRenderer};
use crate::workspace::{ReuseSettings, Templates, Workspace};
use nestling_cdk::report::Report;
use nestling_files::files::ReadError;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{self, Diagnostic, FileId};
use nestling_gitlab::name::UnitName;
use nestling_gitlab::pipeline::Pipeline;
use nestling_gitlab::pipeline::defaults::Defaults;
use nestling_gitlab::pipeline::presence::JobPresence;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Selects the units of a request, and finds those that were removed.
pub(super) fn selection(
    request: &Request<'_>,
    renderer: &UnitRenderer<'_>,
    before: &mut Before<'_>,
) -> (Selection, Vec<Removed>) {
    let Request { files, changes, narrowing, .. } = request;
    let workspace = renderer.workspace;
    let (changes, link_targets) = behind_links::follow(changes, workspace);
    let changes: &ChangeSet = &changes;
    let mut compared = definition::compare(renderer, before, changes);
    compared.claimed.extend(link_targets);
    named_files::compare(renderer, before, changes, &mut compared);
    claims::compare(*files, workspace, before, changes, &mut compared);
    if let Some(sides) = &request.replayed {
        compared.add_all(sides.own, workspace);
    }
    let removed = removed::find(*files, workspace, before, changes, narrowing);
    for (unit, reason) in removed::reasons(workspace, before, &removed) {
        compared.add(&unit, reason);
    }
    compared.claimed.extend(removed.iter().flat_map(|removed| &removed.paths).cloned());
    if let Some(why) = workspace.unknown_graphs.first().filter(|_| counts_any(workspace, changes)) {
        compared.everything.get_or_insert(Reason::All(why.clone()));
    }
    (select::select(changes, workspace, &compared, narrowing), removed)
}

/// Returns `true` if any changed path of the workspace counts.
fn counts_any(workspace: &Workspace, changes: &ChangeSet) -> bool {
    let counts = |path: &RepoPath| path.is_in(&workspace.root) && !select::is_ignored(workspace, path);
    changes.paths().unwrap_or_default().iter().any(|change| counts(&change.path))
}

/// Returns the findings of the workspace and of what changed.
pub(super) fn findings(request: &Request<'_>, selection: &Selection) -> Vec<Diagnostic> {
    let mut diagnostics = request.loaded.diagnostics.clone();
    diagnostics.extend(base_unknown(&request.changes));
    diagnostics.extend(unknown_paths(&request.changes));
    diagnostics.extend(unclaimed_paths(&request.loaded.workspace, selection));
    diagnostics
}

/// Adds to a plan what was asked for, and the fingerprints if they were.
pub(super) fn finished(made: MadePlan, request: &Request<'_>) -> Plan {
    let fingerprints = fingerprints::of_plan(request, &made.pipeline, &made.presence, &made.reuse_settings);
    Plan {
        fingerprints,
        workspace: Arc::clone(&request.loaded.workspace),
        changes: request.changes.clone(),
        facts: request.pipeline.clone(),
        selection: made.selection,
        brought_in: made.brought_in,
        removed: made.removed,
        pipeline: made.pipeline,
        presence: made.presence,
        defaults: made.defaults,
        left_out: made.left_out,
        cdk_reports: made.cdk_reports,
        incomplete: made.incomplete,
        reuse_settings: made.reuse_settings,
        reading_facts: made.reading_facts,
        built_in: made.built_in,
        reuse: BTreeMap::new(),
        whole: false,
        diagnostics: diagnostic::folded(made.diagnostics),
        allowed: 0,
        unused_allows: Vec::new(),
        sources: request.sources.clone(),
    }
}

/// The parts of a plan that its request does not have.
pub(super) struct MadePlan {
    selection: Selection,
    brought_in: BTreeMap<UnitName, Verdict>,
    removed: Vec<Removed>,
    pipeline: Pipeline,
    presence: Vec<JobPresence>,
    defaults: Defaults,
    left_out: BTreeMap<UnitName, Vec<LeftOut>>,
    cdk_reports: BTreeMap<UnitName, Report>,
    diagnostics: Vec<Diagnostic>,
    incomplete: BTreeSet<UnitName>,
    reuse_settings: ReuseSettings,
    reading_facts: BTreeSet<UnitName>,
    built_in: BTreeMap<FileId, String>,
}

/// Everything that a plan shares with those for other kinds of pipelines, and with earlier ones.
#[derive(Clone, Copy, Default)]
pub(super) struct OfKind<'a> {
    /// Renderings that all kinds share.
    pub shared: Option<&'a SharedRenderings>,
    /// The units to leave out.
    pub known: Option<&'a KnownUnits>,
    /// Set to have notes.
    pub recording: Noting,
}

/// Makes the plan of a request.
///
/// # Errors
/// A directory cannot be listed.
pub(super) fn make(
    request: &Request<'_>,
    templates: &Templates<'_>,
    of_kind: &OfKind<'_>,
) -> Result<(MadePlan, Option<PlanNotes>), ReadError> {
    let none = KnownUnits::default();
    let known = of_kind.known.unwrap_or(&none);
    let workspace: &Workspace = &request.loaded.workspace;
    let renderer = request.renderer(templates, request.assemblies).sharing(of_kind.shared);
    let mut before = request.before();
    let (selection, removed) = selection(request, &renderer, &mut before);
    let mut rendering = Rendering::new(&renderer, &selection, findings(request, &selection));
    rendering.notes = (of_kind.recording == Noting::Units).then(BTreeMap::new);
    let mut own = keep(&mut rendering.diagnostics, unit::workspace_jobs(&renderer));
    let work_of_root = renderer.work();
    let mut units = rendering.selected(&own, known);
    let links = rendering.notes.is_some().then(|| Links::between(workspace, &own, &units));
    let brought_in = complete(&mut rendering, &mut own, &mut units, known);
    let Rendering { cdk_reports, mut diagnostics, incomplete, notes, .. } = rendering;
    let notes = notes.zip(links);
    let notes = notes.map(|(units, links)| PlanNotes::new(&renderer, units, links, work_of_root));
    assemble::drop_dependents(workspace, &own, &mut units);
    let left_out = units.iter().map(|(name, jobs)| (name.clone(), jobs.left_out.clone())).collect();
    diagnostics.extend(shared_targets::find(std::iter::once(&own).chain(units.values())));
    let stops = stop::jobs(&renderer, &before, &removed, &request.changes, &units);
    let stops = keep(&mut diagnostics, stops);
    let all = units.into_values().chain(stops).collect();
    let mut pipeline = keep(&mut diagnostics, assemble::assemble(workspace, own, all, known));
    let reuse_settings = keep(&mut diagnostics, reuse_settings::take(&mut pipeline, workspace));
    diagnostics.extend(noop::taken_name(&pipeline));
    auto_cancel::keep_running(&mut pipeline, workspace, &request.pipeline);
    let creation = ChildCreation::new(&request.pipeline, &request.changes, &pipeline, request.files)?;
    let (pipeline, presence) =
        noop::never_empty(pipeline, &creation, workspace, &removed, &selection, renderer.defaults(), known);
    let made = MadePlan {
        selection,
        brought_in,
        removed,
        pipeline,
        presence,
        defaults: renderer.defaults().clone(),
        left_out,
        cdk_reports,
        diagnostics,
        incomplete,
        reuse_settings,
        reading_facts: renderer.reading_facts(),
        built_in: templates.built_in(),
    };
    Ok((made, notes))
}

/// Replaces the needs by role, and adds the units that jobs need. Returns those with the job that needs them.
fn complete(
    rendering: &mut Rendering<'_>,
    own: &mut UnitJobs,
    units: &mut BTreeMap<UnitName, UnitJobs>,
    known: &KnownUnits,
) -> BTreeMap<UnitName, Verdict> {
    let renderer = rendering.renderer();
    let mut roles = Roles::new(renderer, own);
    roles.resolve_all(units, &|name| rendering.offered(name));
    roles.resolve(own, &|name| rendering.offered(name));
    // A macro that is called with an untrusted value affects all that call it.
    let is_mixed = renderer.engine.mixes_units();
    if !known.is_empty() && (is_mixed || roles.has_searched_names() || rendering.is_too_much()) {
        known.give_up();
    }
    let needed = needed::bring_in(renderer.workspace, own, units, |name, verdict| {
        let mut jobs = rendering.jobs(name, verdict);
        roles.resolve(&mut jobs, &|name| rendering.offered(name));
        jobs
    });
    let mut brought_in = BTreeMap::new();
    for (name, BroughtIn { verdict, jobs, .. }) in needed {
        units.insert(name.clone(), jobs);
        brought_in.insert(name, verdict);
    }
    rendering.diagnostics.extend(roles.problems);
    brought_in
}

/// Takes the value and keeps the problems.
fn keep<T>(diagnostics: &mut Vec<Diagnostic>, (value, problems): (T, Vec<Diagnostic>)) -> T {
    diagnostics.extend(problems);
    value
}
