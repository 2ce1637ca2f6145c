//! Nestling generates a GitLab child pipeline for the directories that a change affects.
//!
//! **Data flow = dependency order = `mod` order**: a module uses only what stands above it.

mod repository;
pub mod changes;
mod template_syntax;
pub mod workspace;
pub mod template;
pub mod environments;
pub mod cdk;
pub mod unit;
pub mod select;
pub mod assemble;
pub mod plan;
pub mod catalog;
mod allow;
mod project;
mod emit;
pub mod view;
pub mod testing;

pub use changes::{
    As, AsError, Base, Change, ChangeRequest, ChangeSet, ChangesError, CiVariables, Everything, Extent,
    GivenError, Head, MergeRequest, Nothing, Obtained, Occasion, PipelineFacts, PipelineKind, PipelineSource,
    Provenance, Status, UnknownBase,
};
pub use emit::{
    Comments, EmitOptions, Emitted, EmittedFile, Parts, PipelineLimits, is_name_of_part, is_part,
};
pub use nestling_files::files::{Files, MemoryFiles, ReadError};
pub use nestling_files::path::RepoPath;
pub use nestling_git::{CommitId, GitError, History, Trust};
pub use nestling_gitlab::diagnostic::{Diagnostic, Label, Origin, Rule, Severity, Source, Sources};
pub use nestling_gitlab::name::{JobName, StageName, UnitName};
pub use nestling_gitlab::pipeline::{Job, Pipeline};
pub use plan::{NOOP_JOB, Plan, Removed, Selected};
pub use project::{ComparedPlans, Comparison, Error, PathFacts, Planning, Project};
pub use repository::Repository;
pub use select::{Difference, Reason, Selection, Verdict};
pub use workspace::{FILE_NAME, Header, Unit, Workspace, library_names};
