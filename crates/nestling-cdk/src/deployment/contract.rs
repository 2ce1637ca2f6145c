//! A change set that nobody reviews is made and executed by one `cdk deploy`: two nodes become one.

use super::graph::{ActionId, Deployment, Fate, GraphNode, InputSource, Namespace, NodeId, Order, Work};
use crate::assembly::StackId;
use crate::id::Id;
use std::collections::{BTreeMap, BTreeSet};

/// Joins the nodes that make and execute a change set where nothing is between them.
pub(crate) fn contract(deployment: &mut Deployment) {
    let past = deployment.past();
    let mut prepares: BTreeMap<StackId, NodeId> = BTreeMap::new();
    for (node_id, node) in Id::each(&deployment.nodes) {
        if let Work::Prepare(stack) = node.work {
            prepares.insert(stack, node_id);
        }
    }
    let mut joined: BTreeMap<NodeId, NodeId> = BTreeMap::new();
    for execute in Id::all(&deployment.nodes) {
        let Work::Execute(stack) = deployment.nodes[execute].work else { continue };
        let Some(prepare) = prepares.get(&stack).copied() else { continue };
        if !past.holds(execute, prepare) {
            continue;
        }
        let is_between = |other: &NodeId| past.holds(execute, *other) && past.holds(*other, prepare);
        let between: Vec<NodeId> = Id::all(&deployment.nodes).filter(is_between).collect();
        if between.iter().any(|other| reviews(deployment, *other, prepare)) {
            continue;
        }
        // What ranks alone have put between the two does not wait for the change set.
        for other in between {
            release(deployment, other, prepare);
        }
        joined.insert(prepare, execute);
        let before = deployment.nodes[prepare].after.clone();
        let parameters = deployment.nodes[prepare].parameters.clone();
        let node = &mut deployment.nodes[execute];
        node.parameters.extend(parameters);
        node.work = Work::Deploy(stack);
        node.after.extend(before);
    }
    for node in &mut deployment.nodes {
        // A stack that is deployed in one go needs no word for that.
        if let (Work::Deploy(_), Some(short)) = (&node.work, node.name.strip_suffix(".Deploy")) {
            node.name = short.to_owned();
        }
    }
    remove(deployment, &joined);
}

/// Removes an edge, from the nodes and from the actions that they come from.
pub(crate) fn release(deployment: &mut Deployment, node: NodeId, before: NodeId) {
    deployment.nodes[node].after.remove(&before);
    let mut of_before: Vec<ActionId> = Vec::new();
    for (action_id, action) in Id::each(&deployment.actions) {
        if action.fate.is_node(before) {
            of_before.push(action_id);
        }
    }
    for action in &mut deployment.actions {
        if action.fate.is_node(node) {
            action.after.retain(|action_id| !of_before.contains(action_id));
        }
    }
}

/// Returns `true` if a node between a change set and its execution can review it. Where ranks alone have put it there, its
/// name must say that it belongs to the same stack.
fn reviews(deployment: &Deployment, between: NodeId, prepare: NodeId) -> bool {
    let between = &deployment.nodes[between];
    match between.order {
        Order::Exact => true,
        Order::ByRank => {
            let prepare = &deployment.nodes[prepare].name;
            let stack = prepare.strip_suffix(".Prepare").unwrap_or(prepare);
            between.name.strip_prefix(stack).is_some_and(|rest| rest.starts_with('.'))
        }
    }
}

/// Removes nodes that became others, and lets everything that named one name the other.
fn remove(deployment: &mut Deployment, joined: &BTreeMap<NodeId, NodeId>) {
    let mut new_ids: Vec<NodeId> = Vec::new();
    let mut kept = 0;
    for old_id in Id::all(&deployment.nodes) {
        new_ids.push(Id::new(kept));
        kept += usize::from(!joined.contains_key(&old_id));
    }
    let renumbered = |old_id: &NodeId| {
        let left = joined.get(old_id).unwrap_or(old_id);
        new_ids[left.index()]
    };
    let old_nodes = std::mem::take(&mut deployment.nodes);
    for (old_id, mut node) in old_nodes.into_iter().enumerate().map(|(index, node)| (Id::new(index), node)) {
        if joined.contains_key(&old_id) {
            continue;
        }
        node.after = node.after.iter().map(renumbered).collect();
        node.after.remove(&renumbered(&old_id));
        renumber_inputs(&mut node, &renumbered);
        deployment.nodes.push(node);
    }
    for action in &mut deployment.actions {
        if let Fate::Nodes(nodes) = &mut action.fate {
            let distinct: BTreeSet<NodeId> = nodes.iter().map(renumbered).collect();
            *nodes = distinct.into_iter().collect();
        }
    }
    for namespace in deployment.namespaces.values_mut() {
        if let Namespace::Node(node) = namespace {
            *node = renumbered(node);
        }
    }
}

fn renumber_inputs(node: &mut GraphNode, renumbered: &dyn Fn(&NodeId) -> NodeId) {
    let (Work::Run(step) | Work::Unsupported { step, .. }) = &mut node.work else { return };
    for input in &mut step.inputs {
        if let InputSource::Node(source) = &mut input.source {
            *source = renumbered(source);
        }
    }
}
