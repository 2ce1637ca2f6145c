//! Requests for what changed, and errors.

use super::given::GivenError;
use super::reason::{AmbiguousRevision, RANGE};
use super::{As, CiVariables, Policies, Provenance, UnknownBase};
use crate::given_vars::GivenVars;
use crate::graph_outputs::{GraphAnswer, GraphOutputs};
use nestling_files::path::RepoPath;
use nestling_git::GitError;
use std::time::Duration;

/// A request for what changed: the pipeline's own variables, and what a person says beside them.
///
/// Each method states one thing more, as an option of the command line does. Without any, the work tree is compared with
/// its merge base with the default branch.
///
/// ```
/// use nestling::{As, ChangeRequest, CiVariables};
///
/// // On a developer's machine, as if a merge request were open for the branch that is checked out.
/// let request = ChangeRequest::local().simulate(As::MergeRequest).base("v1.4.0");
///
/// // In a job of GitLab. The library never reads the environment: the program passes the variables on.
/// let variables: CiVariables = [("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_BRANCH", "main")].into_iter().collect();
/// let request = ChangeRequest::from_ci(&variables);
/// ```
#[derive(Debug, Clone, Default)]
pub struct ChangeRequest {
    pub(crate) variables: CiVariables,
    pub(crate) simulate: Option<As>,
    pub(crate) base: Option<String>,
    pub(crate) head: Option<String>,
    /// The revision of the workspace's file and templates (`--workspace-from`).
    pub(crate) workspace_from: Option<String>,
    /// The list of `--changes-from`, for [`parse_given`](super::parse_given).
    pub(crate) given: Option<Vec<u8>>,
    pub(crate) scope: Scope,
    /// The one environment that is deployed to (`--environment`).
    pub(crate) environment: Option<String>,
    pub(crate) default_branch: Option<String>,
    /// Files of the work tree with another content than on disk.
    pub(crate) unsaved: Vec<(RepoPath, Vec<u8>)>,
    /// `workspace.pipelines`, known once the workspace is read.
    pub(crate) policies: Policies,
    /// The answers of commands that print graphs.
    pub(crate) graphs: GraphOutputs,
    /// The values of the workspace's variables (`--var`).
    pub(crate) vars: GivenVars,
    pub(crate) fetch: FetchPolicy,
    pub(crate) unknown_base: OnUnknownBase,
}

impl ChangeRequest {
    /// Creates the request of a developer's machine: the branch that is checked out, as a push to it.
    pub fn local() -> Self {
        Self::default()
    }

    /// Creates the request of the pipeline that these variables belong to. Variables that are no GitLab job's give
    /// [`ChangeRequest::local`].
    pub fn from_ci(variables: &CiVariables) -> Self {
        Self { variables: variables.clone(), ..Self::default() }
    }

    /// Simulates a pipeline of another kind for the same commit (`--as`).
    #[must_use]
    pub fn simulate(mut self, pipeline: As) -> Self {
        self.simulate = Some(pipeline);
        self
    }

    /// Sets the base commit: the revision itself, not its merge base with head (`--base`).
    #[must_use]
    pub fn base(mut self, revision: impl Into<String>) -> Self {
        self.base = Some(revision.into());
        self
    }

    /// Sets the head commit, whose files are read from git (`--head`).
    #[must_use]
    pub fn head(mut self, revision: impl Into<String>) -> Self {
        self.head = Some(revision.into());
        self
    }

    /// Takes the workspace's file and its templates from a revision of the same repository, such as a protected branch, instead
    /// of head (`--workspace-from`). A template directory that names a revision itself keeps it. Units are those of head, with what
    /// their own files say.
    #[must_use]
    pub fn workspace_from(mut self, revision: impl Into<String>) -> Self {
        self.workspace_from = Some(revision.into());
        self
    }

    /// Deploys to one environment of the catalogue and to no other (`--environment`). Jobs without an environment stay.
    #[must_use]
    pub fn environment(mut self, name: impl Into<String>) -> Self {
        self.environment = Some(name.into());
        self
    }

    /// Reads these files of the work tree with other contents than on disk, as an editor has them. A commit's files stay as they
    /// are. What changed is still found on disk: add [`ChangeRequest::everything`] to plan every unit.
    #[must_use]
    pub fn unsaved(mut self, files: impl IntoIterator<Item = (RepoPath, Vec<u8>)>) -> Self {
        self.unsaved.extend(files);
        self
    }

    /// Sets a variable of the workspace (`vars`) to another value than its default (`--var`). Opening a project reports a name that
    /// `vars` does not have, and a value of another type.
    #[must_use]
    pub fn var(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.vars.insert(name.into(), value.into());
        self
    }

