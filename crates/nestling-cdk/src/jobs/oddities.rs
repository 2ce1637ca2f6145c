//! Report lines about stacks before jobs deploy them: missing values, unnamed roles, names that two stacks share.

use super::request::Request;
use super::targets::Targets;
use crate::assembly::Stack;
use crate::report::{LineKind, Report};
use std::collections::{BTreeMap, BTreeSet};

/// Adds a line for each oddity of a stack that some pipeline of this unit deploys.
pub(crate) fn add(request: &Request<'_>, targets: &Targets, report: &mut Report) {
    if request.deployment.assembly.stacks.is_empty() {
        let text = "it contains no stacks: no job deploys anything; check the context and the condition under which the app creates them";
        report.add(LineKind::Stack, "the assembly", text, request.settings.origin);
    }
    let mut physical: BTreeMap<[&str; 3], &Stack> = BTreeMap::new();
    for stack in targets.all.iter().flat_map(|target| &target.stacks) {
        let given: BTreeSet<&str> =
            request.parameters(*stack).into_iter().map(|(name, _)| name.as_str()).collect();
        let stack = &request.deployment.assembly.stacks[*stack];
        for text in oddities(stack, &given).into_iter().chain(is_another(stack, &mut physical)) {
            report.add(LineKind::Stack, format!("stack {}", stack.path), text, stack.origin);
        }
    }
}

/// Adds a line for each pipeline whose synth says where the app is in its source, which is not where it is here.
pub(crate) fn add_sources(request: &Request<'_>, report: &mut Report) {
    let deployment = request.deployment;
    for pipeline in request.chosen() {
        let own = deployment.nodes.iter().filter(|node| node.pipeline == Some(pipeline));
        let mut layouts = own.filter_map(|node| node.work.step()).map(|step| &step.layout);
        let Some(layout) = layouts.next() else { continue };
        let assembly = request.assembly();
        let Some(below) = layout.below_root() else { continue };
        if layout.known_root(&assembly, request.directory).is_some() {
            continue;
        }
        let start = if request.directory.is_empty() { "the root" } else { request.directory };
        let text = format!(
            "its synth runs in `{below}` of its source, but the app is in `{start}` here: its steps start there, which may be another directory than before"
        );
        let subject = deployment.pipelines[pipeline].as_str();
        report.add(LineKind::Setting, subject, text, request.settings.origin);
    }
}

/// Returns a line for a stack that is another one's, too: the same name in the same account and region. CDK only looks at
/// the stacks of one stage for that.
fn is_another<'s>(stack: &'s Stack, physical: &mut BTreeMap<[&'s str; 3], &'s Stack>) -> Option<String> {
    let (account, region) = (stack.account.as_deref()?, stack.region.as_deref()?);
    let first = *physical.entry([&stack.name, account, region]).or_insert(stack);
    (first.path != stack.path).then(|| {
        format!(
            "`{}` in {account}/{region} is also the stack of {}: each deploys over the other, and a stop job of one deletes both",
            stack.name, first.path
        )
    })
}

fn oddities(stack: &Stack, given: &BTreeSet<&str>) -> Vec<String> {
    let mut oddities = Vec::new();
    let missing = stack.required_parameters.iter().filter(|name| !given.contains(name.as_str()));
    let names: Vec<String> = missing.map(|name| format!("`{name}`")).collect();
    if !names.is_empty() {
        oddities.push(format!(
            "these parameters have neither a value nor a default: {}. The first deploy fails unless the app sets a default",
            names.join(", ")
        ));
    }
    // Legacy, CLI credentials, or without bootstrap: all of them use what the job has.
    if !stack.roles.contains_key("assumeRoleArn") {
        let text = "its synthesizer has no role: it is deployed, with everything in it, with the permissions of the job";
        oddities.push(text.to_owned());
    }
    if stack.has_pipeline {
        let text = "it has a CodePipeline that deploys nothing of this assembly: no job replaces it; it is deployed with the stack and keeps running in AWS";
        oddities.push(text.to_owned());
    }
    oddities
}
