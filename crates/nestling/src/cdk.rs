//! CDK: the stacks, stages and pipelines of a cloud assembly as GitLab jobs, without touching a stack.
//!
//! [`assembly`] reads what `cdk synth` wrote, [`codepipeline`] the pipelines in it; [`deployment`] makes one graph of
//! both. Nothing of a pipeline is dropped in silence: what is not a job is a line of the [`report`].

mod document;
mod template;
mod assets;
pub mod assembly;
mod manifest;
pub(crate) mod codepipeline;
pub mod report;
pub mod deployment;
