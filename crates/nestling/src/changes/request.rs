//! What is asked of a repository, and why there may be no answer.

use super::given::GivenError;
use super::reason::AmbiguousRevision;
use super::{As, CiVariables, Policies, Provenance, UnknownBase};
use nestling_git::GitError;
use std::time::Duration;

/// What to find the changes of. [`Request::default`] is a developer's machine without any option.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The predefined variables of the job; none outside of CI.
    pub variables: CiVariables,
    /// `--as`: another kind of pipeline.
    pub simulate: Option<As>,
    /// `--base`: what to compare with.
    pub base: Option<String>,
    /// `--head`: what to compare.
    pub head: Option<String>,
    /// `--changes-from`: the list itself, for [`parse_given`](super::parse_given).
    pub given: Option<Vec<u8>>,
    /// Whether everything was asked for.
    pub scope: Scope,
    /// The default branch, where the variables do not tell.
    pub default_branch: Option<String>,
    /// `workspace.pipelines`.
    pub policies: Policies,
    /// Whether a missing commit may be fetched.
    pub fetch: FetchPolicy,
    /// What to do where base is not known.
    pub unknown_base: OnUnknownBase,
}

/// How much was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scope {
    /// What the policy for the pipeline says.
    #[default]
    Policy,
    /// Everything: `--all`.
    All,
}

/// Whether commits that the clone lacks may be fetched from `origin`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FetchPolicy {
    /// They may, with this much time for each.
    Allow {
        /// The time.
        timeout: Duration,
    },
    /// They may not: `--no-fetch`.
    #[default]
    Forbid,
}

/// What to do where base is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnUnknownBase {
    /// Everything counts as changed.
    #[default]
    RunEverything,
    /// It is an error: `--strict-base`.
    Fail,
}

/// The changes cannot be found.
#[derive(Debug, thiserror::Error)]
pub enum ChangesError {
    /// The repository cannot be read.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The list of changed paths cannot be read.
    #[error(transparent)]
    Given(#[from] GivenError),
    /// There is no such commit to make a pipeline from.
    #[error("the commit `{revision}` ({named_by}) is not in this clone")]
    Head {
        /// The revision.
        revision: String,
        /// What named it.
        named_by: Provenance,
    },
    /// Head, or a base that has to be known, names several commits.
    #[error("{0}")]
    Ambiguous(AmbiguousRevision),
    /// Base is not known, and that was declared an error.
    #[error("what to compare with is not known: {0}")]
    UnknownBase(UnknownBase),
}

impl ChangesError {
    /// What to do about it, if that is known.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Git(error) => error.help(),
            Self::UnknownBase(why) => why.help(),
            Self::Ambiguous(ambiguous) => Some(ambiguous.help()),
            Self::Head { named_by: Provenance::Variable(_), .. } => Some(
                "the job needs a `GIT_STRATEGY` other than `none`: the runner has left the clone as an older job had it"
                    .to_owned(),
            ),
            Self::Head { .. } => Some("name a commit of this clone, or fetch it first".to_owned()),
            Self::Given(_) => Some("write one path a line, or separate them by NUL bytes".to_owned()),
        }
    }
}
