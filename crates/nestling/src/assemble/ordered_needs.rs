//! The needs that `depends_on` with `order: true` asks for.

mod units;
mod stage_needs;
mod promotion;
mod barrier;
mod role_needs;

use crate::assemble::rules::ORDER_STAGES;
use crate::unit::{Promoted, UnitJob, needed_job, renamed};
use crate::workspace::{Dependency, Order, Unit, Workspace};
pub(crate) use barrier::is_waiting_job;

use barrier::Barriers;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::name::StageName;
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::matrix::{copies, parallel};
use nestling_gitlab::pipeline::need::parallel_base;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::{BTreeSet, VecDeque};
use units::{StagedJob, UnitsOfPipeline};

/// lib/gitlab/ci/config/entry/product/parallel.rb, `PARALLEL_LIMIT`.
const INSTANCE_LIMIT: u64 = 200;

/// Makes each job of a unit wait for the units that it depends on with `order: true`: for the last of their jobs that are
/// in its stage or before it. GitLab lets a job need no others.
///
/// A job without `needs` waits for all earlier stages already and gets their artifacts. It is left as it is where that is
/// enough; otherwise it gets those jobs as needs, too. A need that rules may drop is `optional`. Where needs run out, a job
/// that only waits is between.
///
/// Diagnosed: a unit with no job that could be waited for, since all are of later stages, and artifacts for which there is no
/// need left.
///
/// A deploy that waits for the one to the environment before it keeps what its stage gave it as well; `made_from`, beside each
/// of the jobs, says which do, and which have needs by role.
pub(super) fn add(
    workspace: &Workspace,
    stages: &[StageName],
    jobs: &mut Vec<Job>,
    made_from: &[&UnitJob],
) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut barriers = Barriers::new(workspace.gitlab.limits.needs);
    for (index, unit_job) in made_from.iter().enumerate() {
        problems.extend(role_needs::limit(&mut barriers, jobs, index, &unit_job.role_needs));
    }
    let promoted: Vec<Option<Promoted>> = made_from.iter().map(|unit_job| unit_job.promoted).collect();
    let units = UnitsOfPipeline::new(jobs, stages);
    let mut ordering = promotion::needs(workspace, &units, &promoted);
    for unit in &workspace.units {
        let dependencies = ordered_dependencies(workspace, &units, unit);
        for dependency in &dependencies {
            for waiting in units.that_cannot_wait(&unit.name, &dependency.unit) {
                problems.push(nothing_to_wait_for(waiting.job, unit, dependency));
            }
        }
        for dependency in &dependencies {
            for later in units.later(&unit.name, &dependency.unit) {
                problems.push(nobody_waits(later.job, unit, dependency));
            }
        }
        let ordered: Vec<_> = dependencies.iter().map(|dependency| &dependency.unit).collect();
        let Some(origin) = dependencies.first().map(|dependency| dependency.origin) else { continue };
        for (waiting, awaited) in units.waits(&unit.name, &ordered) {
            ordering.push(needs_of(&units, waiting, &awaited, origin));
        }
    }
    for needs in ordering {
        problems.extend(barriers.write(jobs, needs));
    }
    jobs.extend(barriers.into_jobs());
    problems
}

/// Returns the dependencies with an order. Through one that has no jobs in this pipeline, the order reaches those that it must
/// run after itself.
fn ordered_dependencies(workspace: &Workspace, units: &UnitsOfPipeline<'_>, unit: &Unit) -> Vec<Dependency> {
    let ordered_of = |unit: &Unit| -> Vec<Dependency> {
        unit.depends_on.iter().filter(|dependency| dependency.order == Order::Ordered).cloned().collect()
    };
    let mut known = BTreeSet::from([unit.name.clone()]);
    let mut pending = VecDeque::from(ordered_of(unit));
    let mut dependencies = Vec::new();
    while let Some(dependency) = pending.pop_front() {
        if !known.insert(dependency.unit.clone()) {
            continue;
        }
        let absent = workspace.unit(dependency.unit.as_str());
        let absent = absent.filter(|_| units.of_unit(&dependency.unit).next().is_none());
        let further = absent.map(ordered_of).unwrap_or_default();
        pending
            .extend(further.into_iter().map(|further| Dependency { origin: dependency.origin, ..further }));
        dependencies.push(dependency);
    }
    dependencies
}

