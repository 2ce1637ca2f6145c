//! The jobs that an environment needs beside those of its nodes: its assets, the person who starts it, the deployment as
//! a whole, and the order of environments.

use super::graph::{Graph, JobId, PlannedJob, Role, deployed_by, stop_name, with_assets, work_of};
use super::request::Request;
use super::targets::{Target, TargetId, Targets};
use crate::assembly::Stack;
use crate::deployment::Work;
use crate::environment::{DeployStart, EarlierEnvironment};
use crate::id::Id;
use std::collections::BTreeSet;

/// Outside of pipelines the assets of a target are published by one job, before the stacks that use them.
pub(crate) fn add_assets(graph: &mut Graph, request: &Request<'_>, target: &Target, target_id: TargetId) {
    let users = graph.jobs_that(|job| job.target == Some(target_id) && !with_assets(request, job).is_empty());
    if users.is_empty() {
        return;
    }
    // Stacks may make the very places that assets are published to.
    let stacks = &request.deployment.assembly.stacks;
    let used = graph.stacks_with_assets(request, target_id);
    let is_before = |job: &PlannedJob| {
        let mut own = job.nodes.iter().filter_map(|node| request.deployment.nodes[*node].work.stack());
        own.any(|own| used.iter().any(|user| needs_for_assets(&stacks[*user], &stacks[own])))
    };
    let before = graph.jobs_that(is_before);
    let past = graph.past();
    // Such a job publishes what it needs itself.
    let publishes_itself =
        |user: &JobId| before.iter().any(|other| other == user || past.holds(*other, *user));
    let users: Vec<JobId> = users.into_iter().filter(|user| !publishes_itself(user)).collect();
    if users.is_empty() {
        return;
    }
    let name = format!("{}: assets", target.name);
    let assets = graph.push(name, Role::Assets(target_id), Some(target_id), None, target.origin);
    for user in users {
        graph.jobs[user].after.insert(assets);
    }
    graph.jobs[assets].after.extend(before);
}

/// Returns `true` if the assets of a stack can be published only once another stack of its manifest is there.
fn needs_for_assets(stack: &Stack, other: &Stack) -> bool {
    stack.directory == other.directory && stack.assets.after.contains(&other.id)
}

/// An environment that one job deploys has its deployment in that job. Where several do, one more is the deployment as a
/// whole: in the normal run there is nothing left for it to do; run again from GitLab's list of deployments it rolls all
/// stacks back, in order. So it is with a single stack that is reviewed: a change set can be executed once.
pub(crate) fn settle(graph: &mut Graph, request: &Request<'_>, target: &Target, target_id: TargetId) {
    let deploys = graph.deploys(request, target_id);
    let (Some(first), Some(last)) = (deploys.first(), deploys.last()) else { return };
    let is_reviewed = matches!(work_of(request, &graph.jobs[*first]), Some(Work::Execute(_)));
    if first == last && !is_reviewed {
        graph.deployments.insert(target_id, *first);
        return;
    }
    let nodes = deploys.iter().flat_map(|job| &graph.jobs[*job].nodes);
    let node_names: Vec<String> = nodes.map(|node| request.node_name(*node)).collect();
    let name = common_parent(node_names.iter().map(String::as_str));
    let name = name.unwrap_or_else(|| target.name.clone());
    // A target may spread over several waves: its deployment is done in the last one.
    let group = graph.jobs[*last].group.clone().or_else(|| graph.jobs[*first].group.clone());
    let past = graph.past();
    let is_last = |job: &JobId| !deploys.iter().any(|other| past.holds(*other, *job));
    let lasts: BTreeSet<JobId> = deploys.iter().copied().filter(is_last).collect();
    let settle = graph.push(name, Role::Settle(target_id), Some(target_id), group, target.origin);
    // A job behind all stacks is after the deployment as well.
    for job in &mut graph.jobs[..settle.index()] {
        if lasts.is_subset(&job.after) {
            job.after.insert(settle);
        }
    }
    graph.jobs[settle].after = deploys.into_iter().collect();
    graph.deployments.insert(target_id, settle);
}

