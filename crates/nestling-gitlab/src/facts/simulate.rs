//! `--as`: another kind of pipeline for the same commit.

use super::source::PipelineSource;
use std::fmt;

/// A pipeline to pretend to be.
///
/// ```
/// use nestling_gitlab::facts::{As, PipelineSource};
///
/// assert_eq!(As::parse("tag:v1.2.0")?, As::Tag("v1.2.0".to_owned()));
/// assert_eq!(As::parse("schedule")?, As::Started(PipelineSource::Schedule));
/// assert!(As::parse("nightly").is_err());
/// # Ok::<(), nestling_gitlab::facts::AsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum As {
    /// A merge request of the branch that is checked out into the default branch.
    MergeRequest,
    /// A push to this branch.
    Branch(String),
    /// A push of this tag.
    Tag(String),
    /// Started by something else, on the default branch.
    Started(PipelineSource),
}

/// A string is no pipeline to pretend to be.
///
/// [`As`] has an example.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown kind of pipeline `{0}`; use `merge_request`, `branch:NAME`, `tag:NAME`, `schedule`, `web`, `api`, \
     `trigger`, `pipeline` or `chat`"
)]
pub struct AsError(String);

impl As {
    /// Reads the value of `--as`.
    ///
    /// # Errors
    /// It is none of those that the message lists.
    pub fn parse(text: &str) -> Result<Self, AsError> {
        // Git allows no control characters in a name, and they would be printed.
        let is_name = |name: &String| !name.is_empty() && !name.contains(char::is_control);
        let named = |name: &str| Some(name.to_owned()).filter(is_name);
        let found = match text.split_once(':') {
            Some(("branch", name)) => named(name).map(Self::Branch),
            Some(("tag", name)) => named(name).map(Self::Tag),
            Some(_) => None,
            None => match PipelineSource::parse(text) {
                PipelineSource::MergeRequestEvent => Some(Self::MergeRequest),
                PipelineSource::Other(other) if other == "merge_request" => Some(Self::MergeRequest),
                PipelineSource::Other(_)
                | PipelineSource::Push
                | PipelineSource::ParentPipeline
                | PipelineSource::ExternalPullRequestEvent
                | PipelineSource::Local => None,
                source => Some(Self::Started(source)),
            },
        };
        found.ok_or_else(|| AsError(text.to_owned()))
    }

    pub(super) fn source(&self) -> PipelineSource {
        match self {
            Self::MergeRequest => PipelineSource::MergeRequestEvent,
            Self::Branch(_) | Self::Tag(_) => PipelineSource::Push,
            Self::Started(source) => source.clone(),
        }
    }
}

impl fmt::Display for As {
    /// Writes the value of `--as`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MergeRequest => f.write_str("merge_request"),
            Self::Branch(name) => write!(f, "branch:{name}"),
            Self::Tag(name) => write!(f, "tag:{name}"),
            Self::Started(source) => write!(f, "{source}"),
        }
    }
}
