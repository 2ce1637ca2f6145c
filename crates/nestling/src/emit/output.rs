//! Settings of the output, and the files that are written.

use super::Comments;
use super::split::PipelineLimits;
use nestling_gitlab::diagnostic::Diagnostic;
use std::num::NonZeroUsize;

/// Options of [`Plan::emit`](crate::Plan::emit). The default is one commented file where GitLab takes it.
///
/// ```
/// use nestling::{Comments, EmitOptions};
///
/// let mut options = EmitOptions::default();
/// options.file = "pipelines/child.yml".to_owned();
/// options.comments = Comments::None;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EmitOptions {
    /// Set if the output has comments.
    pub comments: Comments,
    /// The path of the child pipeline among the plan job's artifacts; parts are written beside it.
    pub file: String,
    /// The parent's job that publishes the files: the relay of a split plan fetches the parts from it.
    pub plan_job: String,
    /// The number of files.
    pub parts: Parts,
    /// The limits of one pipeline; `None` for those that the workspace states ([`PipelineLimits::of`]).
    pub limits: Option<PipelineLimits>,
}

impl Default for EmitOptions {
    fn default() -> Self {
        Self {
            comments: Comments::Origins,
            file: "child-pipeline.yml".to_owned(),
            plan_job: "plan".to_owned(),
            parts: Parts::Fewest,
            limits: None,
        }
    }
}

/// Options with the limits that hold for the plan.
#[derive(Debug)]
pub(super) struct Settings<'a> {
    pub(super) comments: Comments,
    pub(super) file: &'a str,
    pub(super) plan_job: &'a str,
    pub(super) parts: Parts,
    pub(super) limits: PipelineLimits,
}

/// The number of files that a plan is written to.
///
/// [`Emitted`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// One file if GitLab takes it, else a router and as few parts as possible.
    Fewest,
    /// Always a router and this many parts.
    Exactly(NonZeroUsize),
}

/// An emitted plan.
///
/// ```
/// use nestling::{EmitOptions, Parts, testing::plan_files};
/// use std::num::NonZeroUsize;
///
/// let build = "build: { script: make }";
/// let plan = plan_files([("nestling.yml", "workspace: {}"), ("api/nestling.yml", build), ("web/nestling.yml", build)])?;
/// let mut options = EmitOptions::default();
/// options.parts = Parts::Exactly(NonZeroUsize::new(2).expect("two is not zero"));
/// let paths: Vec<String> = plan.emit(&options).files.into_iter().map(|file| file.path).collect();
/// assert_eq!(paths, ["child-pipeline.yml", "child-pipeline.part-1.yml", "child-pipeline.part-2.yml"]);
/// # Ok::<(), nestling::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Emitted {
    /// The files; the first is the child pipeline that the parent triggers.
    pub files: Vec<EmittedFile>,
    /// The parts, in the order of their files after the router; empty where one file contains the pipeline.
    pub parts: Vec<EmittedPart>,
    /// Limits of GitLab that the files exceed all the same: units that are too large and cannot be separated, artifacts that
    /// are too large.
    pub diagnostics: Vec<Diagnostic>,
}

/// A part of a plan that is too large for one pipeline, and the router's job that starts it.
///
/// ```
/// use nestling::{EmitOptions, Parts, testing::plan_files};
/// use std::num::NonZeroUsize;
///
/// let build = "build: { script: make }";
/// let plan = plan_files([("nestling.yml", "workspace: {}"), ("api/nestling.yml", build), ("web/nestling.yml", build)])?;
/// let mut options = EmitOptions::default();
/// assert_eq!(plan.parts(&options), []);
/// options.parts = Parts::Exactly(NonZeroUsize::new(2).expect("two is not zero"));
/// let parts = plan.parts(&options);
/// assert_eq!((parts[1].trigger.as_str(), parts[1].path.as_str()), ("part 2 of 2", "child-pipeline.part-2.yml"));
/// assert_eq!(plan.pipeline.jobs[parts[1].jobs[0]].name.as_str(), "web:build");
/// # Ok::<(), nestling::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EmittedPart {
    /// The name of the trigger job.
    pub trigger: String,
    /// The path of the file.
    pub path: String,
    /// Indices of its jobs among those of the plan's pipeline.
    pub jobs: Vec<usize>,
}

/// A file to write.
///
/// [`Emitted`] has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EmittedFile {
    /// The path, beside [`EmitOptions::file`].
    pub path: String,
    /// The YAML.
    pub text: String,
}