    /// Gives the answer of a command that prints a graph (`depends_from: [{ command: … }]`). The library runs none itself:
    /// [`Project::graph_commands`](crate::Project::graph_commands) lists those that it needs.
    #[must_use]
    pub fn graph(mut self, command: impl Into<String>, answer: GraphAnswer) -> Self {
        self.graphs.insert(command.into(), answer);
        self
    }

    /// Sets the changed paths instead of comparing two commits (`--changes-from`): one path a line or each ended by NUL,
    /// also with statuses as `git diff --name-status` writes them. Takes precedence over [`ChangeRequest::everything`].
    #[must_use]
    pub fn changed_paths(mut self, list: impl Into<Vec<u8>>) -> Self {
        self.given = Some(list.into());
        self
    }

    /// Counts everything as changed (`--all`), and drops a list of paths that was set before.
    #[must_use]
    pub fn everything(mut self) -> Self {
        self.scope = Scope::All;
        self.given = None;
        self
    }

    /// Sets the default branch, where neither the variables nor the clone say it.
    #[must_use]
    pub fn default_branch(mut self, branch: impl Into<String>) -> Self {
        self.default_branch = Some(branch.into());
        self
    }

    /// Returns `true` if nothing but the workspace's policy, or `--all`, decides about a pipeline.
    pub(crate) fn is_whole(&self) -> bool {
        let is_narrowed = self.base.is_some() || self.given.is_some() || self.environment.is_some();
        !is_narrowed && self.vars.is_empty() && self.simulate.is_none() && self.variables.is_gitlab()
    }

    /// Makes an unknown base an error, instead of a reason to select everything (`--strict-base`).
    #[must_use]
    pub fn require_base(mut self) -> Self {
        self.unknown_base = OnUnknownBase::Fail;
        self
    }
}

/// Scope of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The scope that the policy for the pipeline sets.
    #[default]
    Policy,
    /// Everything: `--all`.
    All,
}

/// Policy for commits that the clone lacks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum FetchPolicy {
    /// They may, with this much time for each.
    Allow {
        /// The time.
        timeout: Duration,
    },
    /// They may not: `--no-fetch`.
    #[default]
    Forbid,
}

/// Policy for an unknown base commit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum OnUnknownBase {
    /// Everything counts as changed.
    #[default]
    RunEverything,
    /// It is an error: `--strict-base`.
    Fail,
}

/// The changes cannot be found.
///
/// ```
/// use nestling::{ChangeRequest, ChangesError, Error, Project, Repository};
/// # let fixture = nestling_git::testing::Fixture::new();
/// # fixture.write("nestling.yml", "workspace: {}");
/// # fixture.commit("a workspace");
/// # let directory = &fixture.root;
///
/// let repository = Repository::discover(directory)?;
/// let request = ChangeRequest::local().base("v9.9").require_base();
/// let error = Project::open(&repository, request)?.changes().unwrap_err();
/// assert!(matches!(error, Error::Changes(ChangesError::UnknownBase(_))));
/// # Ok::<(), nestling::Error>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangesError {
    /// The repository cannot be read.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The list of changed paths cannot be read.
    #[error(transparent)]
    Given(#[from] GivenError),
    /// The commit for the pipeline does not exist.
    #[error("the commit `{revision}` ({named_by}) is not in this clone")]
    Head {
        /// The revision.
        revision: String,
        /// Source of the revision.
        named_by: Provenance,
    },
    /// The commit for the pipeline is here, and its trees are not: the clone is partial.
    #[error("a tree of the commit `{revision}` ({named_by}) is not in this clone")]
    IncompleteHead {
        /// The revision.
        revision: String,
        /// Source of the revision.
        named_by: Provenance,
    },
    /// Head, or a base that has to be known, names several commits.
    #[error("{0}")]
    Ambiguous(AmbiguousRevision),
    /// Base is not known, and that was declared an error.
    #[error("cannot determine the base commit: {0}")]
    UnknownBase(UnknownBase),
}

impl ChangesError {
    /// Returns how to resolve it, if that is known.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Git(error) => error.help(),
            Self::UnknownBase(why) => why.help(),
            Self::Ambiguous(ambiguous) => Some(ambiguous.help()),
            Self::Head { named_by: Provenance::Variable(_), .. } => {
                Some("set a `GIT_STRATEGY` other than `none`: the clone is from an older job".to_owned())
            }
            Self::IncompleteHead { .. } => Some(
                "the clone is partial: allow it to be fetched, without `--no-fetch` and `--no-run`, or clone without `--filter`"
                    .to_owned(),
            ),
            Self::Head { revision, .. } if revision.contains("..") => Some(RANGE.to_owned()),
            Self::Head { .. } => Some("use a commit of this clone, or fetch it first".to_owned()),
            Self::Given(_) => Some("write one path per line, or separate them by NUL bytes".to_owned()),
        }
    }
}
