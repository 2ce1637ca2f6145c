//! Many units' jobs to one pipeline.

use super::known_units::KnownUnits;
use super::naming::scoped;
use super::scopes::Scopes;
use super::stop_artifacts::StopPair;
use super::{conditional_needs, ordered_needs, stages, stop_artifacts, unit_order};
use crate::environments::Conditions;
use crate::unit::rules::JOB_NAME_CLASH;
use crate::unit::{UnitJob, UnitJobs};
use crate::workspace::Workspace;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::name::{JobName, StageName, UnitName};
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::yaml::{Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// Puts the jobs of the workspace and of all units into one pipeline.
///
/// Needs on what does not exist are left as written, for `check` to report with their place; optional ones on jobs of
/// units that are not in are left out, since GitLab would have nothing to say about them. The jobs of known units are left out as
/// well; the rest is as if they were there.
pub(crate) fn assemble(
    workspace: &Workspace,
    own: UnitJobs,
    units: Vec<UnitJobs>,
    known: &KnownUnits,
) -> (Pipeline, Vec<Diagnostic>) {
    let (workflow, includes) = (own.workflow.clone(), own.includes.clone());
    let mut all = vec![own];
    all.extend(in_order(workspace, units, known));
    let (stages, mut problems) = stages::merge(&workspace.stages, &all, known);
    let bodies: Vec<Vec<Map>> = all.iter_mut().map(take_bodies).collect();
    let scopes = Scopes::new(workspace, &all);
    let mut jobs = Vec::new();
    let mut made_from = Vec::new();
    for (unit, bodies) in all.iter().zip(bodies) {
        for (job, unit_job) in scopes.jobs_of(unit, bodies, &mut problems) {
            jobs.push(job);
            made_from.push(unit_job);
        }
    }
    let conditions: Vec<&Conditions> = made_from.iter().map(|unit_job| &unit_job.conditions).collect();
    problems.extend(conditional_needs::follow(&mut jobs, &conditions));
    let pairs = stop_pairs(&jobs, &made_from);
    problems.extend(stop_artifacts::hand_on(&mut jobs, &stages, &pairs, known));
    problems.extend(ordered_needs::add(workspace, &stages, &mut jobs, &made_from));
    problems.extend(clashes(&jobs));
    let stages = used(stages, &jobs, known);
    jobs.iter().for_each(|job| known.expect_other_name(job.name.as_str(), job.unit.as_ref(), workspace));
    if !includes.is_empty() {
        jobs.iter_mut().filter(|job| job.unit.is_some()).for_each(inherit_nothing);
    }
    (Pipeline { stages, workflow, includes, jobs, ..Pipeline::default() }, problems)
}

/// Returns the stop jobs that get artifacts of their deploys, each with its deploy.
fn stop_pairs(jobs: &[Job], made_from: &[&UnitJob]) -> Vec<StopPair> {
    let stops = made_from.iter().enumerate().filter_map(|(stop, unit_job)| {
        let deploy = scoped(jobs[stop].unit.as_ref(), unit_job.artifacts_of.as_deref()?)?;
        Some((stop, deploy))
    });
    let stops: Vec<(usize, JobName)> = stops.collect();
    if stops.is_empty() {
        return Vec::new();
    }
    let by_name: BTreeMap<&JobName, usize> =
        jobs.iter().enumerate().map(|(index, job)| (&job.name, index)).collect();
    let pair =
        |(stop, deploy): &(usize, JobName)| Some(StopPair { stop: *stop, deploy: *by_name.get(deploy)? });
    stops.iter().filter_map(pair).collect()
}

/// Units that were removed are in no order; they come last.
fn in_order(workspace: &Workspace, mut units: Vec<UnitJobs>, known: &KnownUnits) -> Vec<UnitJobs> {
    let names: Vec<UnitName> = units.iter().filter_map(|unit| unit.unit.clone()).collect();
    let names_of_known = known.names();
    let included: BTreeSet<&UnitName> = names.iter().chain(&names_of_known).collect();
    let ordered = unit_order::ordered(workspace, &included);
    let rank: BTreeMap<&UnitName, usize> =
        ordered.into_iter().enumerate().map(|(rank, name)| (name, rank)).collect();
    units.sort_by_key(|jobs| jobs.unit.as_ref().map_or(0, |name| *rank.get(name).unwrap_or(&usize::MAX)));
    units
}

/// Takes the bodies of a unit's jobs, in their order: to find a job by its name, no unit has to see another's.
fn take_bodies(unit: &mut UnitJobs) -> Vec<Map> {
    unit.jobs.values_mut().map(|job| std::mem::take(&mut job.body)).collect()
}

/// Returns the stages that have jobs; all of them where a job is in none of them, so that the nearest can be suggested.
fn used(mut stages: Vec<StageName>, jobs: &[Job], known: &KnownUnits) -> Vec<StageName> {
    let used_by_known = known.used_stages();
    let used_by_known = used_by_known.iter().map(StageName::as_str);
    let used: BTreeSet<&str> = jobs.iter().map(Job::stage).chain(used_by_known).collect();
    let mut known: BTreeSet<&str> = stages.iter().map(StageName::as_str).collect();
    known.extend([StageName::PRE, StageName::POST]);
    if used.is_subset(&known) {
        stages.retain(|stage| used.contains(stage.as_str()));
    }
    stages
}

/// Keeps what GitLab includes later from changing a unit's job: its own defaults are in it already.
fn inherit_nothing(job: &mut Job) {
    let mut nothing = Map::default();
    nothing.set("default", Node::plain(job.origin, "false"));
    nothing.set("variables", Node::plain(job.origin, "false"));
    job.body.set("inherit", Node::map(job.origin, nothing));
}

/// Reports jobs of different units, or of a unit and the workspace, that end up with one name.
fn clashes(jobs: &[Job]) -> Vec<Diagnostic> {
    let mut origins: BTreeMap<&JobName, Origin> = BTreeMap::new();
    let mut problems = Vec::new();
    for job in jobs {
        let Some(origin) = origins.insert(&job.name, job.origin) else { continue };
        let message = format!("duplicate job name `{}`", job.name);
        let problem = Diagnostic::error(&JOB_NAME_CLASH, job.origin, message);
        let help = "rename one of them, or the unit that it belongs to";
        problems.push(problem.with_label(origin, "the first").with_help(help));
    }
    problems
}