/// An environment that several jobs deploy gets a stop job of its own, which can run as soon as the first of them can: what
/// stops half way must not stay for ever. Where one job deploys all of it, that job's `stop` block does.
pub(crate) fn add_stop(graph: &mut Graph, target: &Target, target_id: TargetId) {
    let Some(deployment) = graph.deployments.get(&target_id).copied() else { return };
    let has_own_block = target.environment.keywords.as_ref().is_ok_and(|keywords| keywords.stop.is_some());
    let is_settled = graph.jobs[deployment].role == Role::Settle(target_id);
    if target.destroyed.is_empty() || has_own_block || !is_settled {
        return;
    }
    let past = graph.past();
    let starts: Vec<JobId> = graph.jobs[deployment].after.iter().copied().collect();
    let common = graph.jobs_that(|job| !matches!(job.role, Role::Diff(_))).into_iter();
    let common: BTreeSet<JobId> =
        common.filter(|job| starts.iter().all(|start| past.holds(*start, *job))).collect();
    let name = stop_name(&graph.jobs[deployment].name);
    let group = graph.jobs[deployment].group.clone();
    let stop = graph.push(name, Role::Stop(target_id), Some(target_id), group, target.origin);
    graph.jobs[stop].after = common;
    graph.stops.insert(target_id, stop);
}

/// Adds the job that asks before everything of an environment that people start, by the catalogue. If approvals of the
/// pipelines ask already, nobody is asked twice.
pub(crate) fn add_gate(graph: &mut Graph, request: &Request<'_>, target: &Target, target_id: TargetId) {
    if target.environment.start == DeployStart::Automatic
        || graph.deploys(request, target_id).is_empty()
        || !approvals(graph, request, target_id).is_empty()
    {
        return;
    }
    let past = graph.past();
    let own = graph.jobs_that(|job| job.target == Some(target_id));
    let is_first = |job: &JobId| !own.iter().any(|other| past.holds(*job, *other));
    let firsts: Vec<JobId> = own.iter().copied().filter(is_first).collect();
    let name = format!("{}: start", target.name);
    let group = firsts.first().and_then(|job| graph.jobs[*job].group.clone());
    let gate = graph.push(name, Role::Gate(target_id), Some(target_id), group, target.origin);
    // The button appears when everything before the environment is done, and not earlier: its assets may wait for less.
    let is_behind_own = |job: &JobId| own.iter().any(|other| other == job || past.holds(*job, *other));
    let before: BTreeSet<JobId> = own.iter().flat_map(|job| &graph.jobs[*job].after).copied().collect();
    graph.jobs[gate].after.extend(before.into_iter().filter(|job| !is_behind_own(job)));
    for first in firsts {
        let before = graph.jobs[first].after.clone();
        graph.jobs[gate].after.extend(before);
        graph.jobs[first].after.insert(gate);
    }
}

/// Returns the approvals that ask about an environment: the last one before each of its deploys, with no other environment's
/// deploy after it that comes first. None where a deploy is not asked about.
fn approvals(graph: &Graph, request: &Request<'_>, target_id: TargetId) -> BTreeSet<JobId> {
    let past = graph.past();
    let deploys = graph.deploys(request, target_id);
    let others =
        graph.jobs_that(|job| job.target != Some(target_id) && !deployed_by(request, job).is_empty());
    // An approval that another environment is deployed after is not asked about this one.
    let is_for_another = |approval: JobId| {
        let mut behind = others.iter().filter(|other| past.holds(**other, approval));
        behind.any(|other| deploys.iter().any(|deploy| past.holds(*deploy, *other)))
    };
    let mut approvals = graph.jobs_that(|job| work_of(request, job).is_some_and(Work::is_approval));
    approvals.retain(|approval| !is_for_another(*approval));
    // One that all deploys wait for asks about all of them, whatever else is asked between them.
    let is_before_all = |approval: &&JobId| deploys.iter().all(|deploy| past.holds(*deploy, **approval));
    let before_all: Vec<JobId> = approvals.iter().filter(is_before_all).copied().collect();
    let last_of =
        |some: &[JobId]| some.iter().copied().find(|job| !some.iter().any(|other| past.holds(*other, *job)));
    if let Some(last) = last_of(&before_all) {
        return BTreeSet::from([last]);
    }
    let mut last_ones = BTreeSet::new();
    for deploy in deploys {
        let before: Vec<JobId> =
            approvals.iter().filter(|approval| past.holds(deploy, **approval)).copied().collect();
        let Some(last) = last_of(&before) else { return BTreeSet::new() };
        last_ones.insert(last);
    }
    last_ones
}

