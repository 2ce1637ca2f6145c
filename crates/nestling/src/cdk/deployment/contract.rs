//! A change set that nobody looks at is made and executed by one `cdk deploy`: two nodes become one.

use super::graph::{Deployment, Fate, Namespace, Node, Order, Work};
use super::step::From;
use std::collections::{BTreeMap, BTreeSet};

/// Joins the nodes that make and execute a change set where nothing stands between them.
pub(crate) fn contract(deployment: &mut Deployment) {
    let past = deployment.past();
    let prepares: BTreeMap<usize, usize> = deployment
        .nodes
        .iter()
        .enumerate()
        .filter_map(|(at, node)| if let Work::Prepare(stack) = node.work { Some((stack, at)) } else { None })
        .collect();
    let mut gone: BTreeMap<usize, usize> = BTreeMap::new();
    for at in 0..deployment.nodes.len() {
        let Work::Execute(stack) = deployment.nodes[at].work else { continue };
        let Some(prepare) = prepares.get(&stack).copied() else { continue };
        let between: Vec<usize> = (0..deployment.nodes.len())
            .filter(|other| past.holds(at, *other) && past.holds(*other, prepare))
            .collect();
        if !past.holds(at, prepare) || between.iter().any(|other| reviews(deployment, *other, prepare)) {
            continue;
        }
        // What ranks alone have put between the two does not wait for the change set.
        for other in between {
            release(deployment, other, prepare);
        }
        gone.insert(prepare, at);
        let before = deployment.nodes[prepare].after.clone();
        let node = &mut deployment.nodes[at];
        node.work = Work::Deploy(stack);
        node.after.extend(before);
        node.name = node.name.strip_suffix(".Deploy").unwrap_or(&node.name).to_owned();
    }
    // A stack that is deployed in one go needs no word for it either.
    for node in &mut deployment.nodes {
        if let (Work::Deploy(_), Some(short)) = (&node.work, node.name.strip_suffix(".Deploy")) {
            node.name = short.to_owned();
        }
    }
    remove(deployment, &gone);
}

/// Takes an edge out, of the nodes and of the actions that they come from.
fn release(deployment: &mut Deployment, node: usize, before: usize) {
    deployment.nodes[node].after.remove(&before);
    let becomes = |fate: &Fate, node: usize| matches!(fate, Fate::Nodes(nodes) if nodes.contains(&node));
    let actions = deployment.actions.iter().enumerate();
    let of_before: Vec<usize> =
        actions.filter(|(_, action)| becomes(&action.fate, before)).map(|(at, _)| at).collect();
    for action in deployment.actions.iter_mut().filter(|action| becomes(&action.fate, node)) {
        action.after.retain(|at| !of_before.contains(at));
    }
}

/// Whether a node between a change set and its execution can be there to look at it. Where ranks alone have put it there,
/// its name has to say that it belongs to the same stack.
fn reviews(deployment: &Deployment, between: usize, prepare: usize) -> bool {
    let nodes = &deployment.nodes;
    match nodes[between].order {
        Order::Exact => true,
        Order::ByRank => {
            let stack = nodes[prepare].name.strip_suffix(".Prepare").unwrap_or(&nodes[prepare].name);
            nodes[between].name.strip_prefix(stack).is_some_and(|rest| rest.starts_with('.'))
        }
    }
}

/// Takes nodes out; what pointed at them points at the node that each became.
fn remove(deployment: &mut Deployment, gone: &BTreeMap<usize, usize>) {
    let mut place: Vec<usize> = Vec::new();
    let mut kept = 0;
    for at in 0..deployment.nodes.len() {
        place.push(kept);
        kept += usize::from(!gone.contains_key(&at));
    }
    let now = |at: usize| place[gone.get(&at).copied().unwrap_or(at)];
    let nodes = std::mem::take(&mut deployment.nodes);
    for (at, mut node) in nodes.into_iter().enumerate().filter(|(at, _)| !gone.contains_key(at)) {
        let own = now(at);
        node.after = node.after.iter().map(|before| now(*before)).filter(|before| *before != own).collect();
        deployment.nodes.push(renumbered(node, &now));
    }
    for action in &mut deployment.actions {
        if let Fate::Nodes(nodes) = &mut action.fate {
            let moved: BTreeSet<usize> = nodes.iter().map(|node| now(*node)).collect();
            *nodes = moved.into_iter().collect();
        }
    }
    for namespace in deployment.namespaces.values_mut() {
        if let Namespace::Node(node) = namespace {
            *node = now(*node);
        }
    }
}

/// A step's inputs name nodes, too.
fn renumbered(mut node: Node, now: &dyn Fn(usize) -> usize) -> Node {
    if let Work::Run(step) = &mut node.work {
        for input in &mut step.inputs {
            if let From::Node(from) = &mut input.from {
                *from = now(*from);
            }
        }
    }
    node
}
