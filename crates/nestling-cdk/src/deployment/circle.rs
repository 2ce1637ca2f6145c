//! Nodes that wait for each other. Ranks order more than intended, so that a step without its place in the graph of a
//! pipeline may close a circle; what ranks alone have ordered is let go of. Any other circle is an error.

use super::contract::release;
use super::graph::{Deployment, NodeId, Order};
use crate::id::Id;
use crate::ordering::{in_order, past_of};
use crate::rules::CDK_ASSEMBLY;
use nestling_gitlab::diagnostic::Diagnostic;
use std::collections::BTreeSet;

/// Opens the circles that ranks have closed.
///
/// # Errors
/// The graph of a pipeline has a circle of its own.
pub(crate) fn untangle(deployment: &mut Deployment) -> Result<(), Vec<Diagnostic>> {
    loop {
        let circle = circle(deployment);
        let Some(first) = circle.first().copied() else { return Ok(()) };
        let Some((node, before)) = edge_by_rank(deployment, &circle) else {
            let names: Vec<String> =
                circle.iter().map(|node| format!("`{}`", deployment.nodes[*node].name)).collect();
            let message = format!("steps of a pipeline wait for each other: {}", names.join(", "));
            let problem = Diagnostic::error(&CDK_ASSEMBLY, deployment.nodes[first].origin, message);
            return Err(vec![problem.with_help("synthesize the app again; its `.dot` file is circular")]);
        };
        release(deployment, node, before);
    }
}

/// Returns nodes that wait for each other; none where the graph has no circle.
fn circle(deployment: &Deployment) -> BTreeSet<NodeId> {
    let after: Vec<_> = deployment.nodes.iter().map(|node| &node.after).collect();
    let ordered: BTreeSet<NodeId> = in_order(&after).into_iter().collect();
    let past = |node: NodeId| past_of(node, |node| &deployment.nodes[node].after);
    let mut left = Id::all(&deployment.nodes).filter(|node| !ordered.contains(node));
    let Some(first) = left.find(|node| past(*node).contains(node)) else { return BTreeSet::new() };
    past(first).into_iter().filter(|other| past(*other).contains(&first)).collect()
}

/// Returns an edge of a circle that only ranks have put there.
fn edge_by_rank(deployment: &Deployment, circle: &BTreeSet<NodeId>) -> Option<(NodeId, NodeId)> {
    circle.iter().find_map(|node_id| {
        let node = &deployment.nodes[*node_id];
        let before = node.after.intersection(circle).next().filter(|_| node.order == Order::ByRank)?;
        Some((*node_id, *before))
    })
}
