//! Stages and stacks without a pipeline: one node a stack, ordered by the dependencies in the manifests.

use super::{Deployment, Node, Order, Work};
use crate::cdk::report::Kind;
use std::collections::{BTreeMap, BTreeSet};

/// Adds every stack that no pipeline deploys.
pub(crate) fn add(deployment: &mut Deployment) {
    let deployed: BTreeSet<usize> = deployment.nodes.iter().filter_map(|node| node.work.stack()).collect();
    let pipelines = pipeline_stacks(deployment);
    let mut nodes: BTreeMap<usize, usize> = BTreeMap::new();
    for at in 0..deployment.assembly.stacks.len() {
        if deployed.contains(&at) || pipelines.contains(&at) {
            continue;
        }
        let stack = &deployment.assembly.stacks[at];
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
    let holds = |path: &str| paths.iter().any(|pipeline| pipeline.starts_with(&format!("{path}/")));
    let mut found = BTreeSet::new();
    let mut lines = Vec::new();
    for (at, stack) in stacks.iter().enumerate() {
        if !(stack.has_pipeline && stack.stage.is_none() && holds(&stack.path)) {
            continue;
        }
        found.insert(at);
        lines.push((
            stack,
            "it holds the pipeline, which GitLab takes the place of; delete it when you have moved",
        ));
        for support in stack.depends_on.iter().filter(|on| stacks[**on].id.starts_with("cross-region-stack-"))
        {
            if found.insert(*support) {
                lines.push((
                    &stacks[*support],
                    "it holds buckets of the pipeline; delete it when you have moved",
                ));
            }
        }
    }
    for (stack, text) in lines {
        deployment.report.add(Kind::Replaced, format!("stack {}", stack.path), text, stack.origin);
    }
    found
}
