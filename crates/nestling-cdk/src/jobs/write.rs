//! From planned jobs to their bodies: the choice of who writes what.

use super::body::Body;
use super::graph::{Graph, JobId, PlannedJob, Role, deployed_by};
use super::request::Request;
use super::stages::stages;
use super::targets::Targets;
use super::writer::{Gate, Plan, Writer};
use super::{deploy, destroy, diff, gate, step, values};
use crate::deployment::{NodeId, Work};
use crate::id::Id;
use crate::ordering::in_order;
use crate::report::Report;
use crate::rules::CDK_ASSEMBLY;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::name::NAME_LIMIT;
use nestling_gitlab::pipeline::keywords::GLOBAL;
use nestling_gitlab::yaml::Map;
use std::collections::BTreeSet;

/// A job as it is written, but for `rules` and `when`.
#[derive(Debug)]
pub struct WrittenJob {
    /// Its short name.
    pub name: String,
    /// Source of it.
    pub origin: Origin,
    /// Its keywords.
    pub body: Map,
    /// The conditions under which it runs; `None` for a job that always does.
    pub gate: Option<Gate>,
}

/// The jobs with their stages.
pub(crate) struct Written {
    pub stages: Vec<String>,
    pub jobs: Vec<WrittenJob>,
}

/// Writes all jobs, each behind those that it waits for.
pub(crate) fn write(
    request: &Request<'_>,
    targets: &Targets,
    graph: &Graph,
    report: &mut Report,
    problems: &mut Vec<Diagnostic>,
) -> Written {
    let stages = stages(request, graph);
    let plan = Plan {
        targets,
        graph,
        names: names(&graph.jobs),
        past: graph.past(),
        wanted: values::wanted(request, graph),
    };
    let after: Vec<&BTreeSet<JobId>> = graph.jobs.iter().map(|job| &job.after).collect();
    let mut jobs = Vec::new();
    let order = in_order(&after);
    problems.extend(circle(graph, &plan.names, &order, request));
    for job_id in order {
        let job = &graph.jobs[job_id];
        let has_environment = !matches!(job.role, Role::Diff(_) | Role::Drift(_));
        let target = job.target.or(job.environment).filter(|_| has_environment);
        let target = target.map(|target| &targets.all[target]);
        let mut body = Body::new(job.origin);
        body.text("stage", stages.of(job_id));
        let mut writer = Writer { request, plan: &plan, job_id, job, target, body, report, problems };
        writer.needs();
        write_role(&mut writer);
        let gate = writer.gate();
        let name = plan.names[job_id.index()].clone();
        jobs.push(WrittenJob { name, origin: job.origin, body: writer.body.into_map(), gate });
    }
    let stages = if jobs.is_empty() { Vec::new() } else { stages.names };
    Written { stages, jobs }
}

/// Returns the error for jobs that have no place in the order, since they wait for each other: none may be left out unseen.
fn circle(graph: &Graph, names: &[String], order: &[JobId], request: &Request<'_>) -> Option<Diagnostic> {
    let ordered: BTreeSet<&JobId> = order.iter().collect();
    let left: Vec<JobId> = Id::all(&graph.jobs).filter(|job| !ordered.contains(job)).collect();
    if left.is_empty() {
        return None;
    }
    let left: Vec<String> = left.iter().map(|job| format!("`{}`", names[job.index()])).collect();
    let message = format!("jobs of the assembly wait for each other: {}", left.join(", "));
    let problem = Diagnostic::error(&CDK_ASSEMBLY, request.settings.origin, message);
    Some(problem.with_help("give the stages of these jobs separate environments, or report it as a bug"))
}

fn write_role(job: &mut Writer<'_>) {
    match job.job.role {
        Role::Node(node) => write_node(job, node),
        Role::Deploy => {
            let stacks = deployed_by(job.request, job.job);
            deploy::stacks(job, &stacks);
        }
        Role::Gate(_) => gate::start(job),
        Role::Assets(target) => {
            let stacks = job.plan.graph.stacks_with_assets(job.request, target);
            deploy::publish(job, &stacks);
        }
        Role::Settle(target) => deploy::settle(job, target),
        Role::Diff(target) => diff::diff(job, target),
        Role::Drift(target) => diff::drift(job, target),
        Role::Stop(target) => destroy::stop(job, target),
        Role::Barrier => gate::barrier(job),
    }
}

fn write_node(job: &mut Writer<'_>, node: NodeId) {
    let deployment = job.request.deployment;
    match &deployment.nodes[node].work {
        Work::Deploy(stack) => deploy::stacks(job, &[*stack]),
        Work::Prepare(stack) => deploy::prepare(job, *stack),
        Work::Execute(stack) => deploy::execute(job, *stack),
        Work::Publish(stage) => deploy::publish(job, &deployment.assembly.stages[*stage].stacks),
        Work::Run(step) => step::run(job, node, step),
        Work::Approve(comment) => gate::approve(job, comment.as_deref()),
        Work::Compare(stacks) => deploy::compare(job, stacks),
        Work::Unsupported { what, step } => step::unsupported(job, node, what, step),
    }
}

/// Returns the names of the jobs, each once and none that GitLab reads as something else.
fn names(jobs: &[PlannedJob]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut names = Vec::new();
    for job in jobs {
        let plain: String = job.name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let is_reserved = GLOBAL.contains(&plain.as_str()) || plain == "pages" || plain.starts_with('.');
        // The unit's name comes before it.
        let short: String = plain.chars().take(NAME_LIMIT - 60).collect();
        let mut name = if is_reserved || short.is_empty() { format!("cdk {short}") } else { short };
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{} ({number})", name.split(" (").next().unwrap_or_default());
            number += 1;
        }
        names.push(name);
    }
    names
}
