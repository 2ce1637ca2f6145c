//! Stages and stacks without a pipeline: one node a stack, ordered by the dependencies in the manifests.

use super::graph::{Deployment, GraphNode, NodeId, Order, Work};
use crate::assembly::{StackId, StageId};
use crate::codepipeline::{Pipeline, PipelineId};
use crate::id::Id;
use crate::report::{Line, LineKind};
use std::collections::{BTreeMap, BTreeSet};

/// Adds every stack that belongs to no pipeline. A stack belongs to the pipeline whose actions work on it, even where no job
/// can do that: it must not be deployed past the steps and approvals there.
pub(crate) fn add(deployment: &mut Deployment, pipelines: &[Pipeline]) {
    let owned = owned(deployment, pipelines);
    let holding = pipeline_stacks(deployment, pipelines);
    let mut nodes: BTreeMap<StackId, NodeId> = BTreeMap::new();
    for (stack_id, stack) in Id::each(&deployment.assembly.stacks) {
        if owned.stacks.contains(&stack_id) || holding.contains(&stack_id) {
            continue;
        }
        if let Some(pipeline) = stack.stage.and_then(|stage| owned.stages.get(&stage)) {
            deployment.report.push(Line {
                kind: LineKind::Stack,
                subject: format!("stack {}", stack.path),
                text: "the pipeline deploys its stage without it, so no job deploys it".to_owned(),
                pipeline: Some(*pipeline),
                origin: stack.origin,
            });
            continue;
        }
        nodes.insert(stack_id, Id::next(&deployment.nodes));
        deployment.nodes.push(GraphNode {
            name: stack.path.clone(),
            group: None,
            pipeline: None,
            stage: stack.stage,
            work: Work::Deploy(stack_id),
            parameters: Vec::new(),
            after: BTreeSet::new(),
            order: Order::Exact,
            origin: stack.origin,
        });
    }
    for (stack_id, node_id) in &nodes {
        let dependencies = &deployment.assembly.stacks[*stack_id].depends_on;
        let before = dependencies.iter().filter_map(|dependency| nodes.get(dependency).copied());
        deployment.nodes[*node_id].after = before.collect();
    }
}

/// The stacks and stages of pipelines.
#[derive(Default)]
struct Owned {
    /// The stacks that actions work on.
    stacks: BTreeSet<StackId>,
    /// The stages of those stacks, and the pipeline of each.
    stages: BTreeMap<StageId, PipelineId>,
}

fn owned(deployment: &Deployment, pipelines: &[Pipeline]) -> Owned {
    let mut owned = Owned::default();
    for (index, pipeline) in pipelines.iter().enumerate() {
        let actions = pipeline.stages.iter().flat_map(|stage| &stage.actions);
        for stack in actions.flat_map(|action| action.does.stacks()) {
            owned.stacks.insert(*stack);
            if let Some(stage) = deployment.assembly.stacks[*stack].stage {
                owned.stages.insert(stage, Id::new(index));
            }
        }
    }
    owned
}

/// The stacks that contain a pipeline, and those that CDK made for them in other regions: GitLab takes their place.
fn pipeline_stacks(deployment: &mut Deployment, pipelines: &[Pipeline]) -> BTreeSet<StackId> {
    let stacks = &deployment.assembly.stacks;
    let mut replaced_stacks = BTreeSet::new();
    for (stack_id, stack) in Id::each(stacks) {
        let inside = format!("{}/", stack.path);
        let paths = Id::each(&deployment.pipelines);
        let held: Vec<PipelineId> = paths
            .filter(|(_, path)| path.as_str().starts_with(&inside))
            .map(|(pipeline_id, _)| pipeline_id)
            .collect();
        if !stack.has_pipeline || stack.stage.is_some() || held.is_empty() {
            continue;
        }
        // A line of its own pipeline is left out where the header chooses another one: that stack must stay.
        let pipeline = if let [only] = held[..] { Some(only) } else { None };
        let mut line_of = |kind: LineKind, stack_id: StackId, text: &str| {
            let stack = &stacks[stack_id];
            let (subject, text) = (format!("stack {}", stack.path), text.to_owned());
            deployment.report.push(Line { kind, subject, text, pipeline, origin: stack.origin });
        };
        let beside = held.first().map(|pipeline_id| &pipelines[pipeline_id.index()].beside);
        if let Some(beside) = beside.filter(|beside| !beside.is_empty()) {
            let text = format!(
                "in addition to the pipeline, it contains {}: keep or move these before you delete it",
                beside.join(", ")
            );
            line_of(LineKind::Stack, stack_id, &text);
        }
        let mut line = |stack_id: StackId, text: &str| line_of(LineKind::Replaced, stack_id, text);
        replaced_stacks.insert(stack_id);
        line(stack_id, "it contains the pipeline that GitLab replaces; delete it after the migration");
        for support in &stack.depends_on {
            let id = &stacks[*support].id;
            let supports = [("cross-region-stack-", "buckets"), ("cross-account-support-stack-", "roles")];
            let Some((_, holds)) = supports.iter().find(|(start, _)| id.starts_with(start)) else { continue };
            if replaced_stacks.insert(*support) {
                line(
                    *support,
                    &format!("it contains {holds} of the pipeline; delete it after the migration"),
                );
            }
        }
    }
    replaced_stacks
}
