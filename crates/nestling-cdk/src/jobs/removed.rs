//! Stacks that the app had at base and does not have any more: they stay in AWS, and no job destroys them.

use super::request::Request;
use crate::assembly::{Assembly, Stack, StackId};
use crate::deployment::Deployment;
use crate::report::{LineKind, Report};
use nestling_gitlab::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// Adds a line for each stage, or each stack of a stage, that is not in the app any more.
pub(crate) fn report(request: &Request<'_>, report: &mut Report) {
    let Some(base) = request.base else {
        if request.is_base_unknown {
            let text = "the assembly of the base commit is not available, so removed stacks are not reported: set `base`";
            report.add(LineKind::Unseen, "stacks of the base commit", text, request.settings.origin);
        }
        return;
    };
    let here = &request.deployment.assembly;
    let names: BTreeSet<_> = here.stacks.iter().map(identity).collect();
    let mut by_stage: BTreeMap<&str, Vec<&Stack>> = BTreeMap::new();
    for stack_id in deployed(request, base) {
        let stack = &base.assembly.stacks[stack_id];
        let stage = stack.stage.map_or("", |stage| base.assembly.stages[stage].path.as_str());
        if !names.contains(&identity(stack)) && !is_left_alone(request, stack, stage) {
            by_stage.entry(stage).or_default().push(stack);
        }
    }
    for (stage, stacks) in by_stage {
        add_lines(here, stage, &stacks, request, report);
    }
}

/// One line for a stage that is gone, or one for each stack of a stage that is still there.
fn add_lines(here: &Assembly, stage: &str, stacks: &[&Stack], request: &Request<'_>, report: &mut Report) {
    let origin = request.settings.origin;
    let is_gone = !stage.is_empty() && here.stages.iter().all(|other| other.path != stage);
    if is_gone {
        let names: Vec<String> = stacks.iter().map(|stack| in_words(stack)).collect();
        let text = format!(
            "it was removed from the app, and no job destroys its stacks: {}. Destroy them manually, or keep them",
            names.join(", ")
        );
        report.add(LineKind::Stack, format!("stage {stage}"), text, origin);
        return;
    }
    for stack in stacks {
        let text = format!(
            "{} was removed from the app, and no job destroys it. Destroy it manually, or keep it",
            in_words(stack)
        );
        report.add(LineKind::Stack, format!("stack {}", stack.path), text, origin);
    }
}

/// The stacks of base that this unit deployed: those beside pipelines, and those of the pipelines that the header chooses.
fn deployed(request: &Request<'_>, base: &Deployment) -> BTreeSet<StackId> {
    let chosen = Request { deployment: base, ..*request }.chosen();
    let nodes = base.nodes.iter().filter(|node| node.pipeline.is_none_or(|id| chosen.contains(&id)));
    nodes.filter_map(|node| node.work.deploys()).collect()
}

/// A stack of CloudFormation, wherever the app has it.
fn identity(stack: &Stack) -> (Option<&str>, Option<&str>, &str) {
    (stack.account.as_deref(), stack.region.as_deref(), &stack.name)
}

/// Returns `true` if a stage or stack is skipped, or goes to an environment of which there are many: what base deployed there
/// has other names than what any branch has.
fn is_left_alone(request: &Request<'_>, stack: &Stack, stage: &str) -> bool {
    let key = if stage.is_empty() { &stack.path } else { stage };
    let policy = request.settings.stage(key);
    if policy.is_some_and(|policy| policy.environment.is_none()) {
        return true;
    }
    let named = policy.and_then(|policy| policy.environment.as_ref());
    let Some(name) = named.or(request.settings.environment.as_ref()).map(|name| name.value.as_str()) else {
        return false;
    };
    let environment = request.environments.iter().find(|environment| environment.name == name);
    let keywords = environment.and_then(|environment| environment.keywords.as_ref().ok());
    let title = keywords.and_then(|keywords| keywords.deployment.get("name")).and_then(Node::text);
    title.is_some_and(|title| title.contains('$'))
}

fn in_words(stack: &Stack) -> String {
    let location = match (&stack.account, &stack.region) {
        (Some(account), Some(region)) => format!(" in {account}/{region}"),
        _ => String::new(),
    };
    format!("`{}`{location}", stack.name)
}
