//! AWS CDK assemblies and CodePipelines as GitLab CI jobs, without a change to a stack.
//!
//! # What is in this assembly?
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
//! let deployment = deployment::read(&files, "cdk.out", &Sources::default()).expect("the assembly is well-formed");
//! let shown = Shown { directory: "cdk.out", deployment: &deployment, report: &deployment.report };
//! assert!(show::tree(&shown).starts_with("cdk.out: 1 stack in 0 stages\n"));
//! ```
//!
//! # From an assembly to jobs
//!
//! 1. [`deployment::read`] reads what `cdk synth` wrote (stacks, stages, whole CodePipelines) and makes one graph of it.
//! 2. [`show`] draws the graph.
//! 3. [`settings`] reads a unit's header: which stage goes where.
//! 4. [`jobs::write`] writes the jobs of a header, for environments that are handed to it as plain data ([`environment`]).
//! 5. [`report`] lists what is not carried over, one line each.
//!
//! # Invariants
//!
//! - Nothing of a pipeline is dropped silently: what is not a job is a line of the [`report`].
//! - Neither `cdk` nor AWS is called: files are read, and jobs are written.
//! - The same assembly and header give the same jobs, byte for byte.
//!
//! A part of [Nestling](https://gitlab.com/nestling-ci/nestling), which generates a GitLab child pipeline for the directories
//! that a change affects. **Data flow = dependency order = `mod` order**: a module uses only modules above it.

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
pub mod cli;
pub mod settings;
pub mod environment;
pub mod jobs;

/// The examples of the crate's README are run, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
