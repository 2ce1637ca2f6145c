//! A pipeline as it is written: stages of actions.

use super::dot::Graph;
use super::lost::Trigger;
use super::project::Project;
use super::variable::Variable;
use crate::assembly::StackId;
use crate::id::Id;
use nestling_gitlab::diagnostic::Origin;
use std::collections::BTreeMap;

/// The index of a pipeline in the list of all.
pub type PipelineId = Id<PipelinePath>;

/// The construct path of a pipeline: `ShopPipeline/Pipeline`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipelinePath(String);

impl PipelinePath {
    pub(crate) fn new(path: &str) -> Self {
        Self(path.to_owned())
    }

    /// Returns the path as a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A pipeline with everything that belongs to it.
#[derive(Debug)]
pub(crate) struct Pipeline {
    /// Its construct path.
    pub path: PipelinePath,
    /// Its stages in order.
    pub stages: Vec<Stage>,
    /// The default values of the variables that a user can set at the start, by name.
    pub variables: BTreeMap<String, String>,
    /// The exact graph, where CDK wrote it (aws-cdk-lib 2.63 and later).
    pub graph: Option<Graph>,
    /// Its triggers and notifications.
    pub triggers: Vec<Trigger>,
    /// Settings of its own that have no counterpart, in words.
    pub lost: Vec<String>,
    /// Descriptions of the other resources of its stack.
    pub beside: Vec<String>,
    /// The region of its stack, where that is known.
    pub region: Option<String>,
    /// Place where it is written.
    pub origin: Origin,
}

/// A stage: actions that run by rank.
#[derive(Debug)]
pub(crate) struct Stage {
    /// Its name; a wave of more than 50 actions comes in parts, `Wave.1`, `Wave.2`.
    pub name: String,
    /// Its actions.
    pub actions: Vec<Action>,
}

/// An action.
#[derive(Debug)]
pub(crate) struct Action {
    /// Its name, unique in its stage.
    pub name: String,
    /// Its `RunOrder`: it runs after all actions of its stage with a lower one.
    pub rank: u64,
    /// Its task.
    pub does: Does,
    /// The name by which other actions read its variables.
    pub namespace: Option<String>,
    /// The artifacts that it reads.
    pub inputs: Vec<String>,
    /// The one among them in which its commands start.
    pub primary: Option<String>,
    /// The artifacts that it makes.
    pub outputs: Vec<String>,
    /// Settings without counterpart, in words.
    pub lost: Vec<String>,
    /// The directory of the assembly in the artifact that it takes the template of its stack from.
    pub assembly: Option<String>,
    /// The parameters that it gives its stack.
    pub parameters: Vec<(String, String)>,
    /// Variables that are set for each run.
    pub variables: Vec<Variable>,
    /// The region that it runs in, where that is not the pipeline's own.
    pub region: Option<String>,
    /// Place where it is written.
    pub origin: Origin,
}

/// The task of an action.
#[derive(Debug)]
pub(crate) enum Does {
    /// Fetches a repository, or something else of that name.
    Source { repository: String, branch: Option<String>, kind: SourceKind, has_history: bool },
    /// Runs a project.
    Build(Box<Project>),
    /// Does something to a stack of the assembly.
    Stack { stack: StackId, mode: Mode },
    /// Waits for a person; the comment that is shown.
    Approve(Option<String>),
    /// Something that no job can do: in words, and the stacks that it may do it to.
    Other { what: String, stacks: Vec<StackId> },
}

/// The sort of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourceKind {
    /// A repository, which can be cloned.
    Repository,
    /// A bucket or a registry.
    Store,
}

/// The task of an action that works on a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Makes a change set.
    Prepare,
    /// Executes the change set.
    Execute,
    /// Deploys the stack in one go.
    Deploy,
}

impl Does {
    /// Makes something that no job can do, to no stack.
    pub(crate) fn other(what: String) -> Self {
        Self::Other { what, stacks: Vec::new() }
    }

    /// Makes the same of it that no job can do, for a reason in words.
    pub(crate) fn impossible(self, what: String) -> Self {
        Self::Other { what, stacks: self.stacks().to_vec() }
    }

    /// Returns the stacks that it is done to, or may be.
    pub(crate) fn stacks(&self) -> &[StackId] {
        match self {
            Self::Stack { stack, .. } => std::slice::from_ref(stack),
            Self::Other { stacks, .. } => stacks,
            _ => &[],
        }
    }
}

impl Action {
    /// Returns the artifact that its commands start in.
    pub(crate) fn main_input(&self) -> Option<&str> {
        self.primary.as_deref().or_else(|| self.inputs.first().map(String::as_str))
    }
}
