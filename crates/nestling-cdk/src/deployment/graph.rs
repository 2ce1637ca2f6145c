//! The graph of everything that an assembly deploys and runs.

use super::app::SourceLayout;
use crate::assembly::{Assembly, StackId, StageId};
use crate::codepipeline::{BuildSpec, PipelineId, PipelinePath, VariableValue};
use crate::id::Id;
use crate::ordering::Past;
use crate::report::Report;
use nestling_gitlab::diagnostic::Origin;
use std::collections::{BTreeMap, BTreeSet};

/// The index of a node in [`Deployment::nodes`].
pub type NodeId = Id<GraphNode>;

/// The index of an action in [`Deployment::actions`].
pub type ActionId = Id<Action>;

/// The graph of everything that an assembly deploys and runs.
#[derive(Debug)]
pub struct Deployment {
    /// The stacks and stages.
    pub assembly: Assembly,
    /// The pipelines in it, by construct path; empty where the app has plain stages only.
    pub pipelines: Vec<PipelinePath>,
    /// The region of each of them, where that is known.
    pub(crate) regions: Vec<Option<String>>,
    /// The nodes. No node waits for itself, directly or not.
    pub nodes: Vec<GraphNode>,
    /// The actions of all pipelines in order, each with its fate.
    pub actions: Vec<Action>,
    /// The variables after a name of a pipeline, as in `#{Dev@Version.VERSION}`.
    pub(crate) namespaces: BTreeMap<(PipelineId, String), Namespace>,
    /// Everything that is not in the graph.
    pub report: Report,
}

/// The variables of a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespace {
    /// A node's: outputs of a stack, or exported variables of a step.
    Node(NodeId),
    /// The source's: commit, branch, message.
    Source,
}

/// Something to do.
#[derive(Debug, Clone)]
pub struct GraphNode {
    /// Its name: a construct path (`Staging/Data`), or its path in the pipeline (`PreProd.Staging.SmokeTest`).
    pub name: String,
    /// The wave or stage of the pipeline that it belongs to; `None` outside of pipelines.
    pub group: Option<String>,
    /// The pipeline that it belongs to.
    pub pipeline: Option<PipelineId>,
    /// The CDK stage that it belongs to.
    pub stage: Option<StageId>,
    /// Its task.
    pub work: Work,
    /// The parameters that its stack gets.
    pub parameters: Vec<(String, String)>,
    /// The nodes that it waits for.
    pub after: BTreeSet<NodeId>,
    /// The certainty of that.
    pub order: Order,
    /// Place where it is written.
    pub origin: Origin,
}

/// The certainty of what a node waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// From the manifest or the graph.
    Exact,
    /// From ranks, which order more than necessary.
    ByRank,
}

/// The task of a node.
#[derive(Debug, Clone)]
pub enum Work {
    /// Deploys a stack.
    Deploy(StackId),
    /// Makes a change set of a stack, for a person to review.
    Prepare(StackId),
    /// Executes the change set that was reviewed.
    Execute(StackId),
    /// Publishes the assets of a stage.
    Publish(StageId),
    /// Runs commands.
    Run(Box<ScriptStep>),
    /// Waits for a person; the comment shown.
    Approve(Option<String>),
    /// Shows whether permissions would broaden in these stacks. Never empty.
    Compare(Vec<StackId>),
    /// Something that no job can do, in words.
    Unsupported {
        /// Its description.
        what: String,
        /// The files that it reads, and nothing else: a job that people write in its place finds them there.
        step: Box<ScriptStep>,
    },
}

/// Commands with the machine, the files and the variables that they need.
#[derive(Debug, Clone, Default)]
pub struct ScriptStep {
    /// The image, as CodeBuild calls it.
    pub image: Option<String>,
    /// Set if parts of the image's name are known to CloudFormation alone.
    pub has_unknown_image: bool,
    /// Set if it runs docker.
    pub privileged: bool,
    /// Set if it starts in a clone with the whole history.
    pub has_history: bool,
    /// The place of the app in the source of its pipeline.
    pub layout: SourceLayout,
    /// The time limit in minutes.
    pub timeout: Option<u64>,
    /// The region that it runs in, where that is known.
    pub region: Option<String>,
    /// Its variables: of several definitions of one name, that which counts.
    pub variables: Vec<(String, VariableValue)>,
    /// Its commands, artifacts, reports and caches.
    pub spec: BuildSpec,
    /// The reasons that no job can do what it does, in words.
    pub impossible: Vec<String>,
    /// The files that it reads; its commands start in the first ones.
    pub inputs: Vec<Input>,
    /// The artifacts that it makes, by CodePipeline's names.
    pub outputs: Vec<String>,
    /// Set if its role has rights in AWS, so that the job must assume one.
    pub uses_aws: bool,
}

