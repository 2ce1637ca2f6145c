//! The whole way of one unit: render, fold, fan out.

use super::deploying::Deploying;
use super::fan_out::fan_out;
use super::fold;
use super::jobs::UnitJobs;
use super::renderer::UnitRenderer;
use super::scope::UnitScope;
use super::shared::Folded;
use super::values::UnitChange;
use crate::cdk::Fragment;
use crate::template::find_unbound;
use crate::unit::rules::ENVIRONMENT_UNBOUND;
use crate::workspace::Unit;
use nestling_cdk::report::Report;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, has_errors};
use nestling_gitlab::yaml::{Map, Node};
use std::rc::Rc;

/// The jobs of a unit in this pipeline.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// Its jobs, fanned out over the environments.
    pub jobs: UnitJobs,
    /// Parts of its CDK assembly without a job; empty without an assembly.
    pub report: Report,
    /// Errors and warnings.
    pub problems: Vec<Diagnostic>,
    /// Set if errors may have kept jobs from being made.
    pub is_incomplete: bool,
}

/// Makes all jobs of a unit.
pub(crate) fn unit_jobs(renderer: &UnitRenderer<'_>, unit: &Unit, change: &UnitChange<'_>) -> Made {
    let scope = UnitScope::of_unit(renderer, unit, change);
    let assembly = scope.assembly(unit);
    with_assembly(&scope, unit, assembly)
}

/// Makes the jobs of a unit as they are whatever changed, without those of its assembly: to compare two states of what it is
/// made from.
pub(crate) fn definition(renderer: &UnitRenderer<'_>, unit: &Unit) -> (UnitJobs, Vec<Diagnostic>) {
    let scope =
        UnitScope::of_unit(renderer, unit, &UnitChange { is_compared: true, ..UnitChange::default() });
    let made = with_assembly(&scope, unit, Fragment::default());
    (made.jobs, made.problems)
}

/// Makes the workspace's own jobs.
pub(crate) fn workspace_jobs(renderer: &UnitRenderer<'_>) -> (UnitJobs, Vec<Diagnostic>) {
    let root = renderer.root();
    let scope = UnitScope::of_workspace(renderer);
    let deploying = Deploying::new(&scope, None, root.reads_environment);
    let (jobs, found) = deploy(UnitJobs::new(None, root.configuration.clone()), &deploying);
    let mut problems = root.problems.clone();
    problems.extend(found);
    (jobs, problems)
}

fn with_assembly(scope: &UnitScope<'_>, unit: &Unit, assembly: Fragment) -> Made {
    let folded = scope.renderer.folded(&unit.name, None, || {
        let mut rendered = scope.render(unit, None);
        let mut problems = std::mem::take(&mut rendered.problems);
        problems.extend(scope.nested_conflicts(unit, &rendered));
        problems.extend_from_slice(&assembly.problems);
        let mut folded = scope.fold(unit, assembly.rendered.as_ref(), rendered);
        problems.append(&mut folded.problems);
        Folded { problems, ..folded }
    });
    let Folded { mut jobs, reads_environment, mut problems } = Rc::unwrap_or_clone(folded);
    fold::drop_overrides(&mut jobs, &assembly.left_out);
    for (name, conditions) in assembly.conditions {
        if let Some(job) = jobs.jobs.get_mut(&name) {
            job.conditions = conditions;
        }
    }
    let is_incomplete = has_errors(&problems);
    let deploying = Deploying::new(scope, assembly.rendered.as_ref(), reads_environment);
    let (mut jobs, mut found) = deploy(jobs, &deploying);
    if is_incomplete {
        // What a job says of its environment may be among what is missing.
        found.retain(|problem| problem.rule != &ENVIRONMENT_UNBOUND);
    }
    let is_incomplete = is_incomplete || has_errors(&found);
    problems.extend(found);
    jobs.left_out.extend(assembly.left_out);
    let problems = problems.into_iter().map(|problem| problem.for_unit(&unit.name)).collect();
    Made { jobs, report: assembly.report, problems, is_incomplete }
}

fn deploy(jobs: UnitJobs, deploying: &Deploying<'_>) -> (UnitJobs, Vec<Diagnostic>) {
    let (jobs, mut problems) = fan_out(jobs, deploying);
    if deploying.reads_environment {
        problems.extend(jobs.jobs.values().filter_map(|job| unbound(&job.body, job.origin)));
    }
    (jobs, problems)
}

/// Reports a job that reads `environment` and is sent to none.
fn unbound(body: &Map, origin: Origin) -> Option<Diagnostic> {
    let (origin, key) = find_unbound(&Node::map(origin, body.clone()))?;
    let message = format!("`environment.{key}` is used in a job without an environment");
    let problem = Diagnostic::error(&ENVIRONMENT_UNBOUND, origin, message);
    Some(
        problem.with_help(
            "`environment.*` exists in jobs with a list of catalogue names: `environment: [review]`",
        ),
    )
}
