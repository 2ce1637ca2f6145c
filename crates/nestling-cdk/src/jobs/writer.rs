//! A job while it is written, with the parts that all jobs have: needs, environment, gate.

use super::body::Body;
use super::graph::{Graph, JobId, PlannedJob, Role, WantedVariable, stop_name, work_of};
use super::request::Request;
use super::targets::{Target, TargetId, Targets};
use crate::deployment::{InputSource, Work};
use crate::environment::{DeployStart, TargetEnvironment};
use crate::ordering::Past;
use crate::report::{LineKind, Report};
use crate::settings::AssemblySource;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// The jobs of a pipeline, all planned and none written.
pub(crate) struct Plan<'a> {
    pub targets: &'a Targets,
    pub graph: &'a Graph,
    /// The final name of each job.
    pub names: Vec<String>,
    /// The jobs that must be done before each job.
    pub past: Past<PlannedJob>,
    /// The variables of each job that others read.
    pub wanted: BTreeMap<JobId, BTreeSet<WantedVariable>>,
}

/// A job while it is written.
pub(crate) struct Writer<'a> {
    pub request: &'a Request<'a>,
    pub plan: &'a Plan<'a>,
    pub job_id: JobId,
    pub job: &'a PlannedJob,
    /// The target that the job belongs to, or whose environment it has.
    pub target: Option<&'a Target>,
    pub body: Body,
    pub report: &'a mut Report,
    pub problems: &'a mut Vec<Diagnostic>,
}

/// The conditions under which a job runs, beside the jobs that it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// Start of it.
    pub start: DeployStart,
    /// The expressions of `rules:if` that must all hold.
    pub expressions: Vec<String>,
    /// Set if a deploy freeze holds it back.
    pub frozen: bool,
    /// Place where that is written.
    pub origin: Origin,
}

impl<'a> Writer<'a> {
    /// Returns `true` if the job is the deployment of its target.
    pub(crate) fn is_deployment(&self) -> bool {
        let deployments = &self.plan.graph.deployments;
        self.job.target.and_then(|target| deployments.get(&target)) == Some(&self.job_id)
    }

