//! Stacks that one job deploys.
//!
//! GitLab locks jobs, and asks of each job whether a newer deployment has overtaken it. A stage whose stacks are several
//! jobs is deployed, in effect, by several pipelines at once: between two of its jobs another pipeline can come, or a stop
//! job. So a stage is one job wherever nothing has to happen between its stacks.

use super::kept::{Destinations, through};
use super::request::Request;
use super::targets::TargetId;
use crate::assembly::StackId;
use crate::deployment::{NodeId, Order, Work};
use crate::id::Id;
use crate::ordering::{Past, past_of};
use std::collections::{BTreeMap, BTreeSet};

/// The nodes that one job does, under the first of each set. A node that no set holds is a job of its own.
pub(crate) type Merged = BTreeMap<NodeId, BTreeSet<NodeId>>;

/// Returns the sets of nodes that are one job: all stacks of an environment, or else those of each stage.
pub(crate) fn merged(request: &Request<'_>, kept: &[NodeId], destinations: &Destinations) -> Merged {
    let mut merging = Merging::new(request, kept);
    for candidates in merging.by_target(destinations) {
        if !merging.merge(&candidates) {
            for of_stage in merging.by_stage(&candidates) {
                merging.merge(&of_stage);
            }
        }
    }
    merging.merged
}

/// An environment, a pipeline by its index, and a wave of it.
type Place<'a> = (TargetId, Option<usize>, Option<&'a str>);

/// The nodes that are kept, some of them merged.
struct Merging<'a> {
    request: &'a Request<'a>,
    /// The nodes that each node waits for, once what is left out is skipped.
    after: Vec<BTreeSet<NodeId>>,
    merged: Merged,
}

impl<'a> Merging<'a> {
    fn new(request: &'a Request<'a>, kept: &[NodeId]) -> Self {
        let known: BTreeMap<NodeId, ()> = kept.iter().map(|node| (*node, ())).collect();
        let mut after = vec![BTreeSet::new(); request.deployment.nodes.len()];
        for node in kept {
            let before = through(request, *node, &known);
            after[node.index()] = before.into_iter().filter(|before| known.contains_key(before)).collect();
        }
        Self { request, after, merged: Merged::new() }
    }

    /// Returns the deploying nodes of each environment, and of each pipeline and wave there.
    fn by_target(&self, destinations: &Destinations) -> Vec<BTreeSet<NodeId>> {
        let mut sets: BTreeMap<Place<'_>, BTreeSet<NodeId>> = BTreeMap::new();
        for (node_id, node) in Id::each(&self.request.deployment.nodes) {
            let Some(target) = destinations.target(node_id) else { continue };
            if node.work.deploys().is_some() {
                let key = (target, node.pipeline.map(Id::index), node.group.as_deref());
                sets.entry(key).or_default().insert(node_id);
            }
        }
        sets.into_values().collect()
    }

    /// Returns the same nodes by CDK stage.
    fn by_stage(&self, nodes: &BTreeSet<NodeId>) -> Vec<BTreeSet<NodeId>> {
        let mut sets: BTreeMap<Option<usize>, BTreeSet<NodeId>> = BTreeMap::new();
        for node in nodes {
            let stage = self.request.deployment.nodes[*node].stage;
            sets.entry(stage.map(Id::index)).or_default().insert(*node);
        }
        sets.into_values().collect()
    }

    /// Makes these nodes one job, unless something has to happen between them. Returns `true` if they are one.
    fn merge(&mut self, nodes: &BTreeSet<NodeId>) -> bool {
        let Some(first) = nodes.first().filter(|_| nodes.len() > 1) else { return false };
        let all_nodes = &self.request.deployment.nodes;
        // A change set that somebody reviews is two jobs with a person between them.
        if nodes.iter().any(|node| matches!(all_nodes[*node].work, Work::Execute(_))) {
            return false;
        }
        if !self.are_ordered_by_manifest(nodes) || self.has_something_between(nodes) {
            return false;
        }
        self.merged.insert(*first, nodes.clone());
        true
    }

    /// Returns `true` if a job that is not one of these must be done after one of them and before another.
    fn has_something_between(&self, nodes: &BTreeSet<NodeId>) -> bool {
        let past = Past::new(self.contracted().iter());
        let mut others = Id::all(&self.request.deployment.nodes).filter(|other| !nodes.contains(other));
        others.any(|other| {
            let is_after = nodes.iter().any(|node| past.holds(other, self.job_of(*node)));
            is_after && nodes.iter().any(|node| past.holds(self.job_of(*node), other))
        })
    }

    /// Returns what each job waits for: the edges of its nodes, each to the first node of a job.
    fn contracted(&self) -> Vec<BTreeSet<NodeId>> {
        let mut after = vec![BTreeSet::new(); self.after.len()];
        for (node, before) in Id::all(&self.request.deployment.nodes).zip(&self.after) {
            let job = self.job_of(node);
            let before = before.iter().map(|before| self.job_of(*before));
            after[job.index()].extend(before.filter(|before| *before != job));
        }
        after
    }

    fn job_of(&self, node: NodeId) -> NodeId {
        let set = self.merged.iter().find(|(_, nodes)| nodes.contains(&node));
        set.map_or(node, |(first, _)| *first)
    }

    /// Returns `true` if the CDK command line deploys the stacks of these nodes in the order of the nodes: it knows the
    /// dependencies in the manifest, and no order of stages. Ranks order more than was meant, within a stage.
    fn are_ordered_by_manifest(&self, nodes: &BTreeSet<NodeId>) -> bool {
        let deployment = self.request.deployment;
        nodes.iter().all(|node_id| {
            let node = &deployment.nodes[*node_id];
            let past = past_of(*node_id, |node| &self.after[node.index()]);
            let own = node.work.stack().map(|stack| self.dependencies(stack)).unwrap_or_default();
            past.intersection(nodes).all(|before_id| {
                let before = &deployment.nodes[*before_id];
                let is_by_rank = node.order == Order::ByRank && before.stage == node.stage;
                is_by_rank || before.work.stack().is_some_and(|stack| own.contains(&stack))
            })
        })
    }

    /// Returns everything that a stack depends on.
    fn dependencies(&self, stack: StackId) -> BTreeSet<StackId> {
        let mut dependencies = BTreeSet::new();
        let mut queue = vec![stack];
        while let Some(next) = queue.pop() {
            let before = &self.request.deployment.assembly.stacks[next].depends_on;
            queue.extend(before.iter().filter(|before| dependencies.insert(**before)));
        }
        dependencies
    }
}
