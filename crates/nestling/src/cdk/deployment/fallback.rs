//! What each action waits for: from the graph where there is one, else from the ranks alone.

use crate::cdk::assembly::Assembly;
use crate::cdk::codepipeline::{Action, Pipeline, matching};
use std::collections::{BTreeMap, BTreeSet};

/// The actions of a pipeline in order, with what each waits for and its step of the graph.
pub(crate) struct Ordered<'a> {
    /// The stage of each action, by index, and the action.
    pub actions: Vec<(usize, &'a Action)>,
    /// The name of each action's step in the graph.
    pub leaves: Vec<Option<String>>,
    /// What each waits for.
    pub after: Vec<BTreeSet<usize>>,
}

/// Orders the actions of a pipeline.
pub(crate) fn order<'a>(pipeline: &'a Pipeline, assembly: &Assembly) -> Ordered<'a> {
    let stages = pipeline.stages.iter().enumerate();
    let actions: Vec<(usize, &Action)> =
        stages.flat_map(|(at, stage)| stage.actions.iter().map(move |action| (at, action))).collect();
    let mut after = by_rank(&actions, pipeline.stages.len());
    let mut leaves = vec![None; actions.len()];
    if let Some(graph) = &pipeline.graph {
        let found: Vec<Option<usize>> =
            matching::leaves(pipeline, graph, assembly).into_iter().flatten().collect();
        let steps = Steps::new(&actions, &found, graph.leaves.len());
        for (at, leaf) in found.iter().enumerate() {
            let Some(leaf) = leaf else { continue };
            leaves[at] = Some(graph.leaves[*leaf].clone());
            let known = match steps.before_in_step(at, *leaf) {
                Some(before) => BTreeSet::from([before]),
                None => steps.ends(&graph.after[*leaf], &graph.after),
            };
            // An action without a step keeps the place that its rank gives it: everything later waits for it.
            let place = |at: usize| (actions[at].0, actions[at].1.rank);
            let unknown =
                (0..actions.len()).filter(|other| found[*other].is_none() && place(*other) < place(at));
            after[at] = unknown.chain(known).collect();
        }
    }
    Ordered { actions, leaves, after }
}

/// All actions of the rank before, or of the last rank of the stage before: more than CDK asked for, and never less.
fn by_rank(actions: &[(usize, &Action)], stages: usize) -> Vec<BTreeSet<usize>> {
    let mut after = vec![BTreeSet::new(); actions.len()];
    let mut before: BTreeSet<usize> = BTreeSet::new();
    for stage in 0..stages {
        let mut ranks: BTreeMap<u64, BTreeSet<usize>> = BTreeMap::new();
        for (at, (_, action)) in actions.iter().enumerate().filter(|(_, (of, _))| *of == stage) {
            ranks.entry(action.rank).or_default().insert(at);
        }
        for rank in ranks.into_values() {
            rank.iter().for_each(|at| after[*at].clone_from(&before));
            before = rank;
        }
    }
    after
}

/// The actions of each step of the graph, by rank.
struct Steps(Vec<Vec<usize>>);

impl Steps {
    fn new(actions: &[(usize, &Action)], found: &[Option<usize>], leaves: usize) -> Self {
        let mut steps: Vec<Vec<usize>> = vec![Vec::new(); leaves];
        for (at, leaf) in found.iter().enumerate() {
            if let Some(leaf) = leaf {
                steps[*leaf].push(at);
            }
        }
        steps.iter_mut().for_each(|step| step.sort_by_key(|at| actions[*at].1.rank));
        Self(steps)
    }

    /// The action of the same step that comes before.
    fn before_in_step(&self, action: usize, leaf: usize) -> Option<usize> {
        let step = &self.0[leaf];
        let at = step.iter().position(|other| *other == action)?;
        at.checked_sub(1).map(|at| step[at])
    }

    /// The last actions of steps; for a step without action, of those that it waits for.
    fn ends(&self, leaves: &BTreeSet<usize>, after: &[BTreeSet<usize>]) -> BTreeSet<usize> {
        let mut ends = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut queue: Vec<usize> = leaves.iter().copied().collect();
        while let Some(leaf) = queue.pop() {
            if !seen.insert(leaf) {
                continue;
            }
            match self.0[leaf].last() {
                Some(action) => _ = ends.insert(*action),
                None => queue.extend(&after[leaf]),
            }
        }
        ends
    }
}
