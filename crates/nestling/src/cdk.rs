//! CDK: the stacks, stages and pipelines of a cloud assembly as GitLab jobs, without touching a stack.
//!
//! [`assembly`] reads what `cdk synth` wrote; [`deployment`] makes one graph of stages and CodePipelines; [`jobs`] writes
//! it down as a fragment, by what the unit's header says ([`settings`]). Nothing of a pipeline is dropped in silence:
//! what is not a job is a line of the [`report`].

pub mod rules;
mod shell;
mod ordering;
mod document;
mod template;
mod assets;
pub mod assembly;
mod manifest;
pub(crate) mod codepipeline;
pub mod report;
pub mod settings;
pub mod deployment;
pub mod jobs;
pub mod show;
mod fragment;

pub use fragment::{Assemblies, Fragment, InRepository, Request, fragment, nowhere};
pub(crate) use fragment::{directory_of, is_committed};
pub use settings::Purpose;
