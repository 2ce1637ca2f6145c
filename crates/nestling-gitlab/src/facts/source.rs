//! Sources of pipelines, and the policies that decide which paths count as changed in each.

use std::collections::BTreeMap;
use std::fmt;

/// `CI_PIPELINE_SOURCE` (<https://docs.gitlab.com/ci/jobs/job_rules/#ci_pipeline_source-predefined-variable>).
///
/// [`PipelineFacts`](super::PipelineFacts) has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PipelineSource {
    /// A push of a branch or a tag.
    Push,
    /// A merge request was made or updated.
    MergeRequestEvent,
    /// A schedule.
    Schedule,
    /// The button in GitLab.
    Web,
    /// The pipelines API.
    Api,
    /// A trigger token.
    Trigger,
    /// A pipeline of another project.
    Pipeline,
    /// A parent pipeline of the same project.
    ParentPipeline,
    /// A chat command.
    Chat,
    /// A pull request on GitHub.
    ExternalPullRequestEvent,
    /// No pipeline at all: a developer's machine.
    Local,
    /// Any other, such as `webide` or `security_orchestration_policy`.
    Other(String),
}

impl PipelineSource {
    const NAMES: [(&'static str, Self); 10] = [
        ("push", Self::Push),
        ("merge_request_event", Self::MergeRequestEvent),
        ("schedule", Self::Schedule),
        ("web", Self::Web),
        ("api", Self::Api),
        ("trigger", Self::Trigger),
        ("pipeline", Self::Pipeline),
        ("parent_pipeline", Self::ParentPipeline),
        ("chat", Self::Chat),
        ("external_pull_request_event", Self::ExternalPullRequestEvent),
    ];

    /// Returns the names of GitLab's sources that have a variant, as `CI_PIPELINE_SOURCE` has them.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::NAMES.iter().map(|(name, _)| *name)
    }

    /// Reads the variable's value.
    pub fn parse(value: &str) -> Self {
        let known = Self::NAMES.into_iter().find(|(name, _)| *name == value);
        known.map_or_else(|| Self::Other(value.to_owned()), |(_, source)| source)
    }

    /// The variable's value; `local` outside of CI.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Other(value) => value,
            Self::Local => "local",
            known => Self::NAMES.iter().find(|(_, source)| source == known).map_or("", |(name, _)| name),
        }
    }
}

impl fmt::Display for PipelineSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A kind of pipeline that `workspace.pipelines` gives a policy to.
///
/// [`PipelineFacts`](super::PipelineFacts) has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Occasion {
    /// A merge request's pipeline, and the external pull request's.
    MergeRequest,
    /// A push to a branch.
    Branch,
    /// A push of a tag.
    Tag,
    /// A schedule.
    Schedule,
    /// The button in GitLab.
    Web,
    /// The pipelines API.
    Api,
    /// A trigger token.
    Trigger,
    /// A pipeline of another project.
    Pipeline,
    /// A chat command.
    Chat,
    /// Anything else.
    Other,
}

impl Occasion {
    /// Every occasion, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::MergeRequest,
        Self::Branch,
        Self::Tag,
        Self::Schedule,
        Self::Web,
        Self::Api,
        Self::Trigger,
        Self::Pipeline,
        Self::Chat,
        Self::Other,
    ];

    /// Reads a key of `workspace.pipelines`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|occasion| occasion.as_str() == name)
    }

    /// The key in `workspace.pipelines`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MergeRequest => "merge_request",
            Self::Branch => "branch",
            Self::Tag => "tag",
            Self::Schedule => "schedule",
            Self::Web => "web",
            Self::Api => "api",
            Self::Trigger => "trigger",
            Self::Pipeline => "pipeline",
            Self::Chat => "chat",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Occasion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The paths that count as changed in a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Policy {
    /// Paths that differ between base and head.
    Changed,
    /// Everything.
    All,
    /// Nothing.
    None,
    /// Paths that differ from a revision, or from the nearest older tag that matches a glob (`v*`).
    Since(String),
    /// Paths that differ from the newest recorded pipeline of the branch, and the units whose jobs did not pass in it.
    Unpassed,
    /// Paths that differ from the newest pipeline of the branch whose jobs all passed.
    SincePassed,
}

/// A policy for each kind of pipeline. By default, merge requests and branches run what changed, and all others
/// run everything, as GitLab's own `rules:changes` does there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policies(BTreeMap<Occasion, Policy>);

impl Policies {
    /// Returns the occasions that were given a policy.
    pub fn occasions(&self) -> impl Iterator<Item = Occasion> {
        self.0.keys().copied()
    }

    /// The policy for an occasion.
    pub fn get(&self, occasion: Occasion) -> Policy {
        self.0.get(&occasion).cloned().unwrap_or(match occasion {
            Occasion::MergeRequest | Occasion::Branch => Policy::Changed,
            _ => Policy::All,
        })
    }
}

impl FromIterator<(Occasion, Policy)> for Policies {
    fn from_iter<I: IntoIterator<Item = (Occasion, Policy)>>(policies: I) -> Self {
        Self(policies.into_iter().collect())
    }
}
