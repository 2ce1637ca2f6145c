//! Change set: the paths that differ between base and head, each with its status, and how base was found.
//!
//! What "changed" means depends on what started the pipeline (`detect` follows one table, in `base.rs`). Where base
//! cannot be known, everything counts as changed, with that reason: when in doubt, run more, never less.

mod given;
mod reason;
mod recorded;
mod request;
mod base;
mod known;
mod find;
mod given_files;
mod detect;

pub(crate) use detect::{Against, add_restored, detect, detect_against, facts, head};
pub use given::GivenError;
pub(crate) use known::KnownComparison;
pub use nestling_git::{Change, Status};
pub(crate) use nestling_gitlab::facts::{
    As, CiVariables, Occasion, PipelineFacts, PipelineKind, PipelineSource, Policies, Policy,
};
pub use reason::{AmbiguousRevision, Everything, Nothing, UnknownBase};
pub use recorded::{Owed, RecordedBase};
pub use request::{ChangeRequest, ChangesError};
pub(crate) use request::{FetchPolicy, OnUnknownBase, Scope};

use nestling_files::path::RepoPath;
use nestling_git::{CommitId, History};
use std::fmt;

/// Difference between base and head, with the source of both.
///
/// A change set is found by [`Project::changes`](crate::Project::changes), or made from paths that are known:
///
/// ```
/// use nestling::{ChangeSet, Extent, RepoPath, Status};
///
/// let changes = ChangeSet::of_paths([RepoPath::parse("api/main.rs")?]);
/// match &changes.extent {
///     Extent::Paths(paths) => assert_eq!(paths[0].status, Status::Modified),
///     Extent::Everything(reason) => println!("everything: {reason}"),
///     Extent::Nothing(reason) => println!("nothing: {reason}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ChangeSet {
    /// The older side; `None` if there is nothing to compare with.
    pub base: Option<Base>,
    /// The newer side.
    pub head: Head,
    /// The differences.
    pub extent: Extent,
    /// Extent of the clone's history.
    pub history: History,
    /// The paths of a given list that neither side has.
    pub unknown_paths: Vec<RepoPath>,
    /// The commit that the workspace's file and templates come from, if that is not head.
    pub workspace_from: Option<CommitId>,
    /// The recorded pipeline that base is the commit of, with the work that it left undone.
    pub recorded: Option<RecordedBase>,
}

/// Extent of a change.
///
/// Every program has to decide about all three; [`ChangeSet`] has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// These paths, in byte order; there may be none.
    Paths(Vec<Change>),
    /// Everything counts as changed.
    Everything(Everything),
    /// Nothing counts as changed, whatever differs.
    Nothing(Nothing),
}

/// The older side of a comparison.
///
/// ```
/// use nestling::{ChangeRequest, Head, Obtained, Project, Provenance, Repository};
/// # let fixture = nestling_git::testing::Fixture::new();
/// # fixture.write("nestling.yml", "workspace: {}");
/// # fixture.commit("a workspace");
/// # fixture.git(&["checkout", "--quiet", "-b", "feature"]);
/// # let directory = &fixture.root;
///
/// let repository = Repository::discover(directory)?;
/// let changes = Project::open(&repository, ChangeRequest::local())?.changes()?;
/// let base = changes.base.expect("the branch `main` exists");
/// assert_eq!(base.found, Provenance::MergeBase { branch: "main".to_owned() });
/// assert_eq!(base.obtained, Obtained::Present);
/// assert_eq!(changes.head, Head::WorkTree { commit: Some(base.commit) });
/// # Ok::<(), nestling::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Base {
    /// The commit.
    pub commit: CommitId,
    /// Source of the commit.
    pub found: Provenance,
    /// Its origin: the clone or the remote.
    pub obtained: Obtained,
}

/// The newer side of a comparison: what the pipeline is made from.
///
/// [`Base`] has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// A commit; files are read from its tree.
    Commit {
        /// The commit.
        commit: CommitId,
        /// Source of the commit.
        found: Provenance,
    },
    /// The files on disk, committed or not.
    WorkTree {
        /// The commit that is checked out; `None` before the first one.
        commit: Option<CommitId>,
    },
}

