//! A CodePipeline as CloudFormation gets it: stages of actions, the projects that they run, the graph beside it.
//!
//! Pipelines of CDK's pipelines construct are read completely; others that are written in CDK are read as far as possible.

mod resource;
mod variable;
mod phase;
mod buildspec;
mod project;
mod commands;
mod dot;
mod parameters;
mod lost;
mod pipeline;
mod conditions;
mod graphs;
mod paths;
mod read;
pub(crate) mod matching;

#[cfg(test)]
pub(crate) use buildspec::parse as parse_spec;
pub(crate) use buildspec::{BuildSpec, Output, TestReport};
pub(crate) use dot::{LeafId, is_below};
pub(crate) use phase::Phase;
pub(crate) use pipeline::{Action, Does, Mode, Pipeline, SourceKind, Stage};
pub use pipeline::{PipelineId, PipelinePath};
pub(crate) use project::Project;
pub(crate) use read::read;
pub(crate) use variable::{VariableValue, merged};
