//! Plans for several kinds of pipelines, of the same files.

use super::make::{OfKind, finished, make};
use super::notes::{Noting, PlanNotes};
use super::{Plan, Request};
use crate::assemble::{KnownUnits, assemble};
use crate::changes::PipelineFacts;
use crate::unit::{SharedRenderings, deploy_to_entry};
use crate::workspace::{Environment, Templates};
use nestling_files::files::ReadError;
use nestling_gitlab::check::{CheckSettings, check};
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::name::EnvironmentName;

/// Makes a plan of the same files and changes for each kind of pipeline, one after the other, and hands each of them over.
///
/// A unit whose templates ask nothing of the pipeline is rendered once for all kinds. The known units of each kind are left out;
/// with [`Noting::Units`], each plan comes with notes on the units that were rendered. Returns warnings of the inputs that are read in
/// none of them.
///
/// # Errors
/// As [`plan`](super::plan).
pub(crate) fn plan_kinds(
    request: &mut Request<'_>,
    kinds: impl IntoIterator<Item = PipelineFacts>,
    known: &[KnownUnits],
    recording: Noting,
    mut act: impl FnMut(Plan, Option<PlanNotes>),
) -> Result<Vec<Diagnostic>, ReadError> {
    let (files, revisions, loaded, sources) =
        (request.files, request.revisions, request.loaded, request.sources);
    let templates = Templates::new(files, revisions, &loaded.workspace.template_directories, sources);
    let shared = SharedRenderings::default();
    let none = KnownUnits::default();
    for (index, facts) in kinds.into_iter().enumerate() {
        request.pipeline = facts;
        let known = known.get(index).unwrap_or(&none);
        let of_kind = OfKind { shared: Some(&shared), known: Some(known), recording };
        let (made, notes) = make(request, &templates, &of_kind)?;
        act(finished(made, request), notes);
        if known.has_given_up() {
            return Ok(Vec::new());
        }
    }
    Ok(shared.unread_inputs())
}

/// Returns the findings in the entries of the catalogue that none of these kinds deploys to: those in a deploy that has
/// nothing but the entry.
pub(crate) fn unused_entries(
    request: &mut Request<'_>,
    kinds: &[PipelineFacts],
    is_used: &dyn Fn(&EnvironmentName) -> bool,
) -> Vec<Diagnostic> {
    let workspace = &request.loaded.workspace;
    let mut problems = Vec::new();
    for entry in workspace.environments.entries.values().filter(|entry| !is_used(&entry.name)) {
        if let Some(facts) = kinds.iter().find(|facts| entry.is_deployed_in(facts)) {
            request.pipeline = facts.clone();
            problems.extend(of_entry(request, entry));
        }
    }
    problems
}

fn of_entry(request: &Request<'_>, entry: &Environment) -> Vec<Diagnostic> {
    let workspace = &request.loaded.workspace;
    let templates = request.templates();
    let renderer = request.renderer(&templates, request.assemblies);
    let (jobs, mut problems) = deploy_to_entry(&renderer, entry);
    let (pipeline, found) = assemble(workspace, jobs, Vec::new(), &KnownUnits::default());
    problems.extend(found);
    problems.extend(check(&pipeline, &CheckSettings::new(workspace.gitlab.clone())));
    // What affects the deploy alone is at the place of the header.
    let is_of_entry =
        |problem: &Diagnostic| problem.origin().is_some_and(|origin| origin != workspace.origin());
    problems.retain(is_of_entry);
    problems
}