    /// Returns the target that the job shows the changes of, and whose environment it has not.
    pub(crate) fn shown_target(&self) -> Option<&'a Target> {
        match self.job.role {
            Role::Diff(target) | Role::Drift(target) => Some(&self.plan.targets.all[target]),
            _ => None,
        }
    }

    /// Adds a line about the job to the report.
    pub(crate) fn note(&mut self, kind: LineKind, text: &str) {
        self.report.add(kind, self.job.name.clone(), text, self.job.origin);
    }

    /// Writes `needs:`; the assembly comes first, where the job reads it.
    pub(crate) fn needs(&mut self) {
        let mut needs = Vec::new();
        if let AssemblySource::Parent(parent) = &self.request.settings.from
            && self.reads_assembly()
        {
            let mut need = Body::new(self.request.settings.origin);
            need.text("pipeline", "$PARENT_PIPELINE_ID").text("job", parent.as_str());
            needs.push(need.into_node());
        }
        for before in &self.job.after {
            let mut need = Body::new(self.job.origin);
            // GitLab fetches the artifacts of every need by default, and assemblies are large.
            let artifacts = if self.job.reads.contains(before) { "true" } else { "false" };
            let name = self.plan.names[before.index()].as_str();
            need.text("job", name).plain("artifacts", artifacts);
            if self.job.optional.contains(before) {
                need.plain("optional", "true");
            }
            needs.push(need.into_node());
        }
        self.body.list("needs", needs);
    }

    fn reads_assembly(&self) -> bool {
        match (self.job.role, work_of(self.request, self.job)) {
            (Role::Gate(_) | Role::Stop(_) | Role::Barrier, _) => false,
            (_, Some(Work::Run(step) | Work::Unsupported { step, .. })) => {
                let is_of_parent = |source: &InputSource| {
                    matches!(source, InputSource::Assembly | InputSource::Parent { .. })
                };
                step.inputs.iter().any(|input| is_of_parent(&input.source))
            }
            (_, Some(Work::Approve(_))) => false,
            _ => true,
        }
    }

    /// Writes `environment:` of the target's deployment, and the keywords that come with it.
    pub(crate) fn deploying(&mut self, url: Option<String>) {
        let Some(target) = self.target else { return };
        let Ok(keywords) = &target.environment.keywords else { return };
        let mut environment = keywords.deployment.clone();
        if let Some(stop) = self.stop_job_name(target) {
            environment.set("on_stop", Node::string(target.origin, stop));
        }
        if let Some(url) = url {
            let origin = target.url.as_ref().map_or(target.origin, |url| url.origin);
            environment.remove("url");
            environment.set("url", Node::string(origin, url));
        }
        self.body.node("environment", Node::map(target.environment.origin, environment));
        for (key, value) in keywords.job.iter() {
            self.body.set_default(key, value.clone());
        }
        self.one_at_a_time();
    }

    /// Writes `resource_group:` of a job that changes stacks of the environment: one job at a time does, whichever pipeline
    /// it is of. That of the catalogue comes first.
    pub(crate) fn one_at_a_time(&mut self) {
        let own = self.target.and_then(|target| target.environment.keywords.as_ref().ok());
        let of_catalogue = own.and_then(|keywords| keywords.job.get("resource_group"));
        let name = self.body.get("environment").and_then(|environment| environment.get("name"));
        let group = of_catalogue.or(name).cloned();
        if let Some(group) = group {
            self.body.set_default("resource_group", group);
        }
    }

    /// Returns the name of the stop job that a job of several which deploy a target names: GitLab stops an environment by
    /// the jobs of its last pipeline that came to an end, however far that got. A job that is the whole deployment has a
    /// `stop` block instead.
    fn stop_job_name(&self, target: &Target) -> Option<String> {
        let target_id = self.job.target?;
        if let Some(stop) = self.plan.graph.stops.get(&target_id) {
            return Some(self.plan.names[stop.index()].clone());
        }
        let deployment = self.plan.graph.deployments.get(&target_id)?;
        let is_stopped = !target.destroyed.is_empty() && !self.is_deployment();
        is_stopped.then(|| stop_name(&self.plan.names[deployment.index()]))
    }

    /// Writes `environment:` of a job that is not the deployment itself, and the keywords that come with it.
    pub(crate) fn accessing(&mut self, action: &str) {
        let Some(target) = self.target else { return };
        let Ok(keywords) = &target.environment.keywords else { return };
        let mut environment = keywords.access.clone();
        environment.set("action", Node::string(target.origin, action));
        self.body.node("environment", Node::map(target.environment.origin, environment));
        for (key, value) in keywords.job.iter() {
            // That of the environment is for the deployment and its stop job.
            if key != "resource_group" {
                self.body.set_default(key, value.clone());
            }
        }
    }

    /// Returns the conditions under which GitLab creates the job, and how it starts.
    ///
    /// Those are the conditions of its own environment, and of every environment before it: GitLab rejects a pipeline with
    /// a need on a job that rules have dropped.
    pub(crate) fn gate(&self) -> Option<Gate> {
        // A merge request is shown what it does not deploy to.
        if self.shown_target().is_some_and(|target| !target.environment.deployed) {
            return None;
        }
        let environments = self.gating_environments();
        let expressions = environments.iter().filter_map(|environment| any_of(&environment.expressions));
        Some(Gate {
            start: self.start(),
            expressions: expressions.collect(),
            frozen: environments.iter().any(|environment| environment.frozen),
            origin: environments.first().map_or(self.job.origin, |environment| environment.origin),
        })
    }

    fn gating_environments(&self) -> Vec<&'a TargetEnvironment> {
        let jobs = &self.plan.graph.jobs;
        let mut before = BTreeSet::from([self.job_id]);
        let mut open = vec![self.job_id];
        while let Some(job_id) = open.pop() {
            open.extend(jobs[job_id].required().filter(|job_id| before.insert(*job_id)));
        }
        let targets: BTreeSet<TargetId> =
            before.into_iter().filter_map(|job_id| jobs[job_id].target).collect();
        let environments = targets.into_iter().map(|target| &self.plan.targets.all[target].environment);
        environments.filter(|environment| environment.frozen || !environment.expressions.is_empty()).collect()
    }

    fn start(&self) -> DeployStart {
        match (self.job.role, work_of(self.request, self.job)) {
            (Role::Stop(_), _) => DeployStart::Manual,
            (Role::Gate(target), _) => self.plan.targets.all[target].environment.start,
            (_, Some(Work::Approve(_))) => DeployStart::Blocking,
            _ => DeployStart::Automatic,
        }
    }
}

/// Returns the expression that holds where any of these does.
fn any_of(expressions: &[String]) -> Option<String> {
    let each = expressions.iter().map(|text| format!("({text})"));
    each.reduce(|any, next| format!("{any} || {next}"))
}
