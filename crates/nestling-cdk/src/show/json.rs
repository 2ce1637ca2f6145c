//! The graph as JSON, for programs. The structs here are the format.

use super::{Shown, kind, reduced_edges};
use crate::deployment::{Deployment, Fate, NodeId, PipelinePath};
use crate::report;
use serde::Serialize;

#[derive(Debug, Serialize)]
struct Assembly<'a> {
    version: u32,
    assembly: &'a str,
    pipelines: Vec<&'a str>,
    stacks: Vec<Stack<'a>>,
    nodes: Vec<Node<'a>>,
    actions: Vec<Action<'a>>,
    report: Vec<Line<'a>>,
}

#[derive(Debug, Serialize)]
struct Stack<'a> {
    path: &'a str,
    name: &'a str,
    account: Option<&'a str>,
    region: Option<&'a str>,
    depends_on: Vec<&'a str>,
    outputs: &'a [String],
    files: usize,
    images: usize,
    termination_protection: bool,
}

#[derive(Debug, Serialize)]
struct Node<'a> {
    name: &'a str,
    pipeline: Option<&'a str>,
    group: Option<&'a str>,
    kind: &'static str,
    stack: Option<&'a str>,
    after: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct Action<'a> {
    pipeline: &'a str,
    stage: &'a str,
    name: &'a str,
    /// Empty where the report says what became of it.
    nodes: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    id: String,
    kind: &'static str,
    open: bool,
    subject: &'a str,
    text: &'a str,
}

/// Stacks, nodes with the edges that do not follow from others, actions and the report.
pub fn json(shown: &Shown<'_>) -> String {
    let deployment = shown.deployment;
    let assembly = Assembly {
        version: 1,
        assembly: shown.directory,
        pipelines: deployment.pipelines.iter().map(PipelinePath::as_str).collect(),
        stacks: stacks(deployment),
        nodes: nodes(deployment),
        actions: actions(deployment),
        report: shown.report.lines.iter().map(line).collect(),
    };
    serde_json::to_string_pretty(&assembly).map(|text| text + "\n").unwrap_or_default()
}

fn stacks(deployment: &Deployment) -> Vec<Stack<'_>> {
    let stacks = &deployment.assembly.stacks;
    stacks
        .iter()
        .map(|stack| Stack {
            path: &stack.path,
            name: &stack.name,
            account: stack.account.as_deref(),
            region: stack.region.as_deref(),
            depends_on: stack.depends_on.iter().map(|other| stacks[*other].path.as_str()).collect(),
            outputs: &stack.outputs,
            files: stack.assets.files,
            images: stack.assets.images,
            termination_protection: stack.protected,
        })
        .collect()
}

fn nodes(deployment: &Deployment) -> Vec<Node<'_>> {
    let stacks = &deployment.assembly.stacks;
    let edges = reduced_edges(deployment);
    let nodes = deployment.nodes.iter().zip(&edges);
    nodes
        .map(|(node, after)| Node {
            name: &node.name,
            pipeline: node.pipeline.map(|pipeline| deployment.pipelines[pipeline].as_str()),
            group: node.group.as_deref(),
            kind: kind(&node.work),
            stack: node.work.stack().map(|stack| stacks[stack].path.as_str()),
            after: names(deployment, after),
        })
        .collect()
}

fn actions(deployment: &Deployment) -> Vec<Action<'_>> {
    let actions = deployment.actions.iter();
    actions
        .map(|action| Action {
            pipeline: deployment.pipelines[action.pipeline].as_str(),
            stage: &action.stage,
            name: &action.name,
            nodes: match &action.fate {
                Fate::Nodes(own) => names(deployment, own),
                Fate::Reported => Vec::new(),
            },
        })
        .collect()
}

fn names<'a, 'i>(deployment: &'a Deployment, nodes: impl IntoIterator<Item = &'i NodeId>) -> Vec<&'a str> {
    nodes.into_iter().map(|node| deployment.nodes[*node].name.as_str()).collect()
}

fn line(line: &report::Line) -> Line<'_> {
    Line {
        id: line.id(),
        kind: line.kind.as_str(),
        open: line.kind.is_open(),
        subject: &line.subject,
        text: &line.text,
    }
}
