//! Which CDK stage each action of a pipeline belongs to.

use super::fallback::Ordered;
use super::graph::Deployment;
use crate::cdk::codepipeline::{self, Does, Pipeline};
use std::collections::{BTreeMap, BTreeSet};

/// The CDK stage that each action belongs to: that of its stack, or of the stacks in the same group of the graph.
pub(crate) fn stages_of(
    pipeline: &Pipeline,
    ordered: &Ordered<'_>,
    deployment: &Deployment,
) -> Vec<Option<usize>> {
    let assembly = &deployment.assembly;
    let mut groups: BTreeMap<String, usize> = BTreeMap::new();
    for (at, (_, action)) in ordered.actions.iter().enumerate() {
        let (Does::Stack { stack, .. }, Some(leaf)) = (&action.does, &ordered.leaves[at]) else { continue };
        let Some(stage) = assembly.stacks[*stack].stage else { continue };
        // `PreProd.Staging.Data.Deploy`: the stack's group is in the stage's.
        let known = pipeline.graph.iter().flat_map(|graph| &graph.groups);
        let holding =
            known.filter(|group| leaf.strip_prefix(group.as_str()).is_some_and(|r| r.starts_with('.')));
        let mut holding: Vec<&String> = holding.collect();
        holding.sort_by_key(|group| std::cmp::Reverse(group.len()));
        if let Some(group) = holding.get(1) {
            groups.insert((*group).clone(), stage);
        }
    }
    let by_group = |leaf: &str| {
        let fits = groups
            .iter()
            .filter(|(group, _)| leaf.strip_prefix(group.as_str()).is_some_and(|r| r.starts_with('.')));
        fits.max_by_key(|(group, _)| group.len()).map(|(_, stage)| *stage)
    };
    let actions = ordered.actions.iter().enumerate();
    let of = |at: usize, stage: usize, action: &codepipeline::Action| match &action.does {
        Does::Stack { stack, .. } => assembly.stacks[*stack].stage,
        _ => match &ordered.leaves[at] {
            Some(leaf) => by_group(leaf),
            None => only_stage(stage, ordered, deployment),
        },
    };
    actions.map(|(at, (stage, action))| of(at, *stage, action)).collect()
}

/// Without a graph: the CDK stage of all stacks of the same CodePipeline stage, if that is one.
fn only_stage(of: usize, ordered: &Ordered<'_>, deployment: &Deployment) -> Option<usize> {
    let stacks = ordered.actions.iter().filter(|(stage, _)| *stage == of).filter_map(|(_, action)| {
        if let Does::Stack { stack, .. } = action.does {
            deployment.assembly.stacks[stack].stage
        } else {
            None
        }
    });
    let stages: BTreeSet<usize> = stacks.collect();
    stages.first().copied().filter(|_| stages.len() == 1)
}
