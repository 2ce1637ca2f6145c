//! The actions of a pipeline, each with those that it waits for: from the graph where there is one, else from the ranks.

use crate::assembly::Assembly;
use crate::codepipeline::{Action, LeafId, Pipeline, Stage, matching};
use crate::id::Id;
use std::collections::{BTreeMap, BTreeSet};

/// The index of an action in the list of all actions of its pipeline.
pub(crate) type OrderedId<'a> = Id<Ordered<'a>>;

/// An action among the others of its pipeline.
#[derive(Debug)]
pub(crate) struct Ordered<'a> {
    /// The action.
    pub action: &'a Action,
    /// The stage of the pipeline that it is in.
    pub stage: &'a Stage,
    /// The index of that stage.
    pub stage_index: usize,
    /// The name of its step in the graph.
    pub leaf: Option<&'a str>,
    /// The actions that it waits for.
    pub after: BTreeSet<OrderedId<'a>>,
}

impl Ordered<'_> {
    /// Its place in the order of CodePipeline itself.
    fn rank(&self) -> (usize, u64) {
        (self.stage_index, self.action.rank)
    }
}

/// Orders the actions of a pipeline.
pub(crate) fn order<'a>(pipeline: &'a Pipeline, assembly: &Assembly) -> Vec<Ordered<'a>> {
    let mut actions = Vec::new();
    for (stage_index, stage) in pipeline.stages.iter().enumerate() {
        for action in &stage.actions {
            actions.push(Ordered { action, stage, stage_index, leaf: None, after: BTreeSet::new() });
        }
    }
    order_by_rank(&mut actions);
    if pipeline.graph.is_some() {
        order_by_graph(&mut actions, pipeline, assembly);
    }
    actions
}

/// Lets each action wait for all of the rank before, or of the last rank of the stage before: for more than CDK asked for,
/// and never for less.
fn order_by_rank<'a>(actions: &mut Vec<Ordered<'a>>) {
    let mut by_rank: BTreeMap<(usize, u64), BTreeSet<OrderedId<'a>>> = BTreeMap::new();
    for (id, action) in Id::each(actions) {
        by_rank.entry(action.rank()).or_default().insert(id);
    }
    let mut before: BTreeSet<OrderedId<'a>> = BTreeSet::new();
    for rank in by_rank.into_values() {
        for id in &rank {
            actions[*id].after.clone_from(&before);
        }
        before = rank;
    }
}

/// Lets each action wait for those of the steps that the graph has before its own.
fn order_by_graph<'a>(actions: &mut Vec<Ordered<'a>>, pipeline: &'a Pipeline, assembly: &Assembly) {
    let Some(graph) = &pipeline.graph else { return };
    let leaves: Vec<_> = matching::leaves(pipeline, graph, assembly).into_iter().flatten().collect();
    // The actions of each step, by rank.
    let mut steps: Vec<Vec<OrderedId<'a>>> = vec![Vec::new(); graph.leaves.len()];
    for (id, leaf) in Id::all(actions).zip(&leaves) {
        if let Some(leaf) = leaf {
            steps[leaf.index()].push(id);
        }
    }
    for step in &mut steps {
        step.sort_by_key(|id| actions[*id].action.rank);
    }
    // The last actions of the steps before a step; of one without action, those of the steps before that.
    let ends_before = |leaf: LeafId| {
        let mut ends = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut queue = vec![leaf];
        while let Some(next) = queue.pop() {
            for before in &graph.leaves[next].after {
                match steps[before.index()].last() {
                    Some(action) => _ = ends.insert(*action),
                    None if seen.insert(*before) => queue.push(*before),
                    None => {}
                }
            }
        }
        ends
    };
    for (id, leaf) in Id::all(actions).zip(&leaves) {
        let Some(leaf) = *leaf else { continue };
        let step = &steps[leaf.index()];
        let position = step.iter().position(|other| *other == id).unwrap_or_default();
        let mut after = match position.checked_sub(1) {
            Some(before) => BTreeSet::from([step[before]]),
            None => ends_before(leaf),
        };
        // An action without a step keeps the place that its rank gives it: everything later waits for it.
        let others = Id::each(actions).zip(&leaves);
        let is_earlier = |other: &Ordered<'_>| other.rank() < actions[id].rank();
        let without_step = others.filter(|((_, other), leaf)| leaf.is_none() && is_earlier(other));
        after.extend(without_step.map(|((other_id, _), _)| other_id));
        actions[id].after = after;
        actions[id].leaf = Some(&graph.leaves[leaf].name);
    }
}
