//! What is known at the moment when GitLab creates a pipeline.

use crate::pipeline::known::KnownVariables;
use nestling_files::path::RepoPath;

/// Everything that decides about a job beside its own keywords.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    /// The pipeline's variables.
    pub variables: &'a KnownVariables,
    /// What the pipeline runs for, as `only` and `except` see it.
    pub reference: Reference<'a>,
    /// What started the pipeline: `CI_PIPELINE_SOURCE`, which is `parent_pipeline` for every child.
    pub source: &'a str,
    /// The files of the commit, for `exists`.
    pub tree: Tree<'a>,
    /// The changed paths, for `changes`.
    pub changed: Changed<'a>,
    /// The changed paths beside another revision, for `changes:compare_to`.
    pub compared: &'a dyn Fn(&str) -> Changed<'a>,
    /// Whether the configuration has `workflow:rules`: without, jobs are for branches and tags only, as if each had
    /// `only: [branches, tags]`.
    pub workflow_rules: bool,
}

/// A branch, a tag or a merge request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference<'a> {
    /// A branch; `None` where its name is not known.
    Branch(Option<&'a str>),
    /// A tag; `None` where its name is not known.
    Tag(Option<&'a str>),
    /// A merge request: neither branch nor tag.
    MergeRequest,
}

/// The files of a commit.
#[derive(Debug, Clone, Copy)]
pub enum Tree<'a> {
    /// These, in byte order.
    Files(&'a [RepoPath]),
    /// They are not known.
    Unknown,
}

/// What `changes` compares.
#[derive(Debug, Clone, Copy)]
pub enum Changed<'a> {
    /// These paths changed.
    Paths(&'a [RepoPath]),
    /// There is nothing to compare with, so every `changes` holds: tags, schedules, the first push of a branch.
    Everything,
    /// It is not known.
    Unknown,
}
