//! Views of an assembly: what it becomes, and what of it becomes no job.

mod alone;
mod json;
mod mermaid;
mod tree;

use super::deployment::{Deployment, Node, Work};
use super::report::Report;
use std::collections::BTreeSet;

pub use alone::alone;
pub use json::json;
pub use mermaid::mermaid;
pub use tree::tree;

/// An assembly with its report.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// Where it is, as messages show it.
    pub place: &'a str,
    /// The graph.
    pub deployment: &'a Deployment,
    /// What is not in the graph.
    pub report: &'a Report,
}

/// The edges that do not follow from others.
fn edges(deployment: &Deployment) -> Vec<BTreeSet<usize>> {
    let past = deployment.past();
    let nodes = deployment.nodes.iter();
    let reduced = nodes.map(|node| {
        let implied = |before: &usize| node.after.iter().any(|other| past.holds(*other, *before));
        node.after.iter().copied().filter(|before| !implied(before)).collect()
    });
    reduced.collect()
}

/// What a node is shown under: the wave or stage of its pipeline, with the pipeline where there are several; else its
/// CDK stage.
fn group(deployment: &Deployment, node: &Node) -> Option<String> {
    let stage = || node.stage.map(|stage| deployment.assembly.stages[stage].path.clone());
    let Some(group) = node.group.clone() else { return stage() };
    let label = node.pipeline.and_then(|pipeline| deployment.label(pipeline));
    Some(label.map_or_else(|| group.clone(), |label| format!("{label}: {group}")))
}

/// What a node does, in a few words.
fn words(deployment: &Deployment, work: &Work) -> String {
    let stack = |at: &usize| {
        let stack = &deployment.assembly.stacks[*at];
        let place = match (&stack.account, &stack.region) {
            (Some(account), Some(region)) => format!(" to {account}/{region}"),
            _ => String::new(),
        };
        format!("{}{place}", stack.path)
    };
    match work {
        Work::Deploy(at) => format!("deploys {}", stack(at)),
        Work::Prepare(at) => format!("makes a change set of {}", stack(at)),
        Work::Execute(at) => format!("executes the change set of {}", stack(at)),
        Work::Publish(stage) => {
            format!("publishes the assets of {}", deployment.assembly.stages[*stage].path)
        }
        Work::Run(step) => match &step.spec.commands[..] {
            [] => "runs no commands".to_owned(),
            [only] => format!("runs {only}"),
            [first, rest @ ..] => format!("runs {first} and {} more", rest.len()),
        },
        Work::Approve(None) => "waits for a person".to_owned(),
        Work::Approve(Some(comment)) => format!("waits for a person: {comment}"),
        Work::Compare(stacks) => {
            let paths: Vec<&str> =
                stacks.iter().map(|stack| deployment.assembly.stacks[*stack].path.as_str()).collect();
            format!("compares the permissions of {}", paths.join(", "))
        }
        Work::Unsupported(what) => format!("cannot be done: {what}"),
    }
}

/// The word for what a node does.
fn kind(work: &Work) -> &'static str {
    match work {
        Work::Deploy(_) => "deploy",
        Work::Prepare(_) => "prepare",
        Work::Execute(_) => "execute",
        Work::Publish(_) => "publish",
        Work::Run(_) => "run",
        Work::Approve(_) => "approve",
        Work::Compare(_) => "compare",
        Work::Unsupported(_) => "unsupported",
    }
}
