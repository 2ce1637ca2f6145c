//! From planned jobs to their bodies: the choice of who writes what.

use super::body::Body;
use super::graph::{Graph, Planned, Role};
use super::request::Request;
use super::stages::stages;
use super::targets::Targets;
use super::writing::Writing;
use super::{deploy, gate, step, values};
use crate::cdk::deployment::{Node as DeploymentNode, Work};
use crate::cdk::ordering::in_order;
use crate::cdk::report::Report;
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::name::NAME_LIMIT;
use nestling_gitlab::pipeline::keywords::GLOBAL;
use nestling_gitlab::yaml::{Entry, Key, Node};
use std::collections::{BTreeMap, BTreeSet};

/// Writes all jobs; the second value is the job of each node.
pub(crate) fn write(
    request: &Request<'_>,
    targets: &Targets<'_>,
    graph: &Graph,
    report: &mut Report,
    problems: &mut Vec<Diagnostic>,
) -> (Node, BTreeMap<usize, String>) {
    let names = names(&graph.jobs);
    let stages = stages(request, graph);
    let wanted = values::wanted(request, graph);
    let past = graph.past();
    let mut writing = Writing { request, targets, graph, report, problems, past, wanted };
    let mut file = Body::new(request.settings.origin);
    if !graph.jobs.is_empty() {
        file.texts("stages", stages.names.iter().map(String::as_str));
    }
    let after: Vec<&BTreeSet<usize>> = graph.jobs.iter().map(|job| &job.after).collect();
    for at in in_order(&after) {
        let job = &graph.jobs[at];
        let mut body = Body::new(job.origin);
        body.text("stage", stages.of(at));
        let needs = writing.needs(at, &names);
        body.list("needs", needs);
        role(&mut writing, at, job, &mut body);
        let gates = writing.gates(at);
        writing.rules(job, &gates, body.map_mut());
        let entry = Entry { key: Key::new(job.origin, names[at].as_str()), value: body.into_node() };
        file.map_mut().entries.push(entry);
    }
    let of_node = graph.of_node.iter().map(|(node, job)| (*node, names[*job].clone())).collect();
    (file.into_node(), of_node)
}

fn role(writing: &mut Writing<'_>, at: usize, job: &Planned, body: &mut Body) {
    match job.role {
        Role::Node(index) => {
            let node: &DeploymentNode = &writing.request.deployment.nodes[index];
            match &node.work {
                Work::Deploy(stack) => deploy::stack(writing, at, *stack, body),
                Work::Prepare(stack) => deploy::prepare(writing, at, *stack, body),
                Work::Execute(stack) => deploy::execute(writing, at, *stack, body),
                Work::Publish(stage) => {
                    let stacks = &writing.request.deployment.assembly.stages[*stage].stacks;
                    deploy::publish(writing, at, stacks, body);
                }
                Work::Run(step) => step::run(writing, at, index, step, body),
                Work::Approve(comment) => gate::approve(writing, at, comment.as_deref(), body),
                Work::Compare(stacks) => deploy::compare(writing, at, stacks, body),
                Work::Unsupported(what) => gate::unsupported(writing, at, what, body),
            }
        }
        Role::Gate(target) => gate::start(writing, at, target, body),
        Role::Assets(target) => {
            let stacks = writing.graph.stacks_with_assets(writing.request, target);
            deploy::publish(writing, at, &stacks, body);
        }
        Role::Settle(target) => deploy::settle(writing, at, target, body),
        Role::Diff(target) => deploy::diff(writing, at, target, body),
        Role::Barrier => gate::barrier(body),
    }
}

/// The names of the jobs, each once and none that GitLab reads as something else.
fn names(jobs: &[Planned]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let one = |job: &Planned| {
        let plain: String = job.name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let reserved = GLOBAL.contains(&plain.as_str()) || plain == "pages" || plain.starts_with('.');
        let cut: String = plain.chars().take(NAME_LIMIT - 60).collect();
        let mut name = if reserved || cut.is_empty() { format!("cdk {cut}") } else { cut };
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{} ({number})", name.split(" (").next().unwrap_or_default());
            number += 1;
        }
        name
    };
    jobs.iter().map(one).collect()
}