/// The needs that order gives to a job.
struct OrderNeeds {
    /// The index of the job.
    job: usize,
    /// Needs on jobs that the job waits for by its stage, if it has no `needs`.
    of_stages: Vec<Node>,
    /// Needs on jobs of other units.
    for_order: Vec<Node>,
    /// Set if it has to wait for all earlier stages beside.
    after_stages: bool,
    /// Place that requires the order.
    origin: Origin,
}

fn needs_of(
    units: &UnitsOfPipeline<'_>,
    waiting: &StagedJob<'_>,
    awaited: &[&StagedJob<'_>],
    origin: Origin,
) -> OrderNeeds {
    let has_needs = waiting.job.body.contains("needs");
    let of_stages = if has_needs { Vec::new() } else { stage_needs::of(&units.all, waiting, origin) };
    let known: BTreeSet<&str> = of_stages.iter().filter_map(needed_job).collect();
    let is_new = |awaited: &&&StagedJob<'_>| !known.contains(awaited.job.name.as_str());
    let for_order = awaited.iter().filter(is_new);
    let for_order = for_order.flat_map(|awaited| order_needs(waiting.job, awaited.job, origin)).collect();
    OrderNeeds { job: waiting.index, of_stages, for_order, after_stages: false, origin }
}

/// Returns the needs that make one job wait for another. Where it needs instances of it already, they are on all others: GitLab
/// rejects a need on a job beside one on an instance of it.
fn order_needs(waiting: &Job, awaited: &Job, origin: Origin) -> Vec<Node> {
    let needs = waiting.body.get("needs").and_then(Node::as_seq).unwrap_or_default();
    let names: BTreeSet<&str> = needs.iter().filter_map(needed_job).collect();
    let is_instance = |name: &&str| {
        parallel_base(name).is_some_and(|(base, _)| base == awaited.name.as_str())
            && *name != awaited.name.as_str()
    };
    let whole = need(awaited, Artifacts::Left, origin);
    // More instances than GitLab allows are an error of their own.
    let is_allowed = parallel(&awaited.body).is_some_and(|parallel| parallel.count() <= INSTANCE_LIMIT);
    if !is_allowed || !names.iter().any(is_instance) {
        return vec![whole];
    }
    let instances = copies(awaited.name.as_str(), &awaited.body).into_iter().map(|copy| copy.name);
    instances.filter(|name| !names.contains(name.as_str())).map(|name| renamed(&whole, &name)).collect()
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

fn nobody_waits(later: &Job, unit: &Unit, dependency: &Dependency) -> Diagnostic {
    let message = format!(
        "no job of `{}` can wait for `{}`, which is in a later stage (`{}`) than all of them",
        unit.name,
        later.name,
        later.stage()
    );
    Diagnostic::warning(&ORDER_STAGES, dependency.origin, message)
        .with_label(later.origin, "the job")
        .with_help(format!("move it to an earlier stage, or a job of `{}` to a later one", unit.name))
}

/// The artifacts of a needed job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Artifacts {
    Fetched,
    Left,
}

/// Returns an optional need.
fn need(job: &Job, artifacts: Artifacts, origin: Origin) -> Node {
    let mut map = Map::default();
    map.set("job", Node::string(origin, job.name.as_str()));
    if artifacts == Artifacts::Left {
        map.set("artifacts", Node::plain(origin, "false"));
    }
    map.set("optional", Node::plain(origin, "true"));
    Node::map(origin, map)
}
