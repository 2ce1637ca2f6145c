//! Stages and stacks without a pipeline: one node a stack, ordered by the dependencies in the manifests.

use super::graph::{Deployment, Node, Order, Work};
use crate::cdk::codepipeline::Pipeline;
use crate::cdk::report::{Kind, Line};
use std::collections::{BTreeMap, BTreeSet};

/// Adds every stack that is no pipeline's. What an action works on is its pipeline's, even where no job can do it: it
/// must not be deployed past the steps and approvals there.
pub(crate) fn add(deployment: &mut Deployment, pipelines: &[Pipeline]) {
    let mut worked_on: BTreeSet<usize> = BTreeSet::new();
    let mut pipeline_of_stage: BTreeMap<usize, usize> = BTreeMap::new();
    for (pipeline_index, pipeline) in pipelines.iter().enumerate() {
        let actions = pipeline.stages.iter().flat_map(|stage| &stage.actions);
        for stack in actions.flat_map(|action| action.does.stacks()) {
            worked_on.insert(*stack);
            if let Some(stage) = deployment.assembly.stacks[*stack].stage {
                pipeline_of_stage.insert(stage, pipeline_index);
            }
        }
    }
    let holding = pipeline_stacks(deployment);
    let mut nodes: BTreeMap<usize, usize> = BTreeMap::new();
    for at in 0..deployment.assembly.stacks.len() {
        if worked_on.contains(&at) || holding.contains(&at) {
            continue;
        }
        let stack = &deployment.assembly.stacks[at];
        if let Some(pipeline) = stack.stage.and_then(|stage| pipeline_of_stage.get(&stage)) {
            deployment.report.push(Line {
                kind: Kind::Stack,
                subject: format!("stack {}", stack.path),
                text: "the pipeline deploys its stage without it, and no job deploys it either".to_owned(),
                pipeline: Some(*pipeline),
                origin: stack.origin,
            });
            continue;
        }
        nodes.insert(at, deployment.nodes.len());
        deployment.nodes.push(Node {
            name: stack.path.clone(),
            group: None,
            pipeline: None,
            stage: stack.stage,
            work: Work::Deploy(at),
            after: BTreeSet::new(),
            order: Order::Exact,
            origin: stack.origin,
        });
    }
    for (stack, node) in &nodes {
        let depends_on = &deployment.assembly.stacks[*stack].depends_on;
        deployment.nodes[*node].after = depends_on.iter().filter_map(|on| nodes.get(on).copied()).collect();
    }
}

/// The stacks that hold a pipeline, and those that CDK made for them in other regions: GitLab takes their place.
fn pipeline_stacks(deployment: &mut Deployment) -> BTreeSet<usize> {
    let stacks = &deployment.assembly.stacks;
    let paths = &deployment.pipelines;
    let mut found = BTreeSet::new();
    let mut lines = Vec::new();
    for (at, stack) in stacks.iter().enumerate() {
        let inside = format!("{}/", stack.path);
        let held: Vec<usize> =
            (0..paths.len()).filter(|pipeline| paths[*pipeline].starts_with(&inside)).collect();
        if !(stack.has_pipeline && stack.stage.is_none()) || held.is_empty() {
            continue;
        }
        // Of a pipeline that `pipeline:` does not choose nobody is told to delete anything.
        let pipeline = if let [only] = held[..] { Some(only) } else { None };
        found.insert(at);
        lines.push((
            stack,
            pipeline,
            "it holds the pipeline, which GitLab takes the place of; delete it when you have moved",
        ));
        for support in stack.depends_on.iter().filter(|on| stacks[**on].id.starts_with("cross-region-stack-"))
        {
            if found.insert(*support) {
                lines.push((
                    &stacks[*support],
                    pipeline,
                    "it holds buckets of the pipeline; delete it when you have moved",
                ));
            }
        }
    }
    for (stack, pipeline, text) in lines {
        let (subject, text, origin) = (format!("stack {}", stack.path), text.to_owned(), stack.origin);
        deployment.report.push(Line { kind: Kind::Replaced, subject, text, pipeline, origin });
    }
    found
}
