//! From planned jobs to their bodies: what is common to all of them, and the choice of who writes the rest.

use super::body::Body;
use super::graph::{Graph, Planned, Role};
use super::stages::stages;
use super::targets::{Target, Targets};
use super::{Request, deploy, gate, step, values};
use crate::cdk::deployment::{Node as DeploymentNode, Past, Work};
use crate::cdk::report::Report;
use crate::cdk::settings::Source;
use crate::environments::{Gate, apply_gate, environment};
use crate::workspace::{Blocking, Environment, Freeze, Start};
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::name::NAME_LIMIT;
use nestling_gitlab::pipeline::keywords::GLOBAL;
use nestling_gitlab::yaml::{Entry, Key, Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// What every writer reads and adds to.
pub(crate) struct Writing<'a> {
    pub request: &'a Request<'a>,
    pub targets: &'a Targets<'a>,
    pub graph: &'a Graph,
    pub report: &'a mut Report,
    pub problems: &'a mut Vec<Diagnostic>,
    /// What has to be done before each job.
    pub past: Past,
    /// The variables of each node that others read, by the name of their namespace.
    pub wanted: BTreeMap<usize, BTreeSet<(String, String)>>,
}

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
    for at in crate::cdk::deployment::order(&after) {
        let job = &graph.jobs[at];
        let mut body = Body::new(job.origin);
        body.text("stage", stages.of(at));
        let needs = writing.needs(at, &names);
        body.list("needs", needs);
        writing.role(at, job, &mut body);
        let gates = writing.gates(at);
        writing.rules(job, &gates, body.map_mut());
        let entry = Entry { key: Key::new(job.origin, names[at].as_str()), value: body.into_node() };
        file.map_mut().entries.push(entry);
    }
    let of_node = graph.of_node.iter().map(|(node, job)| (*node, names[*job].clone())).collect();
    (file.into_node(), of_node)
}

impl<'a> Writing<'a> {
    fn role(&mut self, at: usize, job: &Planned, body: &mut Body) {
        match job.role {
            Role::Node(index) => {
                let node: &DeploymentNode = &self.request.deployment.nodes[index];
                match &node.work {
                    Work::Deploy(stack) => deploy::stack(self, at, *stack, body),
                    Work::Prepare(stack) => deploy::prepare(self, at, *stack, body),
                    Work::Execute(stack) => deploy::execute(self, at, *stack, body),
                    Work::Publish(stage) => {
                        let stacks = &self.request.deployment.assembly.stages[*stage].stacks;
                        deploy::publish(self, at, stacks, body);
                    }
                    Work::Run(step) => step::run(self, at, index, step, body),
                    Work::Approve(comment) => gate::approve(self, at, comment.as_deref(), body),
                    Work::Compare(stacks) => deploy::compare(self, at, stacks, body),
                    Work::Unsupported(what) => gate::unsupported(self, at, what, body),
                }
            }
            Role::Gate(target) => gate::start(self, at, target, body),
            Role::Assets(target) => {
                let stacks = self.graph.stacks_with_assets(self.request, target);
                deploy::publish(self, at, &stacks, body);
            }
            Role::Settle(target) => deploy::settle(self, at, target, body),
            Role::Diff(target) => deploy::diff(self, at, target, body),
            Role::Barrier => gate::barrier(body),
        }
    }

    /// The target of a job.
    pub(crate) fn target(&self, at: usize) -> Option<&'a Target<'a>> {
        self.graph.jobs[at].target.map(|target| &self.targets.all[target])
    }

    /// Whether a job is the deployment of its target.
    pub(crate) fn is_start(&self, at: usize) -> bool {
        self.graph.jobs[at].target.and_then(|target| self.graph.starts.get(&target)) == Some(&at)
    }

    /// The needs of a job; the assembly comes first, where the job reads it.
    fn needs(&self, at: usize, names: &[String]) -> Vec<Node> {
        let job = &self.graph.jobs[at];
        let mut needs = Vec::new();
        if let (Source::Parent(parent), true) = (&self.request.settings.from, self.reads_assembly(job)) {
            let mut need = Body::new(self.request.settings.origin);
            need.text("pipeline", "$PARENT_PIPELINE_ID").text("job", parent.as_str());
            needs.push(need.into_node());
        }
        for before in &job.after {
            let mut need = Body::new(job.origin);
            let artifacts = if job.reads.contains(before) { "true" } else { "false" };
            need.text("job", names[*before].as_str()).plain("artifacts", artifacts);
            needs.push(need.into_node());
        }
        needs
    }

