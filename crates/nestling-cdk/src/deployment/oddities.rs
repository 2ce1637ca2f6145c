//! What is to be known of stacks before jobs deploy them: values that nobody gives, roles that nobody names.

use super::graph::Deployment;
use crate::assembly::{Stack, StackId};
use crate::report::{Line, LineKind};
use std::collections::BTreeSet;

/// Adds a line for each oddity of a stack that a node deploys.
pub(crate) fn add(deployment: &mut Deployment) {
    let deployed: BTreeSet<StackId> =
        deployment.nodes.iter().filter_map(|node| node.work.deploys()).collect();
    for stack_id in deployed {
        let stack = &deployment.assembly.stacks[stack_id];
        let pipeline = deployment.nodes.iter().find(|node| node.work.deploys() == Some(stack_id));
        let pipeline = pipeline.and_then(|node| node.pipeline);
        for text in oddities(stack) {
            let (subject, origin) = (format!("stack {}", stack.path), stack.origin);
            deployment.report.push(Line { kind: LineKind::Stack, subject, text, pipeline, origin });
        }
    }
}

fn oddities(stack: &Stack) -> Vec<String> {
    let mut oddities = Vec::new();
    if !stack.required_parameters.is_empty() {
        let names: Vec<String> = stack.required_parameters.iter().map(|name| format!("`{name}`")).collect();
        oddities.push(format!(
            "its parameters without default have no value here: {}. Its first deploy fails, unless they get a default in \
             the app",
            names.join(", ")
        ));
    }
    // Legacy, CLI credentials, or without bootstrap: all of them use what the job has.
    if !stack.roles.contains_key("assumeRoleArn") {
        let text =
            "its synthesizer names no role: the rights of the job itself deploy it, and everything in it";
        oddities.push(text.to_owned());
    }
    if stack.has_pipeline {
        let text = "it has a CodePipeline that deploys nothing of this assembly, and that is no job: it is deployed \
                    with the stack, and goes on running in AWS";
        oddities.push(text.to_owned());
    }
    oddities
}
