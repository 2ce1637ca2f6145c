//! The nodes that a pipeline runs: those of its own environments, and what is between them.

use super::request::Request;
use super::targets::{Deployable, OmittedJob, TargetId, Targets};
use crate::deployment::{Deployment, GraphNode, InputSource, Namespace, NodeId, PipelineId};
use crate::id::Id;
use crate::ordering::in_order;
use crate::report::{LineKind, Report};
use std::collections::{BTreeMap, BTreeSet};

/// Target of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    /// To an environment.
    To(TargetId),
    /// To none, and it needs none.
    Anywhere,
    /// To none, since its pipeline, its stage or its stack is left out.
    NoRevisions,
}

/// Target of each node.
pub(crate) struct Destinations(Vec<Sent>);

impl Destinations {
    pub(crate) fn new(request: &Request<'_>, targets: &Targets) -> Self {
        let chosen = request.chosen();
        let sent = |node: &GraphNode| {
            if is_of_another_pipeline(node, &chosen) {
                return Sent::NoRevisions;
            }
            let deployable = match (node.stage, node.work.stack()) {
                (Some(stage), _) => Deployable::Stage(stage),
                (None, Some(stack)) => Deployable::Stack(stack),
                (None, None) => return Sent::Anywhere,
            };
            targets.of(deployable).map_or(Sent::NoRevisions, Sent::To)
        };
        Self(request.deployment.nodes.iter().map(sent).collect())
    }

    pub(crate) fn of(&self, node: NodeId) -> Sent {
        self.0[node.index()]
    }

    /// Returns the target of a node, if it has one.
    pub(crate) fn target(&self, node: NodeId) -> Option<TargetId> {
        match self.of(node) {
            Sent::To(target) => Some(target),
            Sent::Anywhere | Sent::NoRevisions => None,
        }
    }
}

/// Returns what a node waits for; where some of that is not kept, also what that waits for.
pub(crate) fn through<T>(
    request: &Request<'_>,
    node: NodeId,
    kept: &BTreeMap<NodeId, T>,
) -> BTreeSet<NodeId> {
    let deployment = request.deployment;
    let mut before = BTreeSet::new();
    let mut queue: Vec<NodeId> = awaited(request, node).collect();
    while let Some(next) = queue.pop() {
        if before.insert(next) && !kept.contains_key(&next) {
            queue.extend(&deployment.nodes[next].after);
        }
    }
    before
}

/// Returns the nodes that a node waits for at once: of a stage that is deployed alone, those of the stage.
fn awaited<'a>(request: &'a Request<'_>, node_id: NodeId) -> impl Iterator<Item = NodeId> + 'a {
    let nodes = &request.deployment.nodes;
    let is_alone = request.is_alone(node_id);
    let stage = nodes[node_id].stage;
    nodes[node_id].after.iter().copied().filter(move |before| !is_alone || nodes[*before].stage == stage)
}

/// Returns the nodes whose variables or files a node reads.
pub(crate) fn read_by(deployment: &Deployment, node: NodeId) -> BTreeSet<NodeId> {
    let mut read = BTreeSet::new();
    let Some(step) = deployment.nodes[node].work.step() else { return read };
    for (namespace, _) in step.references() {
        if let Some(Namespace::Node(other)) = deployment.namespace(node, namespace) {
            read.insert(other);
        }
    }
    for input in &step.inputs {
        if let InputSource::Node(other) = input.source {
            read.insert(other);
        }
    }
    read
}

/// Returns `true` if a node is of a CodePipeline that the header does not choose.
fn is_of_another_pipeline(node: &GraphNode, chosen: &[PipelineId]) -> bool {
    node.pipeline.is_some_and(|pipeline| !chosen.contains(&pipeline))
}

/// The nodes that are left out, with the reason of each.
pub(crate) type Gone = BTreeMap<NodeId, String>;

/// Returns the nodes that this pipeline runs, and those that are left out. It runs those that are not of another kind of pipeline, and need none that is. A
/// person is not asked for something that does not come.
pub(crate) fn kept(
    request: &Request<'_>,
    targets: &Targets,
    destinations: &Destinations,
    left_out: &mut Vec<OmittedJob>,
) -> (Vec<NodeId>, Gone) {
    let deployment = request.deployment;
    let after: Vec<&BTreeSet<NodeId>> = deployment.nodes.iter().map(|node| &node.after).collect();
    let order = in_order(&after);
    let leaving = Leaving { request, targets, destinations, chosen: request.chosen() };
    let mut gone = Gone::new();
    for node in &order {
        if let Some(reason) = leaving.reason(*node, &gone) {
            gone.insert(*node, reason);
        }
    }
    // From the end: an approval before one that goes away goes away as well.
    for node in order.iter().rev() {
        if deployment.nodes[*node].work.is_approval() && asks_for_nothing(deployment, *node, &gone) {
            gone.insert(*node, "no job of this pipeline waits for it".to_owned());
        }
    }
    for (node, reason) in &gone {
        let job = leaving.name(*node);
        // A stack of the app itself may be left out by its own name already.
        if !left_out.iter().any(|known| known.job == job) {
            left_out.push(OmittedJob { job, reason: reason.clone() });
        }
    }
    let kept = Id::all(&deployment.nodes).filter(|node| !gone.contains_key(node)).collect();
    (kept, gone)
}

