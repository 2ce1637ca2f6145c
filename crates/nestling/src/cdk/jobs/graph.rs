//! The jobs as a graph: the nodes that this pipeline runs, and what GitLab needs beside them. A gate where a person
//! starts an environment, a job that settles each environment, barriers where needs are too many.

use super::request::Request;
use crate::cdk::deployment::Work;
use crate::cdk::ordering::Past;
use nestling_gitlab::diagnostic::Origin;
use std::collections::{BTreeMap, BTreeSet};

/// A job before it is written.
#[derive(Debug)]
pub(crate) struct Planned {
    /// Its short name.
    pub name: String,
    /// What it does.
    pub role: Role,
    /// The target that it belongs to.
    pub target: Option<usize>,
    /// The wave or stage of the pipeline that it belongs to.
    pub group: Option<String>,
    /// The jobs that it waits for.
    pub after: BTreeSet<usize>,
    /// The jobs among them whose files or variables it reads.
    pub reads: BTreeSet<usize>,
    /// Where it comes from.
    pub origin: Origin,
}

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// What a node of the deployment does.
    Node(usize),
    /// Waits for the person who starts an environment.
    Gate(usize),
    /// Publishes the assets of a target outside of pipelines.
    Assets(usize),
    /// Brings an environment as a whole to the new state, and is its deployment.
    Settle(usize),
    /// Shows a merge request what it would change.
    Diff(usize),
    /// Waits for many jobs, so that others have to wait for one.
    Barrier,
}

/// The jobs, and what became of each node.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub jobs: Vec<Planned>,
    pub of_node: BTreeMap<usize, usize>,
    /// The job that makes the deployment of each target.
    pub starts: BTreeMap<usize, usize>,
}

impl Graph {
    pub(crate) fn push(
        &mut self,
        name: String,
        role: Role,
        target: Option<usize>,
        group: Option<String>,
        origin: Origin,
    ) -> usize {
        let (after, reads) = (BTreeSet::new(), BTreeSet::new());
        self.jobs.push(Planned { name, role, target, group, after, reads, origin });
        self.jobs.len() - 1
    }

    /// The jobs that deploy stacks of a target.
    pub(crate) fn deploys(&self, request: &Request<'_>, target: usize) -> Vec<usize> {
        let is_deploy = |job: &Planned| job.target == Some(target) && deployed_by(request, job).is_some();
        let jobs = self.jobs.iter().enumerate();
        jobs.filter(|(_, job)| is_deploy(job)).map(|(at, _)| at).collect()
    }

    /// The stacks of a target that jobs of this pipeline deploy.
    pub(crate) fn stacks(&self, request: &Request<'_>, target: usize) -> Vec<usize> {
        let of_target = self.jobs.iter().filter(|job| job.target == Some(target));
        let stacks: BTreeSet<usize> = of_target.filter_map(|job| deployed_by(request, job)).collect();
        stacks.into_iter().collect()
    }

    /// Whether a job of this pipeline deploys a stack.
    pub(crate) fn is_deployed(&self, request: &Request<'_>, stack: usize) -> bool {
        self.jobs.iter().any(|job| deployed_by(request, job) == Some(stack))
    }

    /// The stacks of a target that jobs outside of pipelines deploy, and that have assets.
    pub(crate) fn stacks_with_assets(&self, request: &Request<'_>, target: usize) -> Vec<usize> {
        let of_target = self.jobs.iter().filter(|job| job.target == Some(target));
        of_target.filter_map(|job| with_assets(request, job)).collect()
    }

    /// Whether a job executes a change set that was looked at.
    pub(crate) fn executes(&self, request: &Request<'_>, job: usize) -> bool {
        let Role::Node(node) = self.jobs[job].role else { return false };
        matches!(request.deployment.nodes[node].work, Work::Execute(_))
    }

    pub(crate) fn past(&self) -> Past {
        Past::new(self.jobs.iter().map(|job| &job.after))
    }
}

/// The stack that is in its new state after a job of its own.
fn deployed_by(request: &Request<'_>, job: &Planned) -> Option<usize> {
    match job.role {
        Role::Node(node) => request.deployment.nodes[node].work.deploys(),
        _ => None,
    }
}

/// The stack of a job outside of pipelines, if it has assets.
pub(crate) fn with_assets(request: &Request<'_>, job: &Planned) -> Option<usize> {
    let Role::Node(node) = job.role else { return None };
    let node = &request.deployment.nodes[node];
    let stack = node.work.stack().filter(|_| node.pipeline.is_none())?;
    let has_assets = !request.deployment.assembly.stacks[stack].assets.is_empty();
    has_assets.then_some(stack)
}
