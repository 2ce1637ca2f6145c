//! The jobs as a graph: the nodes that this pipeline runs, and what GitLab needs beside them. A gate where a person
//! starts an environment, a job that settles each environment, barriers where needs are too many.

mod around;
mod needs;

use super::Request;
use super::kept::{kept, places, read_by, through};
use super::targets::Targets;
use crate::cdk::deployment::{Past, Work};
use crate::compose::LeftOut;
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
    graph.reads(request);
    for (at, target) in targets.all.iter().enumerate() {
        if target.deployed {
            graph.assets(request, targets, at);
            graph.settle(request, targets, at);
            graph.gate(request, targets, at);
        } else if request.settings.diff && request.pipeline.kind == crate::changes::PipelineKind::MergeRequest
        {
            let name = format!("{}: diff", target.name);
            graph.push(name, Role::Diff(at), Some(at), None, target.origin);
        }
    }
    graph.promote(targets);
    graph.reduce();
    graph.limit_needs(request);
    graph
}

/// Several pipelines may use the same names, so each is put before its own.
pub(crate) fn node_name(request: &Request<'_>, at: usize) -> String {
    let node = &request.deployment.nodes[at];
    let several = request.chosen().len() > 1;
    let label = node.pipeline.filter(|_| several).and_then(|pipeline| request.deployment.label(pipeline));
    label.map_or_else(|| node.name.clone(), |label| format!("{label}.{}", node.name))
}

impl Graph {
    fn push(
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

    /// Which jobs read what others make: their files, and the variables that `#{namespace.variable}` names.
    fn reads(&mut self, request: &Request<'_>) {
        for at in 0..self.jobs.len() {
            let Role::Node(index) = self.jobs[at].role else { continue };
            let node = &request.deployment.nodes[index];
            if let Work::Execute(stack) = node.work {
                let is_prepare = |job: &Planned| match job.role {
                    Role::Node(other) => {
                        matches!(request.deployment.nodes[other].work, Work::Prepare(s) if s == stack)
                    }
                    _ => false,
                };
                let prepare = self.jobs.iter().position(is_prepare);
                self.jobs[at].reads.extend(prepare);
            }
            let reads =
                read_by(request, index).into_iter().filter_map(|node| self.of_node.get(&node).copied());
            let reads: Vec<usize> = reads.collect();
            self.jobs[at].reads.extend(&reads);
            self.jobs[at].after.extend(reads);
        }
    }

    pub(crate) fn past(&self) -> Past {
        Past::new(self.jobs.iter().map(|job| &job.after))
    }
}