impl Head {
    /// The commit, or the one that is checked out.
    pub fn commit(&self) -> Option<&CommitId> {
        match self {
            Self::Commit { commit, .. } => Some(commit),
            Self::WorkTree { commit } => commit.as_ref(),
        }
    }
}

/// Origin of a commit: the clone or the remote.
///
/// [`Base`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Obtained {
    /// It was.
    Present,
    /// It was fetched from the remote.
    Fetched,
}

/// Source of a commit, in words that a user can act on.
///
/// [`Base`] has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Provenance {
    /// A predefined variable said so
    /// (<https://docs.gitlab.com/ci/variables/predefined_variables/>).
    Variable(&'static str),
    /// An option of the command line, with its value.
    Given {
        /// Its name, such as `--base`.
        option: &'static str,
        /// The revision.
        revision: String,
    },
    /// The best common ancestor with this branch.
    MergeBase {
        /// The branch: `origin/main`, or `main` for a local one.
        branch: String,
    },
    /// `since:` in the workspace's policy, with the revision or the tag that it came to.
    Since {
        /// The revision, or the name of the tag.
        revision: String,
    },
    /// The newest recorded pipeline of the branch that counts (`unpassed` or `since: passed`).
    Recorded {
        /// Its id.
        pipeline: u64,
    },
    /// The checked-out commit.
    CheckedOut,
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => f.write_str(name),
            Self::Given { option, revision } => write!(f, "{option} {revision}"),
            Self::MergeBase { branch } => write!(f, "merge base with {branch}"),
            Self::Since { revision } => write!(f, "since {revision}"),
            Self::Recorded { pipeline } => write!(f, "pipeline {pipeline}"),
            Self::CheckedOut => f.write_str("HEAD"),
        }
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fetched = if self.obtained == Obtained::Fetched { ", fetched" } else { "" };
        write!(f, "{} ({}{fetched})", self.commit.short(), self.found)
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Commit { commit, found } => write!(f, "{} ({found})", commit.short()),
            Self::WorkTree { commit: Some(commit) } => write!(f, "the work tree at {}", commit.short()),
            Self::WorkTree { commit: None } => f.write_str("the work tree"),
        }
    }
}

impl ChangeSet {
    /// Creates a change set in which everything counts as changed, for files that are in no repository.
    pub fn everything() -> Self {
        Self::without_base(Extent::Everything(Everything::Asked))
    }

    /// Creates a change set of these modified paths, for files that are in no repository.
    pub fn of_paths(paths: impl IntoIterator<Item = RepoPath>) -> Self {
        let mut paths: Vec<RepoPath> = paths.into_iter().collect();
        paths.sort_unstable();
        paths.dedup();
        let modified = |path| Change { path, status: Status::Modified };
        Self::without_base(Extent::Paths(paths.into_iter().map(modified).collect()))
    }

    fn without_base(extent: Extent) -> Self {
        let head = Head::WorkTree { commit: None };
        Self {
            base: None,
            head,
            extent,
            history: History::Complete,
            unknown_paths: Vec::new(),
            workspace_from: None,
            recorded: None,
        }
    }

    /// Base and head, how each was found, and how deep the clone is where it is cut off: a line each.
    pub fn provenance(&self) -> String {
        let mut lines: Vec<String> = self.base.iter().map(|base| format!("Base: {base}")).collect();
        lines.push(format!("Head: {}", self.head));
        if let Some(RecordedBase { pipeline, branch, .. }) = &self.recorded {
            lines.push(format!("Record: base is the commit of pipeline {pipeline} of {branch}"));
        }
        if let Some(commit) = &self.workspace_from {
            lines.push(format!("Workspace: its file and templates are those of {}", commit.short()));
        }
        if let History::Shallow { commits } = self.history {
            let noun = if commits == 1 { "commit" } else { "commits" };
            lines.push(format!("Clone: shallow, {commits} {noun} deep"));
        }
        lines.join("\n")
    }

    /// The paths that differ; `None` where that is not what counts ([`Extent`]).
    pub fn paths(&self) -> Option<&[Change]> {
        match &self.extent {
            Extent::Paths(paths) => Some(paths),
            Extent::Everything(_) | Extent::Nothing(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
