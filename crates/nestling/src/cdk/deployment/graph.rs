//! The graph of everything that an assembly deploys and runs.

use super::step::Step;
use crate::cdk::assembly::Assembly;
use crate::cdk::ordering::Past;
use crate::cdk::report::Report;
use nestling_gitlab::diagnostic::Origin;
use std::collections::{BTreeMap, BTreeSet};

/// The graph of everything that an assembly deploys and runs.
#[derive(Debug)]
pub struct Deployment {
    /// The stacks and stages.
    pub assembly: Assembly,
    /// The pipelines in it, by construct path; empty where the app has plain stages only.
    pub pipelines: Vec<String>,
    /// The nodes. Whatever a node waits for, directly or not, is never the node itself.
    pub nodes: Vec<Node>,
    /// What became of each action of each pipeline, in order.
    pub actions: Vec<Action>,
    /// Whose variables a name of a pipeline stands for, as in `#{Dev@Version.VERSION}`.
    pub(crate) namespaces: BTreeMap<(usize, String), Namespace>,
    /// What is not in the graph.
    pub report: Report,
}

/// Whose variables a namespace holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespace {
    /// A node's: outputs of a stack, or exported variables of a step.
    Node(usize),
    /// The source's: commit, branch, message.
    Source,
}

/// Something to do.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its name: a construct path (`Staging/Data`), or its place in the pipeline (`PreProd.Staging.SmokeTest`).
    pub name: String,
    /// The wave or stage of the pipeline that it belongs to; `None` outside of pipelines.
    pub group: Option<String>,
    /// The pipeline that it belongs to.
    pub pipeline: Option<usize>,
    /// The CDK stage that it belongs to.
    pub stage: Option<usize>,
    /// What is done.
    pub work: Work,
    /// The nodes that it waits for.
    pub after: BTreeSet<usize>,
    /// How well that is known.
    pub order: Order,
    /// Where it is written.
    pub origin: Origin,
}

/// How well it is known what a node waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The manifest or the graph says it.
    Exact,
    /// It follows from ranks, which order more than has to be.
    ByRank,
}

/// What a node does.
#[derive(Debug, Clone)]
pub enum Work {
    /// Deploys a stack.
    Deploy(usize),
    /// Makes a change set of a stack, for somebody to look at.
    Prepare(usize),
    /// Executes the change set that was looked at.
    Execute(usize),
    /// Publishes the assets of a stage, by index.
    Publish(usize),
    /// Runs commands.
    Run(Box<Step>),
    /// Waits for a person; the comment shown.
    Approve(Option<String>),
    /// Shows whether permissions would broaden in these stacks. Never empty.
    Compare(Vec<usize>),
    /// Something that no job can do, in words.
    Unsupported(String),
}

/// An action of a pipeline, and what became of it.
#[derive(Debug, Clone)]
pub struct Action {
    /// Its pipeline.
    pub pipeline: usize,
    /// The stage of the pipeline.
    pub stage: String,
    /// Its name.
    pub name: String,
    /// What became of it.
    pub fate: Fate,
    /// The actions that it waits for, by index.
    pub after: BTreeSet<usize>,
}

/// What became of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// This node. An action that publishes assets becomes a node for each stage that they go to.
    Nodes(Vec<usize>),
    /// A line of the report.
    Reported,
}

impl Work {
    /// The stack that is worked on.
    pub fn stack(&self) -> Option<usize> {
        match self {
            Self::Deploy(stack) | Self::Prepare(stack) | Self::Execute(stack) => Some(*stack),
            _ => None,
        }
    }

    /// The stack that is in its new state afterwards.
    pub fn deploys(&self) -> Option<usize> {
        match self {
            Self::Deploy(stack) | Self::Execute(stack) => Some(*stack),
            _ => None,
        }
    }
}

impl Deployment {
    /// Whose variables a name stands for in the pipeline of a node.
    pub(crate) fn namespace(&self, node: usize, name: &str) -> Option<Namespace> {
        let pipeline = self.nodes[node].pipeline?;
        self.namespaces.get(&(pipeline, name.to_owned())).copied()
    }

    /// What tells a pipeline from the others: the first part of its construct path in which all differ. `None` where
    /// there is one alone.
    pub fn label(&self, pipeline: usize) -> Option<String> {
        let part = |at: usize, path: &str| path.split('/').nth(at).map(str::to_owned);
        let own = self.pipelines.get(pipeline).filter(|_| self.pipelines.len() > 1)?;
        let parts = 0..own.split('/').count();
        let tells = |at: &usize| {
            let all: BTreeSet<Option<String>> = self.pipelines.iter().map(|path| part(*at, path)).collect();
            all.len() == self.pipelines.len()
        };
        let found = parts.into_iter().find(tells).and_then(|at| part(at, own));
        Some(found.unwrap_or_else(|| own.replace('/', ".")))
    }

    /// The nodes of each node's whole past, as sets of bits: for each node, whether another has to be done before.
    pub fn past(&self) -> Past {
        Past::new(self.nodes.iter().map(|node| &node.after))
    }
}