/// Files that a step reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// CodePipeline's name of them.
    pub artifact: String,
    /// Source of them.
    pub source: InputSource,
}

/// Source of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputSource {
    /// The repository of the pipeline.
    Checkout,
    /// Another repository.
    Repository {
        /// Its name.
        name: String,
        /// Its branch, if not the default one.
        branch: Option<String>,
        /// Set if it is cloned with its whole history.
        has_history: bool,
    },
    /// Something other than a repository, such as a bucket.
    Store(String),
    /// The assembly.
    Assembly,
    /// Another node.
    Node(NodeId),
    /// The synth, beside the assembly, or a step before it: both run in the parent pipeline.
    Parent {
        /// The action.
        action: String,
        /// The directory that it makes, from the app's; unknown where it passes on some files of it only.
        directory: Option<String>,
    },
}

/// An action of a pipeline, and its fate.
#[derive(Debug, Clone)]
pub struct Action {
    /// Its pipeline.
    pub pipeline: PipelineId,
    /// The stage of the pipeline.
    pub stage: String,
    /// Its name.
    pub name: String,
    /// Its fate.
    pub fate: Fate,
    /// The actions that it waits for.
    pub after: BTreeSet<ActionId>,
}

/// The fate of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It became these nodes: one, or for an action that publishes assets one for each stage that they go to.
    Nodes(Vec<NodeId>),
    /// It became a line of the report.
    Reported,
}

impl Fate {
    /// Returns `true` if an action became this node, alone or among others.
    pub(crate) fn is_node(&self, node: NodeId) -> bool {
        matches!(self, Self::Nodes(nodes) if nodes.contains(&node))
    }
}

impl Work {
    /// Returns the stack that is worked on.
    pub fn stack(&self) -> Option<StackId> {
        match self {
            Self::Deploy(stack) | Self::Prepare(stack) | Self::Execute(stack) => Some(*stack),
            _ => None,
        }
    }

    /// Returns the stack that is in its new state afterwards.
    pub fn deploys(&self) -> Option<StackId> {
        match self {
            Self::Deploy(stack) | Self::Execute(stack) => Some(*stack),
            _ => None,
        }
    }

    /// Returns the files and variables that it needs, if it needs some.
    pub(crate) fn step(&self) -> Option<&ScriptStep> {
        match self {
            Self::Run(step) | Self::Unsupported { step, .. } => Some(step),
            _ => None,
        }
    }

    /// Returns `true` if a person is asked.
    pub(crate) fn is_approval(&self) -> bool {
        matches!(self, Self::Approve(_))
    }
}

impl ScriptStep {
    /// Returns the namespace and the variable of each value of another node that it reads.
    pub(crate) fn references(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().filter_map(|(_, value)| value.reference()).flat_map(references)
    }
}

impl Deployment {
    /// Returns the variables after a name in the pipeline of a node.
    pub(crate) fn namespace(&self, node: NodeId, name: &str) -> Option<Namespace> {
        let pipeline = self.nodes[node].pipeline?;
        self.namespaces.get(&(pipeline, name.to_owned())).copied()
    }

    /// Returns the part that distinguishes a pipeline from the others: the first part of its construct path in which all differ. `None`
    /// for the only one.
    pub fn label(&self, pipeline: PipelineId) -> Option<String> {
        if self.pipelines.len() < 2 {
            return None;
        }
        let own = self.pipelines[pipeline].as_str();
        // A stack's name is more specific than the `Pipeline` after it, so the parts are tried from the front.
        for (index, part) in own.split('/').enumerate() {
            let parts = self.pipelines.iter().map(|path| path.as_str().split('/').nth(index));
            let different: BTreeSet<Option<&str>> = parts.collect();
            if different.len() == self.pipelines.len() {
                return Some(part.to_owned());
            }
        }
        Some(own.replace('/', "."))
    }

    /// Returns the construct paths that a header sends to environments, each once: those of the stages and of the stacks
    /// without a stage that nodes work on.
    pub fn destinations(&self) -> BTreeSet<&str> {
        let stacks = self.nodes.iter().filter_map(|node| node.work.stack());
        let paths = stacks.map(|stack| {
            let stack = &self.assembly.stacks[stack];
            stack.stage.map_or(&stack.path, |stage| &self.assembly.stages[stage].path)
        });
        paths.map(String::as_str).collect()
    }

    /// Returns everything that must be done before each node.
    pub fn past(&self) -> Past<GraphNode> {
        Past::new(self.nodes.iter().map(|node| &node.after))
    }
}

/// Returns the namespace and the variable of each `#{namespace.variable}`.
fn references(value: &str) -> impl Iterator<Item = (&str, &str)> {
    value.split("#{").skip(1).filter_map(|rest| rest.split_once('}')?.0.rsplit_once('.'))
}
