//! Views of an assembly: the graph, and the report of everything that becomes no job.

mod json;
mod mermaid;
mod tree;

use super::assembly::{Stack, StackId};
use super::deployment::{Deployment, GraphNode, NodeId, Work};
use super::report::Report;
use std::collections::BTreeSet;

pub use json::json;
pub use mermaid::mermaid;
pub use tree::tree;

/// An assembly with its report.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// Its directory, as messages show it.
    pub directory: &'a str,
    /// The graph.
    pub deployment: &'a Deployment,
    /// Everything that is not in the graph.
    pub report: &'a Report,
}

/// Returns the nodes that each node waits for, without those that follow from the rest.
fn reduced_edges(deployment: &Deployment) -> Vec<BTreeSet<NodeId>> {
    let past = deployment.past();
    let mut reduced = Vec::new();
    for node in &deployment.nodes {
        let is_implied = |before: &NodeId| node.after.iter().any(|other| past.holds(*other, *before));
        reduced.push(node.after.iter().copied().filter(|before| !is_implied(before)).collect());
    }
    reduced
}

/// Returns the heading of a node: the wave or stage of its pipeline, with the pipeline where there are several; else its
/// CDK stage.
fn heading(deployment: &Deployment, node: &GraphNode) -> Option<String> {
    let Some(group) = &node.group else {
        return node.stage.map(|stage| deployment.assembly.stages[stage].path.clone());
    };
    match node.pipeline.and_then(|pipeline| deployment.label(pipeline)) {
        Some(label) => Some(format!("{label}: {group}")),
        None => Some(group.clone()),
    }
}

/// Describes the task of a node in a few words.
fn words(deployment: &Deployment, work: &Work) -> String {
    let assembly = &deployment.assembly;
    match work {
        Work::Deploy(stack) => format!("deploys {}", with_account(&assembly.stacks[*stack])),
        Work::Prepare(stack) => {
            format!("creates a change set of {}", with_account(&assembly.stacks[*stack]))
        }
        Work::Execute(stack) => {
            format!("executes the change set of {}", with_account(&assembly.stacks[*stack]))
        }
        Work::Publish(stage) => format!("publishes the assets of {}", assembly.stages[*stage].path),
        Work::Run(step) => match &step.spec.all_commands().collect::<Vec<_>>()[..] {
            [] => "runs no commands".to_owned(),
            [only] => format!("runs {only}"),
            [first, rest @ ..] => format!("runs {first} and {} more", rest.len()),
        },
        Work::Approve(None) => "waits for a person".to_owned(),
        Work::Approve(Some(comment)) => format!("waits for a person: {comment}"),
        Work::Compare(stacks) => {
            let path = |stack: &StackId| assembly.stacks[*stack].path.as_str();
            let paths: Vec<&str> = stacks.iter().map(path).collect();
            format!("compares the permissions of {}", paths.join(", "))
        }
        Work::Unsupported { what, .. } => format!("cannot be converted: {what}"),
    }
}

fn with_account(stack: &Stack) -> String {
    match (&stack.account, &stack.region) {
        (Some(account), Some(region)) => format!("{} to {account}/{region}", stack.path),
        _ => stack.path.clone(),
    }
}

/// Returns the word for the task of a node.
fn kind(work: &Work) -> &'static str {
    match work {
        Work::Deploy(_) => "deploy",
        Work::Prepare(_) => "prepare",
        Work::Execute(_) => "execute",
        Work::Publish(_) => "publish",
        Work::Run(_) => "run",
        Work::Approve(_) => "approve",
        Work::Compare(_) => "compare",
        Work::Unsupported { .. } => "unsupported",
    }
}
