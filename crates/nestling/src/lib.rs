//! Nestling generates a GitLab child pipeline for the directories that a change affects.
//!
//! # A first plan
//!
//! A repository with two units, of which a merge request changes one:
//!
//! ```
//! use nestling::{ChangeRequest, EmitOptions, Project, Repository};
//! # use std::process::Command;
//! # let directory = tempfile::tempdir()?;
//! # let root = directory.path();
//! # let git = |arguments: &[&str]| {
//! #     let identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
//! #     let status = Command::new("git").current_dir(root).args(identity).args(arguments).status();
//! #     assert!(status.is_ok_and(|status| status.success()), "git {arguments:?}");
//! # };
//! # for unit in ["api", "web"] {
//! #     std::fs::create_dir(root.join(unit))?;
//! #     std::fs::write(root.join(unit).join("nestling.yml"), "build: { script: make }\n")?;
//! # }
//! # std::fs::write(root.join("nestling.yml"), "workspace: {}\n")?;
//! # git(&["init", "--quiet", "--initial-branch=main"]);
//! # git(&["add", "--all"]);
//! # git(&["commit", "--quiet", "--message", "two units"]);
//! # git(&["checkout", "--quiet", "-b", "feature"]);
//! # std::fs::write(root.join("api/main.rs"), "fn main() {}\n")?;
//!
//! let repository = Repository::discover(root)?;
//! let project = Project::open(&repository, ChangeRequest::local())?;
//! let plan = project.plan(project.changes()?).run()?;
//! for job in &plan.pipeline.jobs {
//!     println!("{}", job.name);
//! }
//! assert_eq!(plan.pipeline.jobs.len(), 1);
//! assert_eq!(plan.pipeline.jobs[0].name.as_str(), "api:build");
//!
//! if !plan.has_errors() {
//!     for file in plan.emit(&EmitOptions::default()).files {
//!         println!("{}: {} bytes", file.path, file.text.len());
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In a job of GitLab, [`ChangeRequest::from_ci`] replaces [`ChangeRequest::local`].
//!
//! # From a change to a pipeline
//!
//! 1. [`Repository`] opens git's objects, and fetches what a shallow clone lacks if it may.
//! 2. [`ChangeRequest`] says what is asked: the pipeline's variables, and what a person adds to them.
//! 3. [`Project::open`] reads the workspace at head; [`Project::changes`] finds base and what differs. The answer is total:
//!    paths, everything (and why) or nothing (and why).
//! 4. [`Project::plan`] selects units, each with its reasons, renders their templates, folds them into one pipeline, checks it
//!    as GitLab reads it, and applies `allow`. [`Comparison`] does so for both sides of a change.
//! 5. [`Plan`] has the pipeline, the selection and the diagnostics; [`Plan::emit`] writes the files, and [`view`] shows the plan
//!    to people and programs.
//!
//! [`ide`] has what editors show: names, inputs, jobs in each kind of pipeline.
//! [`testing`] runs the cases beside templates through the same steps. [`ChangeRequest::unsaved`] plans what an editor has not saved.
//!
//! # The names on this page
//!
//! | purpose | names |
//! |---|---|
//! | a repository and requests for it | [`Repository`], [`Project`], [`ChangeRequest`], [`CiVariables`], [`PipelineFacts`], [`GraphAnswer`], [`Trust`] |
//! | changes | [`ChangeSet`], [`Extent`], [`Change`], [`Base`], [`Head`], [`Provenance`], [`UnknownBase`], [`RecordedBase`], [`Owed`] |
//! | fingerprints | [`Fingerprint`], [`Fingerprints`], [`NoFingerprint`] |
//! | observed commands | [`Observed`] |
//! | passed jobs | [`record`], [`verify`], [`Passed`], [`JobReuse`], [`REUSED_JOB`], [`ApiAnswers`] |
//! | the plan | [`Planning`], [`Plan`], [`Selection`], [`Verdict`], [`Reason`], [`Difference`], [`Removed`], [`LeftOut`] |
//! | the workspace | [`Workspace`], [`Unit`], [`Header`], [`FILE_NAME`], [`library_names`], [`lock_file_names`], [`jobs_schema`], [`file_schema`] |
//! | the pipeline | [`Pipeline`], [`Job`], [`JobPresence`], [`JobName`], [`StageName`], [`UnitName`], [`NOOP_JOB`], [`INHERITED_BY_STOP_JOBS`] |
//! | the output | [`EmitOptions`], [`Emitted`], [`Parts`], [`PipelineLimits`], [`view`] |
//! | past merges | [`Replay`], [`Replayed`], [`ReplayedMerge`], [`PassedJobs`], [`Merge`], [`MergesEnd`], [`view::replay`] |
//! | comparison of two commits | [`Comparison`], [`ComparedPlans`], [`view::diff`] |
//! | checks of a long-running process | [`CheckMemo`], [`CheckedKinds`] |
//! | diagnostics | [`Diagnostic`], [`Rule`], [`rules`], [`Sources`], [`Origin`], [`Error`] |
//! | files | [`RepoPath`], [`Files`], [`MemoryFiles`] |
//! | package workspaces | [`listed`] |
//! | components of other projects | [`vendor`] |
//! | CDK assemblies | [`Assemblies`], [`assembly_jobs`] |
//!
//! # Words
//!
//! | word | meaning |
//! |---|---|
//! | workspace | a directory whose `nestling.yml` has a `workspace:` header |
//! | unit | a directory with CI of its own: it contains a `nestling.yml`, or a workspace rule matches it |
//! | fragment | the jobs that a unit's own `nestling.yml` adds |
//! | template | a reusable file of jobs with typed inputs |
//! | change set | the paths that differ between base and head, and how base was found |
//! | selection | every unit with its verdict and the reasons for it |
//! | plan | selection, pipeline and diagnostics: what every view and the emitter read |
//! | part | one of the files of a plan that is too large for one pipeline |
//!
//! # Invariants
//!
//! - Selection is total and cannot fail. If base is unknown, everything counts as changed, with that reason.
//! - The same input gives the same bytes: no clock, no machine and no order of a map is in the output.
//! - Every job has an origin, and every diagnostic points to what a person wrote.
//! - A problem in the configuration is a [`Diagnostic`], and all of them are reported. A failure to do the work is an
//!   [`Error`], and the first one ends it.
//! - The library prints nothing, reads no environment variable and never ends the process.
//!
//! **Data flow = dependency order = `mod` order**: a module uses only modules above it.

