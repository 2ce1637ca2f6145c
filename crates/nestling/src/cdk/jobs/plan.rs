//! Which jobs this pipeline has, and what each waits for.

use super::graph::{Graph, Planned, Role};
use super::kept::{kept, places, read_by, through};
use super::request::{Request, node_name};
use super::targets::Targets;
use super::{around, needs};
use crate::cdk::deployment::Work;
use crate::environments::LeftOut;
use std::collections::BTreeSet;

/// Plans the jobs of this pipeline.
pub(crate) fn plan(request: &Request<'_>, targets: &Targets<'_>, left_out: &mut Vec<LeftOut>) -> Graph {
    let mut graph = Graph::default();
    let places: Vec<Option<Option<usize>>> = places(request, targets);
    let kept = kept(request, targets, &places, left_out);
    for at in &kept {
        let node = &request.deployment.nodes[*at];
        graph.of_node.insert(*at, graph.jobs.len());
        graph.jobs.push(Planned {
            name: node_name(request, *at),
            role: Role::Node(*at),
            target: places[*at].flatten(),
            group: node.group.clone(),
            after: BTreeSet::new(),
            reads: BTreeSet::new(),
            origin: node.origin,
        });
    }
    for at in &kept {
        let after = through(request, *at, &graph.of_node)
            .into_iter()
            .filter_map(|before| graph.of_node.get(&before).copied());
        graph.jobs[graph.of_node[at]].after = after.collect();
    }
    reads(&mut graph, request);
    for (at, target) in targets.all.iter().enumerate() {
        if target.deployed {
            around::assets(&mut graph, request, targets, at);
            around::settle(&mut graph, request, targets, at);
            around::gate(&mut graph, request, targets, at);
        } else if request.settings.diff && request.pipeline.kind == crate::changes::PipelineKind::MergeRequest
        {
            let name = format!("{}: diff", target.name);
            graph.push(name, Role::Diff(at), Some(at), None, target.origin);
        }
    }
    around::promote(&mut graph, targets);
    needs::reduce(&mut graph);
    needs::limit(&mut graph, request);
    graph
}

/// Which jobs read what others make: their files, and the variables that `#{namespace.variable}` names.
fn reads(graph: &mut Graph, request: &Request<'_>) {
    for at in 0..graph.jobs.len() {
        let Role::Node(index) = graph.jobs[at].role else { continue };
        let node = &request.deployment.nodes[index];
        if let Work::Execute(stack) = node.work {
            let is_prepare = |job: &Planned| match job.role {
                Role::Node(other) => {
                    matches!(request.deployment.nodes[other].work, Work::Prepare(s) if s == stack)
                }
                _ => false,
            };
            let prepare = graph.jobs.iter().position(is_prepare);
            graph.jobs[at].reads.extend(prepare);
        }
        let reads = read_by(request, index).into_iter().filter_map(|node| graph.of_node.get(&node).copied());
        let reads: Vec<usize> = reads.collect();
        graph.jobs[at].reads.extend(&reads);
        graph.jobs[at].after.extend(reads);
    }
}
