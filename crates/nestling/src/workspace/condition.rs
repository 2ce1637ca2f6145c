//! Conditions on the pipeline under which an environment is deployed to.

use crate::changes::{PipelineFacts, PipelineKind, PipelineSource};
use globset::GlobMatcher;

/// Conditions under which a pipeline deploys to an environment: any of them holds. No condition at all means always.
#[derive(Debug, Clone, Default)]
pub(crate) struct When {
    /// The conditions.
    pub any: Vec<Condition>,
}

/// One condition on the pipeline.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    /// A merge request pipeline.
    MergeRequest,
    /// A pipeline of the default branch.
    DefaultBranch,
    /// A pipeline of a branch whose name matches; `*` matches slashes too, as in GitLab's protected branches.
    Branch(GlobMatcher),
    /// A pipeline of a tag whose name matches.
    Tag(GlobMatcher),
    /// A scheduled pipeline.
    Schedule,
    /// An expression of `rules:if`, which GitLab evaluates.
    Expression(String),
}

impl When {
    /// Returns `true` if both have the same conditions.
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.any.len() == other.any.len() && self.any.iter().zip(&other.any).all(|(a, b)| a.same_as(b))
    }

    /// Returns `true` if a pipeline of these facts deploys, as far as can be known before GitLab evaluates expressions.
    pub(crate) fn holds(&self, pipeline: &PipelineFacts) -> bool {
        self.any.is_empty() || self.any.iter().any(|condition| condition.holds(pipeline))
    }

    /// The expressions that GitLab has to evaluate, if nothing else makes this hold.
    pub(crate) fn expressions(&self, pipeline: &PipelineFacts) -> Vec<&str> {
        let known = |c: &Condition| !matches!(c, Condition::Expression(_)) && c.holds(pipeline);
        if self.any.iter().any(known) {
            return Vec::new();
        }
        self.any
            .iter()
            .filter_map(|c| if let Condition::Expression(text) = c { Some(text.as_str()) } else { None })
            .collect()
    }
}

impl Condition {
    pub(super) fn same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Branch(a), Self::Branch(b)) | (Self::Tag(a), Self::Tag(b)) => a.glob() == b.glob(),
            (Self::Expression(a), Self::Expression(b)) => a == b,
            (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
        }
    }

    /// Returns `true` if a pipeline of these facts meets it; an expression may be met.
    pub(super) fn holds(&self, pipeline: &PipelineFacts) -> bool {
        let branch = pipeline.branch.as_deref().filter(|_| pipeline.kind == PipelineKind::Branch);
        match self {
            Self::MergeRequest => pipeline.kind == PipelineKind::MergeRequest,
            Self::DefaultBranch => pipeline.is_default_branch(),
            Self::Branch(glob) => branch.is_some_and(|branch| glob.is_match(branch)),
            Self::Tag(glob) => pipeline.tag.as_deref().is_some_and(|tag| glob.is_match(tag)),
            Self::Schedule => pipeline.source == PipelineSource::Schedule,
            Self::Expression(_) => true,
        }
    }
}
