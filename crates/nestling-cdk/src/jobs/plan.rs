//! The jobs of this pipeline, and what each waits for.

use super::graph::{Graph, JobId, PlannedJob, Role, work_of};
use super::kept::{Destinations, kept, read_by, report_blocked, through};
use super::merge::merged;
use super::request::Request;
use super::targets::{OmittedJob, Target, Targets};
use super::{around, borrow, needs, shared};
use crate::assembly::StackId;
use crate::deployment::{NodeId, Work};
use crate::id::Id;
use crate::report::Report;
use std::collections::BTreeSet;

/// Plans the jobs of this pipeline.
pub(crate) fn plan(
    request: &Request<'_>,
    targets: &Targets,
    left_out: &mut Vec<OmittedJob>,
    report: &mut Report,
) -> Graph {
    let destinations = Destinations::new(request, targets);
    let (kept, gone) = kept(request, targets, &destinations, left_out);
    report_blocked(request, targets, &destinations, &gone, report);
    let mut graph = of_nodes(request, targets, &destinations, &kept);
    add_reads(&mut graph, request);
    for (target_id, target) in Id::each(&targets.all) {
        if target.environment.deployed {
            around::add_assets(&mut graph, request, target, target_id);
            around::settle(&mut graph, request, target, target_id);
            around::add_gate(&mut graph, request, target, target_id);
        }
    }
    if request.looks_for_drift() {
        for (target_id, target) in Id::each(&targets.all) {
            let name = format!("{}: drift", target.name);
            graph.push(name, Role::Drift(target_id), Some(target_id), None, target.origin);
        }
    }
    if request.settings.diff {
        for (target_id, target) in Id::each(&targets.all) {
            around::add_diff(&mut graph, request, target, target_id);
        }
    }
    borrow::lend(&mut graph, request);
    around::promote(&mut graph, targets);
    shared::publish_once(&mut graph, request);
    for (target_id, target) in Id::each(&targets.all) {
        around::add_stop(&mut graph, target, target_id);
    }
    needs::reduce(&mut graph);
    needs::limit(&mut graph, request);
    graph
}

/// One job for each node that this pipeline runs, or for several of them.
fn of_nodes(request: &Request<'_>, targets: &Targets, destinations: &Destinations, kept: &[NodeId]) -> Graph {
    let mut graph = Graph::default();
    let merged = merged(request, kept, destinations);
    for node_id in kept {
        if graph.job_of_node.contains_key(node_id) {
            continue;
        }
        let node = &request.deployment.nodes[*node_id];
        let target = destinations.target(*node_id);
        let Some(nodes) = merged.get(node_id) else {
            let name = request.node_name(*node_id);
            let job = graph.push(name, Role::Node(*node_id), target, node.group.clone(), node.origin);
            graph.job_of_node.insert(*node_id, job);
            continue;
        };
        let name = name_of_several(request, nodes, target.map(|target| &targets.all[target]));
        let job = graph.push(name, Role::Deploy, target, node.group.clone(), node.origin);
        graph.jobs[job].nodes.clone_from(nodes);
        graph.job_of_node.extend(nodes.iter().map(|node| (*node, job)));
    }
    for node_id in kept {
        let before = through(request, *node_id, &graph.job_of_node);
        let job = graph.job_of_node[node_id];
        let after = before.iter().filter_map(|before| graph.job_of_node.get(before).copied());
        let after: BTreeSet<JobId> = after.filter(|before| *before != job).collect();
        graph.jobs[job].after.extend(after);
    }
    graph
}

/// Returns the name of a job that deploys the stacks of several nodes: that of their stage, or else of their wave.
fn name_of_several(request: &Request<'_>, nodes: &BTreeSet<NodeId>, target: Option<&Target>) -> String {
    let all_nodes = &request.deployment.nodes;
    let stages: BTreeSet<_> = nodes.iter().map(|node| all_nodes[*node].stage).collect();
    let first = nodes.first().map(|node| &all_nodes[*node]);
    let group = first.and_then(|node| Some((node.pipeline?, node.group.as_deref()?)));
    if let (None, [Some(stage)]) = (group, &stages.into_iter().collect::<Vec<_>>()[..]) {
        return request.deployment.assembly.stages[*stage].path.clone();
    }
    let names: Vec<String> = nodes.iter().map(|node| request.node_name(*node)).collect();
    // All of them are of one pipeline and one wave, or of none.
    around::common_parent(names.iter().map(String::as_str))
        .or_else(|| group.map(|(pipeline, wave)| request.name_in(Some(pipeline), wave)))
        .or_else(|| target.map(|target| target.environment.name.clone()))
        .unwrap_or_else(|| names.join(", "))
}

/// Finds the jobs whose files each job reads, or whose variables, which `#{namespace.variable}` names.
fn add_reads(graph: &mut Graph, request: &Request<'_>) {
    for job_id in Id::all(&graph.jobs) {
        let Role::Node(node) = graph.jobs[job_id].role else { continue };
        if let Work::Execute(stack) = request.deployment.nodes[node].work {
            let prepare = graph.jobs.iter().position(|job| prepares(request, job, stack)).map(JobId::new);
            graph.jobs[job_id].reads.extend(prepare);
            graph.jobs[job_id].after.extend(prepare);
        }
        let read = read_by(request.deployment, node);
        let reads: BTreeSet<JobId> =
            read.iter().filter_map(|node| graph.job_of_node.get(node).copied()).collect();
        graph.jobs[job_id].reads.extend(&reads);
        graph.jobs[job_id].after.extend(reads);
    }
}

fn prepares(request: &Request<'_>, job: &PlannedJob, stack: StackId) -> bool {
    matches!(work_of(request, job), Some(Work::Prepare(prepared)) if *prepared == stack)
}