/// Shows what would change: to a merge request for environments that it does not deploy to, and else to the person who
/// starts or approves a deploy.
pub(crate) fn add_diff(graph: &mut Graph, request: &Request<'_>, target: &Target, target_id: TargetId) {
    let name = format!("{}: diff", target.name);
    let role = Role::Diff(target_id);
    if !target.environment.deployed {
        if request.is_merge_request {
            graph.push(name, role, Some(target_id), None, target.origin);
        }
        return;
    }
    if graph.deploys(request, target_id).is_empty() {
        return;
    }
    let gate = graph.jobs_that(|job| job.role == Role::Gate(target_id)).first().copied();
    let buttons = gate.map_or_else(|| approvals(graph, request, target_id), |gate| BTreeSet::from([gate]));
    let Some(first) = buttons.first().copied() else { return };
    let past = graph.past();
    let prepares = |job: &PlannedJob| {
        job.target == Some(target_id) && matches!(work_of(request, job), Some(Work::Prepare(_)))
    };
    // A change set shows it better.
    let is_behind = |prepare: &JobId| buttons.iter().any(|button| past.holds(*button, *prepare));
    if graph.jobs_that(prepares).iter().any(is_behind) {
        return;
    }
    let group = graph.jobs[first].group.clone();
    let diff = graph.push(name, role, Some(target_id), group, target.origin);
    // Of several buttons, none may wait for what is before another one.
    let mut before = graph.jobs[first].after.clone();
    before.retain(|job| buttons.iter().all(|button| graph.jobs[*button].after.contains(job)));
    graph.jobs[diff].after = before;
    for button in buttons {
        graph.jobs[button].after.insert(diff);
    }
}

/// `after` of the catalogue: an environment waits for the one before it, unless the pipeline says the opposite.
pub(crate) fn promote(graph: &mut Graph, targets: &Targets) {
    for (target_id, target) in Id::each(&targets.all) {
        let Some(EarlierEnvironment { environment: name, optional }) = &target.environment.after else {
            continue;
        };
        let earlier = targets.all.iter().position(|other| other.environment.name == *name).map(Id::new);
        let Some(before) = earlier.and_then(|earlier| graph.deployments.get(&earlier).copied()) else {
            continue;
        };
        let past = graph.past();
        // The order of the pipeline already ensures that.
        if graph.deployments.get(&target_id).is_some_and(|own| past.holds(*own, before)) {
            continue;
        }
        let own = graph.jobs_that(|job: &PlannedJob| job.target == Some(target_id));
        for job in &own {
            let is_first = !own.iter().any(|other| past.holds(*job, *other));
            if is_first && !past.holds(before, *job) && before != *job {
                graph.jobs[*job].after.insert(before);
                if *optional {
                    graph.jobs[*job].optional.insert(before);
                }
            }
        }
    }
}

/// Returns the beginning that the names of a target's stacks share: `Staging` for `Staging/Data` and `Staging/Service`.
pub(crate) fn common_parent<'a>(names: impl Iterator<Item = &'a str>) -> Option<String> {
    let names = names.map(|name| name.strip_suffix(".Deploy").unwrap_or(name));
    let parents = names.map(|name| name.rsplit_once(['.', '/']).map(|(parent, _)| parent));
    let parents: BTreeSet<Option<&str>> = parents.collect();
    match parents.into_iter().collect::<Vec<_>>()[..] {
        [Some(only)] => Some(only.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_all_names_share_is_a_name_for_all() {
        for (names, want) in [
            (&["Live.Site"][..], Some("Live")),
            (&["Staging/Data", "Staging/Service"], Some("Staging")),
            (&["World.Blue.Site.Deploy", "World.Blue.Data"], Some("World.Blue")),
            (&["World.Blue.Site", "World.Green.Site"], None),
            (&["dev", "qa", "prod.Site"], None),
            (&["dev"], None),
        ] {
            assert_eq!(common_parent(names.iter().copied()).as_deref(), want, "{names:?}");
        }
    }
}
