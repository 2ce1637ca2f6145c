//! The jobs that an environment needs beside those of its nodes: its assets, the person who starts it, the deployment as
//! a whole, and the order of environments.

use super::graph::{Graph, Planned, Role, with_assets};
use super::request::Request;
use super::targets::Targets;
use crate::cdk::deployment::Work;
use crate::workspace::Start;
use std::collections::BTreeSet;

/// Outside of pipelines the assets of a target are published by one job, before the stacks that use them.
pub(crate) fn assets(graph: &mut Graph, request: &Request<'_>, targets: &Targets<'_>, target: usize) {
    let is_user = |job: &Planned| job.target == Some(target) && with_assets(request, job).is_some();
    let jobs = graph.jobs.iter().enumerate();
    let users: Vec<usize> = jobs.filter(|(_, job)| is_user(job)).map(|(at, _)| at).collect();
    if users.is_empty() {
        return;
    }
    let name = format!("{}: assets", targets.all[target].name);
    let assets = graph.push(name, Role::Assets(target), Some(target), None, targets.all[target].origin);
    for user in users {
        graph.jobs[user].after.insert(assets);
    }
}

/// An environment of several stacks gets one job that is its deployment. In the normal run there is nothing left
/// for it to do; run again from GitLab's list of deployments it rolls all stacks back, in order. So does one whose
/// only stack is reviewed: a change set can be executed once.
pub(crate) fn settle(graph: &mut Graph, request: &Request<'_>, targets: &Targets<'_>, target: usize) {
    let deploys = graph.deploys(request, target);
    let (Some(first), Some(last)) = (deploys.first(), deploys.last()) else { return };
    if first == last && !graph.executes(request, *first) {
        graph.starts.insert(target, *first);
        return;
    }
    let name = common_parent(deploys.iter().map(|job| graph.jobs[*job].name.as_str()));
    let name = name.unwrap_or_else(|| targets.all[target].name.clone());
    let group = graph.jobs[*last].group.clone().or_else(|| graph.jobs[*first].group.clone());
    let origin = targets.all[target].origin;
    let past = graph.past();
    let is_last = |job: &usize| !deploys.iter().any(|other| past.holds(*other, *job));
    let lasts: BTreeSet<usize> = deploys.iter().copied().filter(is_last).collect();
    let settle = graph.push(name, Role::Settle(target), Some(target), group, origin);
    for job in &mut graph.jobs[..settle] {
        if !lasts.is_empty() && lasts.is_subset(&job.after) {
            job.after.insert(settle);
        }
    }
    graph.jobs[settle].after = deploys.into_iter().collect();
    graph.starts.insert(target, settle);
}

/// Where the catalogue has a person start an environment, one job asks, before everything of it. Where a step of
/// the pipeline asks already, nobody is asked twice.
pub(crate) fn gate(graph: &mut Graph, request: &Request<'_>, targets: &Targets<'_>, target: usize) {
    let of = &targets.all[target];
    let Some(Start::Manual(_)) = of.entry.map(|entry| entry.start) else { return };
    let past = graph.past();
    let deploys = graph.deploys(request, target);
    let asks = |job: &Planned| match job.role {
        Role::Node(node) => matches!(request.deployment.nodes[node].work, Work::Approve(_)),
        _ => false,
    };
    let asked = graph.jobs.iter().enumerate().any(|(at, job)| {
        job.target == Some(target) && asks(job) && deploys.iter().all(|deploy| past.holds(*deploy, at))
    });
    if asked || deploys.is_empty() {
        return;
    }
    let own: Vec<usize> = (0..graph.jobs.len())
        .filter(|at| graph.jobs[*at].target == Some(target) && !matches!(graph.jobs[*at].role, Role::Diff(_)))
        .collect();
    let is_first = |at: &usize| !own.iter().any(|other| past.holds(*at, *other));
    let firsts: Vec<usize> = own.iter().copied().filter(is_first).collect();
    let name = format!("{}: start", of.name);
    let group = firsts.first().and_then(|at| graph.jobs[*at].group.clone());
    let gate = graph.push(name, Role::Gate(target), Some(target), group, of.origin);
    for first in firsts {
        let before = graph.jobs[first].after.clone();
        graph.jobs[gate].after.extend(before);
        graph.jobs[first].after.insert(gate);
    }
}

/// `after` of the catalogue: an environment waits for the one before it, unless the pipeline says the opposite.
pub(crate) fn promote(graph: &mut Graph, targets: &Targets<'_>) {
    for (at, target) in targets.all.iter().enumerate() {
        let Some(after) = target.entry.and_then(|entry| entry.after.as_ref()) else { continue };
        let before = targets.all.iter().position(|t| t.entry.is_some_and(|entry| entry.name == *after));
        let Some(before) = before.and_then(|before| graph.starts.get(&before).copied()) else { continue };
        let past = graph.past();
        let own: Vec<usize> =
            (0..graph.jobs.len()).filter(|job| graph.jobs[*job].target == Some(at)).collect();
        if graph.starts.get(&at).is_some_and(|start| past.holds(*start, before)) {
            continue;
        }
        let is_first = |job: &usize| {
            !own.iter().any(|other| past.holds(*job, *other)) && !past.holds(before, *job) && before != *job
        };
        for first in own.iter().copied().filter(is_first).collect::<Vec<_>>() {
            graph.jobs[first].after.insert(before);
        }
    }
}

/// What the names of a target's stacks start with: `Staging` for `Staging/Data` and `Staging/Service`.
fn common_parent<'a>(names: impl Iterator<Item = &'a str>) -> Option<String> {
    let parents: BTreeSet<&str> = names
        .filter_map(|name| name.strip_suffix(".Deploy").unwrap_or(name).rsplit_once(['.', '/']))
        .map(|(parent, _)| parent)
        .collect();
    let mut parents = parents.into_iter();
    match (parents.next(), parents.next()) {
        (Some(only), None) => Some(only.to_owned()),
        _ => None,
    }
}
