//! What every writer of a job reads and adds to, and what is common to all jobs: needs, environment, rules.

use super::body::Body;
use super::graph::{Graph, Planned, Role};
use super::request::Request;
use super::targets::{Target, Targets};
use crate::cdk::deployment::{From, Work};
use crate::cdk::ordering::Past;
use crate::cdk::report::{Kind, Report};
use crate::cdk::settings::Source;
use crate::environments::{Gate, apply_gate, environment};
use crate::workspace::{Blocking, Environment, Freeze, Start};
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::yaml::{Map, Node};
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

impl<'a> Writing<'a> {
    /// The target of a job.
    pub(crate) fn target(&self, at: usize) -> Option<&'a Target<'a>> {
        self.graph.jobs[at].target.map(|target| &self.targets.all[target])
    }

    /// Whether a job is the deployment of its target.
    pub(crate) fn is_start(&self, at: usize) -> bool {
        self.graph.jobs[at].target.and_then(|target| self.graph.starts.get(&target)) == Some(&at)
    }

    /// The needs of a job; the assembly comes first, where the job reads it.
    pub(crate) fn needs(&self, at: usize, names: &[String]) -> Vec<Node> {
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
                Work::Run(step) => step.inputs.iter().any(|input| input.from == From::Assembly),
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
        match environment(&over, entry, self.request.unit, self.request.texts) {
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
            match self.request.texts.evaluate(value, entry) {
                Ok(value) => put_under(body.map_mut(), key, value),
                Err(problems) => self.problems.extend(problems),
            }
        }
    }

    /// What decides at creation whether a job is in: its own environment's conditions, and those of every environment
    /// that comes before it. GitLab refuses a pipeline with a need on a job that rules dropped.
    pub(crate) fn gates(&self, at: usize) -> Vec<&'a Environment> {
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

    pub(crate) fn rules(&self, job: &Planned, gates: &[&Environment], body: &mut Map) {
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

    /// Adds a line to the report about a job.
    pub(crate) fn note(&mut self, kind: Kind, at: usize, text: &str) {
        let job = &self.graph.jobs[at];
        self.report.add(kind, job.name.clone(), text, job.origin);
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
