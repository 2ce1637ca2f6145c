//! The needs that `depends_on` with `order: true` asks for.

use crate::assemble::rules::ORDER_STAGES;
use crate::unit::needed_job;
use crate::workspace::{Dependency, Order, Unit, Workspace};
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::name::{StageName, UnitName};
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::environment::environment;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// Makes the first jobs of each unit wait for the units that it depends on with `order: true`.
///
/// GitLab lets a job need jobs of its own and of earlier stages only, so each waits for the other unit's last stage
/// that is not after its own. A need that rules may drop is `optional`, and no artifacts are fetched for order's sake.
///
/// Diagnosed: a unit with no job that could be waited for, since all are of later stages.
pub(super) fn add(workspace: &Workspace, stages: &[StageName], jobs: &mut [Job]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut added: Vec<(usize, Vec<Node>)> = Vec::new();
    let units = UnitsOfPipeline::new(jobs, stages);
    for unit in &workspace.units {
        let first_jobs = units.first_jobs(&unit.name);
        for dependency in unit.depends_on.iter().filter(|dependency| dependency.order == Order::Ordered) {
            if !units.jobs.contains_key(&dependency.unit) {
                continue;
            }
            for waiting in &first_jobs {
                let awaited = units.awaited_by(waiting, &dependency.unit);
                if awaited.is_empty() {
                    problems.push(nothing_to_wait_for(waiting.job, unit, dependency));
                }
                let needs = awaited.iter().map(|awaited| need(awaited, dependency.origin)).collect();
                added.push((waiting.index, needs));
            }
        }
    }
    for (index, needs) in added {
        append(&mut jobs[index].body, needs);
    }
    problems
}

/// A job, its index in the pipeline, and the index of its stage.
struct StagedJob<'j> {
    job: &'j Job,
    index: usize,
    stage: usize,
}

/// The jobs of each unit of a pipeline.
struct UnitsOfPipeline<'j> {
    jobs: BTreeMap<&'j UnitName, Vec<StagedJob<'j>>>,
}

impl<'j> UnitsOfPipeline<'j> {
    fn new(jobs: &'j [Job], stages: &[StageName]) -> Self {
        let mut by_unit: BTreeMap<&UnitName, Vec<StagedJob<'j>>> = BTreeMap::new();
        for (index, job) in jobs.iter().enumerate() {
            if let Some(unit) = &job.unit {
                let stage = stage_index(stages, job.stage());
                by_unit.entry(unit).or_default().push(StagedJob { job, index, stage });
            }
        }
        Self { jobs: by_unit }
    }

    /// Returns the jobs of a unit that no other job of it comes before.
    fn first_jobs(&self, unit: &UnitName) -> Vec<&StagedJob<'j>> {
        let Some(own) = self.jobs.get(unit) else { return Vec::new() };
        let names: BTreeSet<&str> = own.iter().map(|job| job.job.name.as_str()).collect();
        let first_stage = own.iter().map(|job| job.stage).min();
        let is_first = |staged: &&StagedJob<'j>| match staged.job.body.get("needs").and_then(Node::as_seq) {
            Some(needs) => !needs.iter().filter_map(needed_job).any(|name| names.contains(name)),
            None => Some(staged.stage) == first_stage,
        };
        own.iter().filter(is_first).collect()
    }

    /// Returns the jobs of the last stage of a unit that is not after the stage of the job that waits.
    fn awaited_by(&self, waiting: &StagedJob<'_>, unit: &UnitName) -> Vec<&'j Job> {
        let jobs = self.jobs.get(unit).map(Vec::as_slice).unwrap_or_default();
        // Nobody starts a stop job while the pipeline runs: what waits for one waits for ever.
        let candidates = || jobs.iter().filter(|job| job.stage <= waiting.stage && !stops(job.job));
        let last_stage = candidates().map(|job| job.stage).max();
        candidates().filter(|job| Some(job.stage) == last_stage).map(|job| job.job).collect()
    }
}

fn nothing_to_wait_for(job: &Job, unit: &Unit, dependency: &Dependency) -> Diagnostic {
    let (stage, other) = (job.stage(), &dependency.unit);
    let message = format!(
        "`{}` must run after `{other}`, but every job of `{other}` is in a later stage than `{}` (`{stage}`)",
        unit.name, job.name
    );
    let help = format!("move `{}` to one of those stages, or remove `order`", job.name);
    Diagnostic::warning(&ORDER_STAGES, dependency.origin, message)
        .with_label(job.origin, "the job")
        .with_help(help)
}

fn stops(job: &Job) -> bool {
    environment(&job.body).is_some_and(|environment| environment.action() == "stop")
}

fn need(job: &Job, origin: Origin) -> Node {
    let mut map = Map::default();
    map.set("job", Node::string(origin, job.name.as_str()));
    map.set("artifacts", Node::plain(origin, "false"));
    map.set("optional", Node::plain(origin, "true"));
    Node::map(origin, map)
}

fn append(body: &mut Map, needs: Vec<Node>) {
    let Some(origin) = needs.first().map(|need| need.origin) else { return };
    let written = body.get("needs").and_then(Node::as_seq).unwrap_or_default();
    let known: BTreeSet<&str> = written.iter().filter_map(needed_job).collect();
    let is_new = |need: &Node| needed_job(need).is_some_and(|name| !known.contains(name));
    let mut all = written.to_vec();
    all.extend(needs.into_iter().filter(is_new));
    body.set("needs", Node::seq(origin, all));
}

/// The index of a stage; `.pre` before all others, `.post` and what is not listed after them.
fn stage_index(stages: &[StageName], stage: &str) -> usize {
    if stage == StageName::PRE {
        return 0;
    }
    let listed = stages.iter().position(|name| name.as_str() == stage);
    listed.map_or(stages.len() + 1, |index| index + 1)
}
