//! The CDK stage that each action of a pipeline belongs to.

use super::ordered::Ordered;
use crate::assembly::{Assembly, StageId};
use crate::codepipeline::{Does, Pipeline, is_below};
use std::collections::{BTreeMap, BTreeSet};

/// Returns the CDK stage of each action: that of its stack, or of the stacks in the same group of the graph.
pub(crate) fn stages_of(
    pipeline: &Pipeline,
    actions: &[Ordered<'_>],
    assembly: &Assembly,
) -> Vec<Option<StageId>> {
    let groups = groups_of_stages(pipeline, actions, assembly);
    let mut stages = Vec::new();
    for ordered in actions {
        stages.push(match (stack_stage(ordered, assembly), ordered.leaf) {
            (Some(stage), _) => stage,
            (None, Some(leaf)) => stage_of_leaf(leaf, &groups),
            (None, None) => only_stage(ordered.stage_index, actions, assembly),
        });
    }
    stages
}

/// The stage of the innermost group that a step is in.
fn stage_of_leaf(leaf: &str, groups: &BTreeMap<&str, StageId>) -> Option<StageId> {
    let own = groups.iter().filter(|(group, _)| is_below(leaf, group));
    own.max_by_key(|(group, _)| group.len()).map(|(_, stage)| *stage)
}

/// The stage of the stack that an action works on, if it works on one.
fn stack_stage(ordered: &Ordered<'_>, assembly: &Assembly) -> Option<Option<StageId>> {
    let Does::Stack { stack, .. } = ordered.action.does else { return None };
    Some(assembly.stacks[stack].stage)
}

/// The groups of the graph that hold the stacks of a stage: `PreProd.Staging` for `PreProd.Staging.Data.Deploy`.
fn groups_of_stages<'a>(
    pipeline: &'a Pipeline,
    actions: &[Ordered<'_>],
    assembly: &Assembly,
) -> BTreeMap<&'a str, StageId> {
    let mut groups = BTreeMap::new();
    let Some(graph) = &pipeline.graph else { return groups };
    for ordered in actions {
        let (Some(Some(stage)), Some(leaf)) = (stack_stage(ordered, assembly), ordered.leaf) else {
            continue;
        };
        let mut above: Vec<&str> = graph.groups.iter().map(String::as_str).collect();
        above.retain(|group| is_below(leaf, group));
        above.sort_by_key(|group| std::cmp::Reverse(group.len()));
        // The innermost group is the stack's own.
        if let Some(group) = above.get(1) {
            groups.insert(*group, stage);
        }
    }
    groups
}

/// Without a graph: the CDK stage of all stacks of the same CodePipeline stage, if there is one alone.
fn only_stage(stage_index: usize, actions: &[Ordered<'_>], assembly: &Assembly) -> Option<StageId> {
    let same_stage = actions.iter().filter(|ordered| ordered.stage_index == stage_index);
    let stages: BTreeSet<StageId> =
        same_stage.filter_map(|ordered| stack_stage(ordered, assembly)?).collect();
    stages.first().copied().filter(|_| stages.len() == 1)
}
