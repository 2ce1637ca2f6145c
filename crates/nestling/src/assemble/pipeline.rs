//! Many units' jobs to one pipeline: scoped names, needs across units, one order of stages.

use super::naming::scoped;
use super::{order, stages};
use crate::unit::rules::JOB_NAME_CLASH;
use crate::unit::{UnitJobs, is_optional, needed_job, renamed};
use crate::workspace::Workspace;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::name::{JobName, StageName, UnitName};
use nestling_gitlab::pipeline::rules::JOB_NAME;
use nestling_gitlab::pipeline::scope::rename_jobs;
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::yaml::{Kind, Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// What a job's name means where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target<'a> {
    /// A job of the unit that names it.
    Own,
    /// A job of another unit, in full: `libs/core:build`.
    Other {
        /// The other unit.
        unit: &'a UnitName,
        /// The job's short name there.
        job: &'a str,
    },
    /// Neither: a job of the workspace, or none.
    Unknown,
}

/// Tells what a job's name means in a unit: its own jobs come first, then `unit:job`.
pub fn resolve_target<'a>(name: &'a str, from: &UnitJobs, workspace: &'a Workspace) -> Target<'a> {
    if from.jobs.contains_key(name) || from.fans.contains_key(name) {
        return Target::Own;
    }
    match name.split_once(':').and_then(|(unit, job)| Some((workspace.unit(unit)?, job))) {
        Some((unit, job)) => Target::Other { unit: &unit.name, job },
        None => Target::Unknown,
    }
}

/// Puts the jobs of all units into one pipeline.
///
/// Needs on what is not there are left as written, for `check` to report with their place; optional ones on jobs of
/// units that are not in are left out, since GitLab would have nothing to say about them.
pub fn assemble(workspace: &Workspace, own: UnitJobs, units: Vec<UnitJobs>) -> (Pipeline, Vec<Diagnostic>) {
    let names: Vec<UnitName> = units.iter().filter_map(|unit| unit.unit.clone()).collect();
    let included: BTreeSet<&UnitName> = names.iter().collect();
    let order: BTreeMap<&UnitName, usize> =
        order::units(workspace, &included).into_iter().enumerate().map(|(at, name)| (name, at)).collect();
    let mut all = vec![own];
    all.extend(units);
    all[1..].sort_by_key(|unit| {
        unit.unit.as_ref().map_or(0, |name| order.get(name).map_or(usize::MAX, |at| *at))
    });
    let (stages, mut problems) = stages::merge(&workspace.stages, &all);
    let bodies: Vec<Vec<Map>> = all.iter_mut().map(bodies).collect();
    let scopes = Scopes::new(workspace, &all);
    let mut jobs = Vec::new();
    for (unit, bodies) in all.iter().zip(bodies) {
        jobs.extend(scopes.jobs_of(unit, bodies, &mut problems));
    }
    problems.extend(clashes(&jobs));
    problems.extend(order::add_needs(workspace, &stages, &mut jobs));
    let stages = used(stages, &jobs);
    let includes = all[0].includes.clone();
    if !includes.is_empty() {
        jobs.iter_mut().filter(|job| job.unit.is_some()).for_each(inherit_nothing);
    }
    let workflow = all[0].workflow.clone();
    (Pipeline { stages, workflow, includes, jobs }, problems)
}

/// The stages that have jobs; all of them where a job is in none of them, so that the nearest can be told.
fn used(mut stages: Vec<StageName>, jobs: &[Job]) -> Vec<StageName> {
    let used: BTreeSet<&str> = jobs.iter().map(Job::stage).collect();
    let is_known = |stage: &&str| {
        matches!(*stage, StageName::PRE | StageName::POST) || stages.iter().any(|s| s.as_str() == *stage)
    };
    if used.iter().all(is_known) {
        stages.retain(|stage| used.contains(stage.as_str()));
    }
    stages
}

/// Takes the bodies of a unit's jobs, in their order: to find a job by its name, no unit has to see another's.
fn bodies(unit: &mut UnitJobs) -> Vec<Map> {
    unit.jobs.values_mut().map(|job| std::mem::take(&mut job.body)).collect()
}

