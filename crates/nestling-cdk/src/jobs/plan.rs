//! The jobs of this pipeline, and what each waits for.

use super::graph::{Graph, JobId, PlannedJob, Role, work_of};
use super::kept::{Destinations, kept, read_by, through};
use super::request::Request;
use super::targets::{OmittedJob, Targets};
use super::{around, needs, shared};
use crate::assembly::StackId;
use crate::deployment::Work;
use crate::id::Id;
use std::collections::BTreeSet;

/// Plans the jobs of this pipeline.
pub(crate) fn plan(request: &Request<'_>, targets: &Targets, left_out: &mut Vec<OmittedJob>) -> Graph {
    let mut graph = of_nodes(request, targets, left_out);
    add_reads(&mut graph, request);
    for (target_id, target) in Id::each(&targets.all) {
        if target.environment.deployed {
            around::add_assets(&mut graph, request, target, target_id);
            around::settle(&mut graph, request, target, target_id);
            around::add_gate(&mut graph, request, target, target_id);
        } else if request.settings.diff && request.is_merge_request {
            let name = format!("{}: diff", target.name);
            graph.push(name, Role::Diff(target_id), Some(target_id), None, target.origin);
        }
    }
    around::promote(&mut graph, targets);
    shared::publish_once(&mut graph, request);
    needs::reduce(&mut graph);
    needs::limit(&mut graph, request);
    graph
}

/// One job for each node that this pipeline runs.
fn of_nodes(request: &Request<'_>, targets: &Targets, left_out: &mut Vec<OmittedJob>) -> Graph {
    let mut graph = Graph::default();
    let destinations = Destinations::new(request, targets);
    let kept = kept(request, targets, &destinations, left_out);
    for node_id in &kept {
        let node = &request.deployment.nodes[*node_id];
        let name = request.node_name(*node_id);
        let target = destinations.target(*node_id);
        let job = graph.push(name, Role::Node(*node_id), target, node.group.clone(), node.origin);
        graph.job_of_node.insert(*node_id, job);
    }
    for node_id in &kept {
        let before = through(request.deployment, *node_id, &graph.job_of_node);
        let after = before.iter().filter_map(|before| graph.job_of_node.get(before).copied());
        let job = graph.job_of_node[node_id];
        graph.jobs[job].after = after.collect();
    }
    graph
}

/// Finds the jobs whose files each job reads, or whose variables, which `#{namespace.variable}` names.
fn add_reads(graph: &mut Graph, request: &Request<'_>) {
    for job_id in Id::all(&graph.jobs) {
        let Role::Node(node) = graph.jobs[job_id].role else { continue };
        if let Work::Execute(stack) = request.deployment.nodes[node].work {
            let prepare = graph.jobs.iter().position(|job| prepares(request, job, stack));
            graph.jobs[job_id].reads.extend(prepare.map(JobId::new));
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