    fn reads_assembly(&self, job: &Planned) -> bool {
        match job.role {
            Role::Gate(_) | Role::Barrier => false,
            Role::Assets(_) | Role::Settle(_) | Role::Diff(_) => true,
            Role::Node(node) => match &self.request.deployment.nodes[node].work {
                Work::Run(step) => {
                    step.inputs.iter().any(|input| input.from == crate::cdk::deployment::From::Assembly)
                }
                Work::Approve(_) | Work::Unsupported(_) => false,
                _ => true,
            },
        }
    }

    /// Writes `environment:`; `action` is `None` for the deployment itself.
    pub(crate) fn environment(
        &mut self,
        at: usize,
        action: Option<&str>,
        url: Option<String>,
        body: &mut Body,
    ) {
        let Some(target) = self.target(at) else { return };
        let origin = target.origin;
        let mut over = Map::default();
        if let Some(url) = url {
            over.set("url", Node::string(target.url.map_or(origin, |url| url.origin), url));
        }
        if let Some(action) = action {
            over.set("action", Node::string(origin, action));
        }
        let Some(entry) = target.entry else {
            let mut map = Map::default();
            let name = target.name.rsplit('/').next().unwrap_or(&target.name).to_lowercase();
            map.set("name", Node::string(origin, name));
            over.iter().for_each(|(key, value)| map.set(key, value.clone()));
            body.node("environment", Node::map(origin, map));
            return;
        };
        match environment(&over, entry, self.request.unit, self.request.evaluate) {
            Ok(map) => _ = body.node("environment", Node::map(entry.origin, map)),
            Err(problems) => self.problems.extend(problems),
        }
        self.catalogue_keys(entry, action, body);
    }

    /// `variables`, `tags` and `resource_group` of the catalogue: the job's own stand over them, and the resource group is
    /// for the deployment and its stop job.
    fn catalogue_keys(&mut self, entry: &Environment, action: Option<&str>, body: &mut Body) {
        for (key, value) in entry.job.iter() {
            if key == "resource_group" && action.is_some() {
                continue;
            }
            match (self.request.evaluate)(value, entry) {
                Ok(value) => put_under(body.map_mut(), key, value),
                Err(problems) => self.problems.extend(problems),
            }
        }
    }

    /// What decides at creation whether a job is in: its own environment's conditions, and those of every environment
    /// that comes before it. GitLab refuses a pipeline with a need on a job that rules dropped.
    fn gates(&self, at: usize) -> Vec<&'a Environment> {
        let past = &self.past;
        let jobs = self.graph.jobs.iter().enumerate();
        let before = jobs.filter(|(other, _)| *other == at || past.holds(at, *other));
        let targets: BTreeSet<usize> = before.filter_map(|(_, job)| job.target).collect();
        let entries = targets.into_iter().filter_map(|target| self.targets.all[target].entry);
        entries
            .filter(|entry| {
                entry.freeze == Freeze::Respected || !entry.when.expressions(self.request.pipeline).is_empty()
            })
            .collect()
    }

    fn rules(&self, job: &Planned, gates: &[&Environment], body: &mut Map) {
        if matches!(job.role, Role::Diff(_)) {
            return;
        }
        let start = match job.role {
            Role::Gate(target) => {
                self.targets.all[target].entry.map_or(Start::Automatic, |entry| entry.start)
            }
            Role::Node(node) if matches!(self.request.deployment.nodes[node].work, Work::Approve(_)) => {
                Start::Manual(Blocking::Blocking)
            }
            _ => Start::Automatic,
        };
        let all: Vec<String> = gates
            .iter()
            .filter_map(|entry| {
                let any = entry.when.expressions(self.request.pipeline);
                any.iter().map(|text| format!("({text})")).reduce(|a, b| format!("{a} || {b}"))
            })
            .collect();
        let joined = match &all[..] {
            [] => None,
            [one] => Some(one.clone()),
            many => Some(many.iter().map(|text| format!("({text})")).collect::<Vec<_>>().join(" && ")),
        };
        let frozen = gates.iter().any(|entry| entry.freeze == Freeze::Respected);
        let origin = gates.first().map_or(job.origin, |entry| entry.origin);
        let gate = Gate { start, expressions: joined.as_deref().into_iter().collect(), frozen, origin };
        apply_gate(body, &gate);
    }
}

fn put_under(body: &mut Map, key: &str, value: Node) {
    let Some(own) = body.get_mut(key) else { return body.set(key, value) };
    if let (Some(own), Some(more)) = (own.as_map_mut(), value.as_map()) {
        for (key, value) in more.iter() {
            if !own.contains(key) {
                own.set(key, value.clone());
            }
        }
    }
}

/// Adds variables that are not there yet.
pub(crate) fn under(body: &mut Body, variables: Body) {
    let variables = variables.into_node();
    if variables.as_map().is_some_and(|map| !map.is_empty()) {
        put_under(body.map_mut(), "variables", variables);
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
