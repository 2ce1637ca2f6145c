//! Settings of the rules beside the pipeline.

use super::Parent;
use crate::instance::Gitlab;
use crate::pipeline::Pipeline;
use crate::pipeline::known::KnownVariables;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Source of a pipeline's configuration in GitLab.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Division {
    /// In one piece, so that its size counts.
    #[default]
    Whole,
    /// In as many parts as it takes; the emitter reports a part that is too large even so.
    Parts,
}

/// Start of a pipeline.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Level {
    /// By the trigger job of a parent.
    #[default]
    Child,
    /// By a push, a merge request, a schedule: what `.gitlab-ci.yml` holds.
    Root,
}

/// Source of the `workflow:rules` of a pipeline. Without any, GitLab creates jobs for branches and tags only, as if each
/// had `only: [branches, tags]` (<https://docs.gitlab.com/ci/yaml/deprecated_keywords/#only--except>).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WorkflowRules {
    /// A generated child pipeline always gets rules.
    #[default]
    Added,
    /// The pipeline is judged as it is written.
    AsWritten,
}

impl WorkflowRules {
    /// Returns `true` if GitLab finds `workflow:rules` in the pipeline.
    pub fn are_there(self, pipeline: &Pipeline) -> bool {
        self == Self::Added || pipeline.workflow.contains("rules")
    }
}

/// Settings of the rules beside the pipeline.
#[derive(Debug, Clone, Default)]
pub struct CheckSettings {
    /// The GitLab that will read it.
    pub gitlab: Gitlab,
    /// In how many pieces it gets the pipeline.
    pub division: Division,
    /// Set if `workflow:rules` are those that the file has.
    pub workflow: WorkflowRules,
    /// The variables that are known when the pipeline is created.
    pub variables: KnownVariables,
    /// Start of it.
    pub level: Level,
    /// Variables that the parent forwards in pipelines of a rule of its `workflow`.
    pub forwarded_by_rules: Vec<String>,
    /// Set if names may be defined in what was not read: then none counts as undefined.
    pub open: bool,
    /// Further jobs of the pipeline, which no job here names.
    pub further_jobs: FurtherJobs,
}

/// Jobs of a pipeline that were checked before and are left out: none of them has a finding, and none has a name in common with
/// the others.
#[derive(Debug, Clone, Default)]
pub struct FurtherJobs {
    /// `true` if there are any, and at least one of them is in the pipeline.
    pub are_present: bool,
    /// `true` if GitLab makes several jobs of one of them.
    pub have_copies: bool,
    are_needed: Arc<AtomicBool>,
}

impl FurtherJobs {
    /// Jobs of which at least one is in the pipeline.
    pub fn present(have_copies: bool) -> Self {
        Self { are_present: true, have_copies, are_needed: Arc::default() }
    }

    /// Returns `true` if a finding depends on their names, which are not known here.
    pub fn are_needed(&self) -> bool {
        self.are_needed.load(Ordering::Relaxed)
    }

    /// Notes that a finding depends on the names of all jobs.
    pub(crate) fn need(&self) {
        self.are_needed.fetch_or(self.are_present, Ordering::Relaxed);
    }
}

impl CheckSettings {
    /// Returns the settings for a GitLab instance, without knowledge about the pipeline.
    pub fn new(gitlab: Gitlab) -> Self {
        Self { gitlab, ..Self::default() }
    }

    /// Adds what the parent is seen to do to what the workspace says that it does.
    #[must_use]
    pub fn with_parent(mut self, parent: Parent) -> Self {
        self.gitlab.forwarded.extend(parent.forwarded);
        self.gitlab.held_groups.extend(parent.held_groups);
        self.forwarded_by_rules.extend(parent.forwarded_by_rules);
        self
    }
}