mod repository;
mod graph_outputs;
mod given_vars;
mod changes;
mod template_syntax;
pub mod vendor;
mod workspace;
mod template;
mod environments;
mod cdk;
mod unit;
mod select;
mod locks;
mod fingerprint;
mod assemble;
mod passed;
mod plan;
mod reuse;
mod catalog;
mod idle;
mod allow;
mod emit;
mod project;
pub mod listed;
pub mod view;
pub mod testing;
pub mod ide;

pub use catalog::{rule, rule_groups, rules};
pub use cdk::{Assemblies, AssemblyJobs, assembly_jobs};
pub use changes::{
    AmbiguousRevision, Base, Change, ChangeRequest, ChangeSet, ChangesError, Everything, Extent, GivenError,
    Head, Nothing, Obtained, Owed, Provenance, RecordedBase, Status, UnknownBase,
};
pub use emit::{
    Comments, EmitOptions, Emitted, EmittedFile, EmittedPart, Parts, PipelineLimits, parsed_size,
};
pub use environments::LeftOut;
pub use fingerprint::{Fingerprint, Fingerprints, NoFingerprint};
pub use graph_outputs::GraphAnswer;
pub use locks::lock_file_names;
pub use nestling_files::files::{Files, MemoryFiles, ReadError};
pub use nestling_files::path::RepoPath;
pub use nestling_git::{CommitId, GitError, History, Merge, MergesEnd, Trust};
pub use nestling_gitlab::diagnostic::{
    Diagnostic, Label, Origin, Rule, RuleGroup, Severity, Source, Sources,
};
pub use nestling_gitlab::facts::{
    As, AsError, CiVariables, MergeRequest, Occasion, PipelineFacts, PipelineKind, PipelineSource,
};
pub use nestling_gitlab::name::{JobName, StageName, UnitName};
pub use nestling_gitlab::pipeline::presence::JobPresence;
pub use nestling_gitlab::pipeline::{Job, Pipeline};
pub use passed::{
    ApiAnswers, ApiBridge, ApiJob, FailedJobV1, JobReuse, Passed, PassedJobV1, PassedV1, RecordError,
    Recording, RefusedV1, UnpassedJobV1, VerifiedJobV1, VerifiedPipelineV1, VerifiedV1, passed_schema,
    record, verified_schema, verify,
};
pub use plan::{NOOP_JOB, Plan, Removed, Selected};
pub use project::{
    CheckMemo, CheckedJob, CheckedKind, CheckedKinds, ComparedPlans, Comparison, Error, Observed, PassedJobs,
    PathFacts, Planning, Project, Replay, Replayed, ReplayedMerge,
};
pub use repository::Repository;
pub use reuse::REUSED_JOB;
pub use select::{Difference, Reason, Selection, Verdict};
pub use unit::{INHERITED_BY_STOP_JOBS, SharedRenderings};
pub use workspace::{FILE_NAME, Header, Unit, Workspace, file_schema, jobs_schema, library_names};

/// The examples of the crate's README are run, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
