//! The nodes that a pipeline runs: those of its own environments, and what stands between them.

use super::request::{Request, node_name};
use super::targets::{Place, Targets};
use crate::cdk::deployment::{From, Namespace, Work, references};
use crate::cdk::ordering::in_order;
use crate::environments::LeftOut;
use std::collections::{BTreeMap, BTreeSet};

/// The target of each node, `Some(None)` where a node needs none, `None` where its place has none.
pub(crate) fn places(request: &Request<'_>, targets: &Targets<'_>) -> Vec<Option<Option<usize>>> {
    let chosen = request.chosen();
    let of = |node: &crate::cdk::deployment::Node| {
        if node.pipeline.is_some_and(|pipeline| !chosen.contains(&pipeline)) {
            return None;
        }
        match (node.stage, node.work.stack()) {
            (Some(stage), _) => targets.of(Place::Stage(stage)).map(Some),
            (None, Some(stack)) => targets.of(Place::Stack(stack)).map(Some),
            (None, None) => Some(None),
        }
    };
    request.deployment.nodes.iter().map(of).collect()
}

/// What a node waits for; where something of it is left out for good, what that waits for.
pub(crate) fn through(request: &Request<'_>, node: usize, kept: &BTreeMap<usize, usize>) -> BTreeSet<usize> {
    let nodes = &request.deployment.nodes;
    let mut found = BTreeSet::new();
    let mut queue: Vec<usize> = nodes[node].after.iter().copied().collect();
    while let Some(before) = queue.pop() {
        if found.insert(before) && !kept.contains_key(&before) {
            queue.extend(&nodes[before].after);
        }
    }
    found
}

/// The nodes whose variables or files a node reads.
pub(crate) fn read_by(request: &Request<'_>, node: usize) -> BTreeSet<usize> {
    let Work::Run(step) = &request.deployment.nodes[node].work else { return BTreeSet::new() };
    let named = step.references.iter().flat_map(|(_, value)| references(value));
    let variables = named.filter_map(|(namespace, _)| match request.deployment.namespace(node, namespace) {
        Some(Namespace::Node(node)) => Some(node),
        _ => None,
    });
    let files = step.inputs.iter().filter_map(|input| match input.from {
        From::Node(node) => Some(node),
        _ => None,
    });
    variables.chain(files).collect()
}

/// Whether a node is of a CodePipeline that the header does not choose.
fn is_of_another_pipeline(request: &Request<'_>, chosen: &[usize], node: usize) -> bool {
    request.deployment.nodes[node].pipeline.is_some_and(|pipeline| !chosen.contains(&pipeline))
}

/// The nodes that this pipeline runs: those that are not of another kind of pipeline, and need none that is. A person
/// is not asked for something that does not come.
pub(crate) fn kept(
    request: &Request<'_>,
    targets: &Targets<'_>,
    places: &[Option<Option<usize>>],
    left_out: &mut Vec<LeftOut>,
) -> Vec<usize> {
    let nodes = &request.deployment.nodes;
    let after: Vec<&BTreeSet<usize>> = nodes.iter().map(|node| &node.after).collect();
    let order = in_order(&after);
    let chosen = request.chosen();
    let mut gone: BTreeMap<usize, String> = BTreeMap::new();
    for at in &order {
        let lost = |set: &BTreeSet<usize>, all: bool| {
            let lost =
                set.iter().find(|before| gone.contains_key(before) && (all || places[**before].is_some()));
            lost.map(|before| nodes[*before].name.clone())
        };
        let reason = match places[*at] {
            None => Some(match is_of_another_pipeline(request, &chosen, *at) {
                true => "`pipeline` names another".to_owned(),
                false => "its stage is left out".to_owned(),
            }),
            Some(Some(target)) if !targets.all[target].deployed => Some(format!(
                "`{}` is not deployed to by this kind of pipeline",
                targets.all[target]
                    .entry
                    .map_or(targets.all[target].name.as_str(), |entry| entry.name.as_str())
            )),
            // What is left out for good is no reason to wait for ever; what it would have made is missing, though.
            _ => lost(&nodes[*at].after, false)
                .map(|lost| format!("it needs `{lost}`, which is left out"))
                .or_else(|| {
                    let lost = lost(&read_by(request, *at), true)?;
                    Some(format!("it reads what `{lost}` makes, which is left out"))
                }),
        };
        if let Some(reason) = reason {
            gone.insert(*at, reason);
        }
    }
    for at in order.iter().rev() {
        let mut waiting = (0..nodes.len()).filter(|other| nodes[*other].after.contains(at)).peekable();
        let asks = matches!(nodes[*at].work, Work::Approve(_)) && waiting.peek().is_some();
        if asks && !gone.contains_key(at) && waiting.all(|other| gone.contains_key(&other)) {
            gone.insert(*at, "nothing that waits for it is in this pipeline".to_owned());
        }
    }
    for (at, reason) in &gone {
        let label = nodes[*at].pipeline.and_then(|pipeline| request.deployment.label(pipeline));
        let job = match label.filter(|_| is_of_another_pipeline(request, &chosen, *at)) {
            Some(label) => format!("{label}.{}", nodes[*at].name),
            None => node_name(request, *at),
        };
        // A stack of the app itself may have been left out by its own name.
        if !left_out.iter().any(|known| known.job == job) {
            left_out.push(LeftOut { job, reason: reason.clone() });
        }
    }
    (0..nodes.len()).filter(|at| !gone.contains_key(at)).collect()
}