/// The jobs of every unit under their short names.
struct Scopes<'a> {
    workspace: &'a Workspace,
    units: BTreeMap<&'a UnitName, &'a UnitJobs>,
}

impl<'a> Scopes<'a> {
    fn new(workspace: &'a Workspace, all: &'a [UnitJobs]) -> Self {
        let units = all.iter().filter_map(|unit| Some((unit.unit.as_ref()?, unit))).collect();
        Self { workspace, units }
    }

    fn jobs_of(&self, unit: &UnitJobs, bodies: Vec<Map>, problems: &mut Vec<Diagnostic>) -> Vec<Job> {
        let mut jobs = Vec::new();
        for ((short, job), mut body) in unit.jobs.iter().zip(bodies) {
            let Some(name) = scoped(unit.unit.as_ref(), short) else {
                let message = format!("`{short}` cannot be a job's name");
                problems.push(Diagnostic::error(&JOB_NAME, job.origin, message));
                continue;
            };
            self.spread_needs(unit, &mut body);
            rename_jobs(&mut body, &mut |written, _| {
                self.final_name(unit, written).map(|name| name.to_string())
            });
            jobs.push(Job {
                name,
                origin: job.origin,
                unit: unit.unit.clone(),
                environment: job.environment.clone(),
                body,
            });
        }
        jobs
    }

    fn final_name(&self, from: &UnitJobs, written: &str) -> Option<JobName> {
        match resolve_target(written, from, self.workspace) {
            Target::Own => scoped(from.unit.as_ref(), written),
            Target::Other { unit, job } => scoped(Some(unit), job),
            Target::Unknown => None,
        }
    }

    /// Turns needs on another unit's fanned-out job into needs on each of its jobs, and drops optional needs on units
    /// that are not in this pipeline.
    fn spread_needs(&self, unit: &UnitJobs, body: &mut Map) {
        let spread = |needs: Option<&mut Node>| {
            if let Some(Node { kind: Kind::Seq(items), tag: None, .. }) = needs {
                *items = items.iter().flat_map(|item| self.spread(unit, item)).collect();
            }
        };
        spread(body.get_mut("needs"));
        spread(body.get_mut("dependencies"));
        if let Some(Node { kind: Kind::Seq(rules), .. }) = body.get_mut("rules") {
            let rules = rules.iter_mut().filter_map(Node::as_map_mut);
            rules.for_each(|rule| spread(rule.get_mut("needs")));
        }
    }

    fn spread(&self, from: &UnitJobs, item: &Node) -> Vec<Node> {
        let written = needed_job(item);
        let Some(Target::Other { unit, job }) =
            written.map(|name| resolve_target(name, from, self.workspace))
        else {
            return vec![item.clone()];
        };
        let optional = is_optional(item);
        match self.units.get(unit) {
            None if optional => Vec::new(),
            None => vec![item.clone()],
            Some(other) => match other.fans.get(job) {
                Some(fan) => fan.iter().map(|short| renamed(item, &format!("{unit}:{short}"))).collect(),
                None if optional && !other.jobs.contains_key(job) => Vec::new(),
                None => vec![item.clone()],
            },
        }
    }
}

/// Keeps what GitLab includes later from changing a unit's job: its own defaults are in it already.
fn inherit_nothing(job: &mut Job) {
    let mut nothing = Map::default();
    nothing.set("default", Node::plain(job.origin, "false"));
    nothing.set("variables", Node::plain(job.origin, "false"));
    job.body.set("inherit", Node::map(job.origin, nothing));
}

/// Jobs of different units, or of a unit and the workspace, that end up with one name.
fn clashes(jobs: &[Job]) -> Vec<Diagnostic> {
    let mut first: BTreeMap<&JobName, Origin> = BTreeMap::new();
    let mut problems = Vec::new();
    for job in jobs {
        if let Some(origin) = first.insert(&job.name, job.origin) {
            problems.push(
                Diagnostic::error(&JOB_NAME_CLASH, job.origin, format!("two jobs are called `{}`", job.name))
                    .with_label(origin, "the first")
                    .with_help("rename one of them, or the unit that it belongs to"),
            );
        }
    }
    problems
}
