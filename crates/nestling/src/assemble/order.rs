//! The order of units in the output, and the needs that `depends_on` with `order: true` asks for.

use crate::assemble::rules::ORDER_STAGES;
use crate::unit::needed_job;
use crate::workspace::{Dependency, Order, Unit, Workspace};
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::name::{StageName, UnitName};
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::environment::environment;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// The units in an order in which each comes after those that it depends on, by name where nothing else decides.
pub(crate) fn units<'a>(workspace: &'a Workspace, included: &BTreeSet<&UnitName>) -> Vec<&'a UnitName> {
    let mut waiting: BTreeMap<&UnitName, usize> = BTreeMap::new();
    let mut dependents: BTreeMap<&UnitName, Vec<&'a UnitName>> = BTreeMap::new();
    for unit in workspace.units.iter().filter(|unit| included.contains(&unit.name)) {
        let before = unit.depends_on.iter().filter(|d| included.contains(&d.unit));
        waiting.insert(&unit.name, before.clone().count());
        for dependency in before {
            dependents.entry(&dependency.unit).or_default().push(&unit.name);
        }
    }
    let mut ready: BTreeSet<&'a UnitName> =
        workspace.unit_names().filter(|name| waiting.get(name) == Some(&0)).collect();
    let mut ordered = Vec::new();
    while let Some(next) = ready.pop_first() {
        ordered.push(next);
        for dependent in dependents.get(next).into_iter().flatten() {
            if let Some(left) = waiting.get_mut(dependent) {
                *left -= 1;
                if *left == 0 {
                    ready.insert(dependent);
                }
            }
        }
    }
    if ordered.len() < waiting.len() {
        // A cycle was refused on loading; its members still have to appear once.
        let placed: BTreeSet<&UnitName> = ordered.iter().copied().collect();
        ordered
            .extend(workspace.unit_names().filter(|name| included.contains(name) && !placed.contains(name)));
    }
    ordered
}

/// Makes the first jobs of each unit wait for the units that it depends on with `order: true`.
///
/// GitLab lets a job need jobs of its own and of earlier stages only, so each waits for the other unit's last stage
/// that is not after its own. A need that rules may drop is `optional`, and no artifacts are fetched for order's sake.
///
/// Diagnosed: a unit with no job that could be waited for, since all are of later stages.
pub(crate) fn add_needs(workspace: &Workspace, stages: &[StageName], jobs: &mut [Job]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let stage_of: Vec<usize> = jobs.iter().map(|job| stage_index(stages, job.stage())).collect();
    let by_unit = by_unit(jobs);
    let mut added: Vec<(usize, Vec<Node>)> = Vec::new();
    for unit in &workspace.units {
        let Some(own) = by_unit.get(&unit.name) else { continue };
        let first_stage = own.iter().map(|at| stage_of[*at]).min();
        for dependency in unit.depends_on.iter().filter(|d| d.order == Order::Ordered) {
            let Some(other) = by_unit.get(&dependency.unit) else { continue };
            for at in
                own.iter().copied().filter(|at| is_first(&jobs[*at], jobs, own, stage_of[*at], first_stage))
            {
                // Nobody starts a stop job while the pipeline runs: what waits for one waits for ever.
                let runs = |at: &&usize| !stops(&jobs[**at]);
                let before = |stage: &usize| *stage <= stage_of[at];
                let last = other.iter().filter(runs).map(|at| stage_of[*at]).filter(before).max();
                if last.is_none() && !other.is_empty() {
                    problems.push(nothing_to_wait_for(&jobs[at], unit, dependency));
                }
                let waits = other.iter().filter(runs).filter(|other| Some(stage_of[**other]) == last);
                let needs = waits.map(|other| need(&jobs[*other], dependency.origin)).collect();
                added.push((at, needs));
            }
        }
    }
    for (at, needs) in added {
        append(&mut jobs[at].body, needs);
    }
    problems
}

fn nothing_to_wait_for(job: &Job, unit: &Unit, dependency: &Dependency) -> Diagnostic {
    let (stage, other) = (job.stage(), &dependency.unit);
    let message = format!(
        "`{}` is to wait for `{other}`, and `{}` of stage `{stage}` can wait for none of its jobs",
        unit.name, job.name
    );
    Diagnostic::warning(&ORDER_STAGES, dependency.origin, message)
        .with_label(job.origin, "the job")
        .with_help(format!(
            "all jobs of `{other}` are of later stages: move it to one of those, or leave `order` out"
        ))
}

fn stops(job: &Job) -> bool {
    environment(&job.body).is_some_and(|environment| environment.action() == "stop")
}

fn by_unit(jobs: &[Job]) -> BTreeMap<UnitName, Vec<usize>> {
    let mut by_unit: BTreeMap<UnitName, Vec<usize>> = BTreeMap::new();
    for (at, job) in jobs.iter().enumerate() {
        if let Some(unit) = &job.unit {
            by_unit.entry(unit.clone()).or_default().push(at);
        }
    }
    by_unit
}

/// Whether nothing of its own unit comes before a job.
fn is_first(job: &Job, jobs: &[Job], own: &[usize], stage: usize, first_stage: Option<usize>) -> bool {
    match job.body.get("needs").and_then(Node::as_seq) {
        Some(needs) => !needs
            .iter()
            .filter_map(needed_job)
            .any(|name| own.iter().any(|at| jobs[*at].name.as_str() == name)),
        None => Some(stage) == first_stage,
    }
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
    let mut all = body.get("needs").and_then(Node::as_seq).map(<[Node]>::to_vec).unwrap_or_default();
    let known: BTreeSet<String> = all.iter().filter_map(needed_job).map(str::to_owned).collect();
    all.extend(needs.into_iter().filter(|need| needed_job(need).is_some_and(|name| !known.contains(name))));
    body.set("needs", Node::seq(origin, all));
}

/// A stage's place; `.pre` before all others, `.post` and what is not listed after them.
pub(crate) fn stage_index(stages: &[StageName], stage: &str) -> usize {
    match stage {
        StageName::PRE => 0,
        stage => stages.iter().position(|s| s.as_str() == stage).map_or(stages.len() + 1, |at| at + 1),
    }
}
