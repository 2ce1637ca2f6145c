//! AWS CDK assemblies and CodePipelines as GitLab CI jobs, without a change to a stack.
//!
//! [`deployment::read`] reads what `cdk synth` wrote (stacks, stages, whole CodePipelines) and makes one graph of it.
//! [`show`] draws the graph. [`jobs::write`] writes it down as jobs, by what the unit's header says ([`settings`]), for
//! environments that are handed to it as plain data ([`environment`]). Nothing of a pipeline is dropped in silence: what is
//! not a job is a line of the [`report`].
//!
//! ```
//! use nestling_cdk::deployment;
//! use nestling_cdk::show::{self, Shown};
//! use nestling_files::files::MemoryFiles;
//! use nestling_gitlab::diagnostic::Sources;
//!
//! let manifest = br#"{ "version": "55.0.0", "artifacts": { "Data": {
//!     "type": "aws:cloudformation:stack", "displayName": "Data", "properties": { "templateFile": "Data.json" } } } }"#;
//! let files = MemoryFiles::new([("manifest.json", &manifest[..]), ("Data.json", &b"{}"[..])]);
//! let deployment = deployment::read(&files, "cdk.out", &Sources::default()).unwrap();
//! let shown = Shown { directory: "cdk.out", deployment: &deployment, report: &deployment.report };
//! assert!(show::tree(&shown).starts_with("cdk.out: 1 stack in 0 stages\n"));
//! ```
//!
//! **Data flow = dependency order = `mod` order**: a module uses only what stands above it.

pub mod rules;
pub mod id;
mod shell;
pub mod ordering;
mod document;
mod template;
pub mod assets;
pub mod assembly;
mod manifest;
mod codepipeline;
pub mod report;
pub mod deployment;
pub mod show;
pub mod settings;
pub mod environment;
pub mod jobs;
