//! A step that runs commands.

use crate::cdk::codepipeline::BuildSpec;

/// Commands with the machine, the files and the variables that they need.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// The image, as CodeBuild calls it.
    pub image: Option<String>,
    /// Whether it runs docker.
    pub privileged: bool,
    /// The time limit in minutes.
    pub timeout: Option<u64>,
    /// Variables with fixed values.
    pub variables: Vec<(String, String)>,
    /// Variables that are set from what other nodes say: a name and a text with `#{namespace.variable}`.
    pub references: Vec<(String, String)>,
    /// What it runs, makes and remembers.
    pub spec: BuildSpec,
    /// The files that it reads; the first is where its commands start.
    pub inputs: Vec<Input>,
    /// The artifacts that it makes, by CodePipeline's name.
    pub outputs: Vec<String>,
    /// Whether its role may do anything in AWS, so that the job has to assume one.
    pub uses_aws: bool,
}

/// Files that a step reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// CodePipeline's name of them.
    pub artifact: String,
    /// Where they come from.
    pub from: From,
}

/// Where files come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// The repository of the pipeline.
    Checkout,
    /// Another repository, and its branch.
    Repository(String, Option<String>),
    /// Something that is no repository, such as a bucket.
    Store(String),
    /// The assembly.
    Assembly,
    /// Another node.
    Node(usize),
    /// A step that runs before the synth, and so in the parent pipeline.
    Parent(String),
}

/// The namespace and the variable of each `#{namespace.variable}` in a text.
pub(crate) fn references(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("#{").skip(1).filter_map(|rest| rest.split_once('}')?.0.rsplit_once('.'))
}
