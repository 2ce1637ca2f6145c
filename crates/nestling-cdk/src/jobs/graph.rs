//! The jobs as a graph: the nodes that this pipeline runs, and what GitLab needs beside them.

use super::request::Request;
use super::targets::TargetId;
use crate::assembly::StackId;
use crate::deployment::{NodeId, Work};
use crate::id::Id;
use crate::ordering::Past;
use nestling_gitlab::diagnostic::Origin;
use std::collections::{BTreeMap, BTreeSet};

/// The index of a job in [`Graph::jobs`].
pub(crate) type JobId = Id<PlannedJob>;

/// A job before it is written.
#[derive(Debug)]
pub(crate) struct PlannedJob {
    /// Its short name.
    pub name: String,
    /// Its task.
    pub role: Role,
    /// The nodes that it does.
    pub nodes: BTreeSet<NodeId>,
    /// The target that it belongs to.
    pub target: Option<TargetId>,
    /// The target whose environment it has, where it belongs to none.
    pub environment: Option<TargetId>,
    /// The wave or stage of the pipeline that it belongs to.
    pub group: Option<String>,
    /// The jobs that it waits for.
    pub after: BTreeSet<JobId>,
    /// The jobs among them whose files or variables it reads.
    pub reads: BTreeSet<JobId>,
    /// The jobs among them that may be missing from a pipeline that it is in.
    pub optional: BTreeSet<JobId>,
    /// Source of it.
    pub origin: Origin,
}

impl PlannedJob {
    /// Returns the jobs that it cannot do without.
    pub(crate) fn required(&self) -> impl Iterator<Item = JobId> {
        self.after.difference(&self.optional).copied()
    }
}

/// A variable that another job reads: the namespace that it knows it by, the variable, and the node that has it.
pub(crate) type WantedVariable = (String, String, NodeId);

/// The task of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Does the work of a node of the deployment.
    Node(NodeId),
    /// Deploys the stacks of several nodes.
    Deploy,
    /// Waits for the person who starts an environment.
    Gate(TargetId),
    /// Publishes the assets of a target outside of pipelines.
    Assets(TargetId),
    /// Brings an environment as a whole to the new state, and is its deployment.
    Settle(TargetId),
    /// Shows what would change.
    Diff(TargetId),
    /// Looks for drift.
    Drift(TargetId),
    /// Destroys what several jobs have deployed.
    Stop(TargetId),
    /// Waits for many jobs, so that others have to wait for one.
    Barrier,
}

/// The jobs, and the job of each node.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub jobs: Vec<PlannedJob>,
    /// The job of each node that this pipeline runs.
    pub job_of_node: BTreeMap<NodeId, JobId>,
    /// The job that is the deployment of each target.
    pub deployments: BTreeMap<TargetId, JobId>,
    /// The stop job of each target that several jobs deploy.
    pub stops: BTreeMap<TargetId, JobId>,
}

impl Graph {
    /// Adds a job that waits for nothing yet.
    pub(crate) fn push(
        &mut self,
        name: String,
        role: Role,
        target: Option<TargetId>,
        group: Option<String>,
        origin: Origin,
    ) -> JobId {
        let job_id = Id::next(&self.jobs);
        let (after, reads, optional) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let nodes = if let Role::Node(node) = role { BTreeSet::from([node]) } else { BTreeSet::new() };
        self.jobs.push(PlannedJob {
            name,
            role,
            nodes,
            target,
            environment: None,
            group,
            after,
            reads,
            optional,
            origin,
        });
        job_id
    }

    /// Returns the jobs that fulfil a condition.
    pub(crate) fn jobs_that(&self, is_meant: impl Fn(&PlannedJob) -> bool) -> Vec<JobId> {
        Id::each(&self.jobs).filter(|(_, job)| is_meant(job)).map(|(job_id, _)| job_id).collect()
    }

    /// Returns the jobs that deploy stacks of a target.
    pub(crate) fn deploys(&self, request: &Request<'_>, target: TargetId) -> Vec<JobId> {
        self.jobs_that(|job| job.target == Some(target) && !deployed_by(request, job).is_empty())
    }

    /// Returns the stacks of a target that jobs of this pipeline deploy.
    pub(crate) fn deployed_stacks(&self, request: &Request<'_>, target: TargetId) -> Vec<StackId> {
        let jobs = self.jobs.iter().filter(|job| job.target == Some(target));
        let stacks: BTreeSet<StackId> = jobs.flat_map(|job| deployed_by(request, job)).collect();
        stacks.into_iter().collect()
    }

    /// Returns `true` if a job of this pipeline deploys a stack.
    pub(crate) fn is_deployed(&self, request: &Request<'_>, stack: StackId) -> bool {
        self.jobs.iter().any(|job| deployed_by(request, job).contains(&stack))
    }

    /// Returns the stacks of a target that jobs outside of pipelines deploy, and that have assets.
    pub(crate) fn stacks_with_assets(&self, request: &Request<'_>, target: TargetId) -> Vec<StackId> {
        let jobs = self.jobs.iter().filter(|job| job.target == Some(target));
        jobs.flat_map(|job| with_assets(request, job)).collect()
    }

    /// Returns everything that must be done before each job.
    pub(crate) fn past(&self) -> Past<PlannedJob> {
        Past::new(self.jobs.iter().map(|job| &job.after))
    }
}

/// Returns the name of the stop job of a deploy, as the environments stage calls those that it writes itself.
pub(crate) fn stop_name(deploy: &str) -> String {
    format!("{deploy}:stop")
}

/// Returns what a job does for its node, if it has one.
pub(crate) fn work_of<'a>(request: &Request<'a>, job: &PlannedJob) -> Option<&'a Work> {
    match job.role {
        Role::Node(node) => Some(&request.deployment.nodes[node].work),
        _ => None,
    }
}

/// Returns the stacks that are in their new state after a job of their own.
pub(crate) fn deployed_by(request: &Request<'_>, job: &PlannedJob) -> Vec<StackId> {
    let nodes = job.nodes.iter().map(|node| &request.deployment.nodes[*node]);
    nodes.filter_map(|node| node.work.deploys()).collect()
}

/// Returns the stacks of a job outside of pipelines that have assets.
pub(crate) fn with_assets(request: &Request<'_>, job: &PlannedJob) -> Vec<StackId> {
    let nodes = job.nodes.iter().map(|node| &request.deployment.nodes[*node]);
    let stacks = nodes.filter(|node| node.pipeline.is_none()).filter_map(|node| node.work.stack());
    stacks.filter(|stack| !request.deployment.assembly.stacks[*stack].assets.is_empty()).collect()
}