/// Reports each stage or stack of an environment that this pipeline deploys to which waits for something that the pipeline
/// does not do: an intended deploy is missing. And each step of a stage that is deployed without it.
pub(crate) fn report_blocked(
    request: &Request<'_>,
    targets: &Targets,
    destinations: &Destinations,
    gone: &Gone,
    report: &mut Report,
) {
    let deployment = request.deployment;
    let after: Vec<&BTreeSet<NodeId>> = deployment.nodes.iter().map(|node| &node.after).collect();
    let mut reported = BTreeSet::new();
    for node_id in in_order(&after) {
        let node = &deployment.nodes[node_id];
        let (Some(reason), Some(target)) = (gone.get(&node_id), destinations.target(node_id)) else {
            continue;
        };
        let environment = &targets.all[target].environment;
        let Some(stack) = node.work.stack() else {
            let stage = node.stage.map(|stage| format!("stage {}", deployment.assembly.stages[stage].path));
            let is_reported = stage.is_some_and(|stage| reported.contains(&stage));
            if environment.deployed && !is_reported && !node.work.is_approval() {
                let text = format!("its stage is deployed without it: {reason}");
                report.add(LineKind::Stack, request.node_name(node_id), text, node.origin);
            }
            continue;
        };
        let stack = &deployment.assembly.stacks[stack];
        let subject = match stack.stage {
            Some(stage) => format!("stage {}", deployment.assembly.stages[stage].path),
            None => format!("stack {}", stack.path),
        };
        // The first of a stage has the reason of all.
        if environment.deployed && reported.insert(subject.clone()) {
            let text = format!(
                "this kind of pipeline deploys to `{}`, but does not deploy this: {reason}",
                environment.name
            );
            report.add(LineKind::Stack, subject, text, node.origin);
        }
    }
}

/// Returns `true` if all that waits for an approval is left out, and something does wait.
fn asks_for_nothing(deployment: &Deployment, approval: NodeId, gone: &Gone) -> bool {
    if gone.contains_key(&approval) {
        return false;
    }
    let mut waiting =
        Id::each(&deployment.nodes).filter(|(_, node)| node.after.contains(&approval)).peekable();
    waiting.peek().is_some() && waiting.all(|(node, _)| gone.contains_key(&node))
}

/// The facts that decide on leaving a node out.
struct Leaving<'a> {
    request: &'a Request<'a>,
    targets: &'a Targets,
    destinations: &'a Destinations,
    chosen: Vec<PipelineId>,
}

impl Leaving<'_> {
    /// Returns the reason to leave a node out, once it is known which nodes before it are left out.
    fn reason(&self, node_id: NodeId, gone: &Gone) -> Option<String> {
        let deployment = self.request.deployment;
        let node = &deployment.nodes[node_id];
        match self.destinations.of(node_id) {
            Sent::NoRevisions if is_of_another_pipeline(node, &self.chosen) => {
                return Some("`pipeline` selects another one".to_owned());
            }
            Sent::NoRevisions => return Some("its stage is omitted".to_owned()),
            Sent::To(target) if !self.targets.all[target].environment.deployed => {
                let environment = &self.targets.all[target].environment;
                let reason = format!("this kind of pipeline does not deploy to `{}`", environment.name);
                return Some(reason);
            }
            Sent::To(_) | Sent::Anywhere => {}
        }
        // What is left out for good is no reason to wait for ever; what it would have made is missing, though.
        let is_missing = |before: &&NodeId| {
            gone.contains_key(before) && self.destinations.of(**before) != Sent::NoRevisions
        };
        let awaited: Vec<NodeId> = awaited(self.request, node_id).collect();
        if let Some(missing) = awaited.iter().find(is_missing) {
            let name = &deployment.nodes[*missing].name;
            return Some(format!("it needs `{name}`, which is omitted"));
        }
        let read = read_by(deployment, node_id);
        let unmade = read.iter().find(|other| gone.contains_key(other))?;
        let name = &deployment.nodes[*unmade].name;
        Some(format!("it reads the output of `{name}`, which is omitted"))
    }

    /// Returns the name of the job that a node would be.
    fn name(&self, node_id: NodeId) -> String {
        let deployment = self.request.deployment;
        let node = &deployment.nodes[node_id];
        let label = node.pipeline.and_then(|pipeline| deployment.label(pipeline));
        match label.filter(|_| is_of_another_pipeline(node, &self.chosen)) {
            Some(label) => format!("{label}.{}", node.name),
            None => self.request.node_name(node_id),
        }
    }
}
