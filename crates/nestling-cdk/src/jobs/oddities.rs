//! What is to be known of stacks before jobs deploy them: values that nobody gives, roles that nobody names.

use super::request::Request;
use super::targets::Targets;
use crate::assembly::Stack;
use crate::report::{LineKind, Report};

/// Adds a line for each oddity of a stack that some pipeline of this unit deploys.
pub(crate) fn add(request: &Request<'_>, targets: &Targets, report: &mut Report) {
    for stack in targets.all.iter().flat_map(|target| &target.stacks) {
        let stack = &request.deployment.assembly.stacks[*stack];
        for text in oddities(stack) {
            report.add(LineKind::Stack, format!("stack {}", stack.path), text, stack.origin);
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
