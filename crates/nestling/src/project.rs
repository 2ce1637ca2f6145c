//! The front door: from a repository to a plan, with every step in its place.
//!
//! [`Project::open`] reads the workspace at head, [`Project::changes`] finds what changed, and [`Project::plan`] selects,
//! renders, composes and checks. Nobody else knows the order of these steps: commands, template cases and benchmarks come
//! through here.

mod error;
mod workspace_from;
mod open;
mod narrowing;
mod finish;
mod checked_kinds;
mod memo;
mod recorded_parts;
mod walk;
mod recorded;
mod proof;
mod owed;
mod confirm;
mod planning;
mod check;
mod comparison;
mod path;
mod observed;
mod replay;
mod of_templates;

pub use checked_kinds::{CheckedJob, CheckedKind, CheckedKinds};
pub use comparison::{ComparedPlans, Comparison};
pub use error::Error;
pub use memo::CheckMemo;
pub use observed::Observed;
pub use path::PathFacts;
pub use planning::Planning;
pub use replay::{PassedJobs, Replay, Replayed, ReplayedMerge};

use finish::ParentFile;
use workspace_from::WorkspaceFrom;

use crate::changes::{self, As, ChangeRequest, ChangeSet, Head, KnownComparison, PipelineFacts, Policy};
use crate::passed::Passed;
use crate::plan::{CommittedTree, NoTree};
use crate::repository::{Repository, revisions};
use crate::workspace::{Loaded, Workspace};
use nestling_files::files::{Files, Revisions};
use nestling_files::path::RepoPath;
use nestling_git::{GitRepository, TreeId};
use nestling_gitlab::diagnostic::{Diagnostic, Sources};
use nestling_gitlab::facts::WalkedKind;

/// A workspace at one commit or in the work tree, and the pipeline that is asked about.
///
/// ```no_run
/// use nestling::{ChangeRequest, Project, Repository};
///
/// let repository = Repository::discover(".")?;
/// let project = Project::open(&repository, ChangeRequest::local())?;
/// println!("{} units", project.workspace().units().count());
/// let changes = project.changes()?;
/// let plan = project.plan(changes).only(["services/*"]).run()?;
/// # Ok::<(), nestling::Error>(())
/// ```
pub struct Project<'r> {
    files: Box<dyn Files + 'r>,
    repository: Option<&'r Repository>,
    request: ChangeRequest,
    head: Head,
    loaded: Loaded,
    facts: PipelineFacts,
    sources: Sources,
    workspace_from: Option<WorkspaceFrom>,
    /// The files at that revision, which templates and the workspace's file include from.
    protected: Option<Box<dyn Files + 'r>>,
    /// The changed paths since the last base that was asked for.
    compared: KnownComparison,
    /// Set for the case of a template, whose files are in no commit.
    is_case: bool,
}

impl Repository {
    /// Returns the facts of the pipeline that a request is about, without reading a workspace.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn pipeline_facts(&self, request: &ChangeRequest) -> Result<PipelineFacts, Error> {
        Ok(changes::facts(self.git(), request)?)
    }
}

impl<'r> Project<'r> {
    /// Makes it the project of another kind of pipeline at the same head, as [`ChangeRequest::simulate`] does, without reading the
    /// workspace again.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn simulate(&mut self, kind: As) -> Result<(), Error> {
        self.request.simulate = Some(kind);
        if let Some(repository) = self.repository {
            self.facts = changes::facts(repository.git(), &self.request)?;
        }
        Ok(())
    }

    /// Finds what changed between base and head, by what started the pipeline and by the workspace's policies. The answer is
    /// total: paths, everything (and why) or nothing (and why). Without a repository everything counts as changed.
    ///
    /// # Errors
    /// The repository or the list of changed paths cannot be read. An unknown base is not an error, unless the request asks for that
    /// ([`ChangeRequest::require_base`]).
    pub fn changes(&self) -> Result<ChangeSet, Error> {
        self.changes_with(None)
    }

    /// Finds what changed as [`Project::changes`] does. Where the policy is `unpassed` or `since: passed`, these records say which
    /// pipeline of the branch is compared with, and which of its jobs are owed.
    ///
    /// # Errors
    /// As [`Project::changes`].
    pub fn changes_with(&self, passed: Option<&Passed>) -> Result<ChangeSet, Error> {
        let Some(repository) = self.repository else { return Ok(ChangeSet::everything()) };
        let mut changes = match owed::changes(self, passed)? {
            Some(changes) => changes,
            None => self.changes_for(repository, &self.request)?,
        };
        changes.workspace_from = self.workspace_from.as_ref().map(|from| *from.commit());
        Ok(changes)
    }

    /// Finds what changed for a request that may differ from the project's own. A base that several ask for is compared once.
    fn changes_for(&self, repository: &Repository, request: &ChangeRequest) -> Result<ChangeSet, Error> {
        Ok(changes::detect(repository.git(), request, &self.facts, self.head.clone(), &self.compared)?)
    }

    /// Returns the policy of the workspace for pipelines of this kind.
    pub fn policy(&self) -> Policy {
        self.workspace().policies.get(self.facts.occasion())
    }

    /// Returns `true` if the workspace selects every unit in pipelines of this kind, as `pipelines: { branch: all }` does.
    pub fn selects_all(&self) -> bool {
        matches!(self.policy(), Policy::All)
    }

    /// Returns `true` if the workspace selects no unit in pipelines of this kind, as `pipelines: { tag: none }` does.
    pub fn selects_none(&self) -> bool {
        matches!(self.policy(), Policy::None)
    }

    /// Returns the commands that print graphs and whose answers the request does not have ([`ChangeRequest::graph`]).
    pub fn graph_commands(&self) -> Vec<String> {
        let commands = self.workspace().depends_from.commands();
        commands.filter(|command| !self.request.graphs.has(command)).map(str::to_owned).collect()
    }

    /// Returns the directory of the workspace.
    pub fn root(&self) -> &RepoPath {
        &self.workspace().root
    }

    /// Returns the commit or the work tree whose workspace it is.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Starts a plan for these changes, which need not be the ones that [`Project::changes`] finds.
    pub fn plan(&self, changes: ChangeSet) -> Planning<'_> {
        Planning::new(self, changes)
    }

    /// Returns the kinds of pipelines that a check walks: those that every project has, and those that the workspace or the
    /// repository's own `.gitlab-ci.yml` names.
    ///
    /// # Errors
    /// `.gitlab-ci.yml` cannot be read.
    pub fn kinds(&self) -> Result<Vec<WalkedKind>, Error> {
        let apart = Sources::default();
        let read = ParentFile::read(self.workspace(), &self.facts, self.files(), &apart)?;
        Ok(self.workspace().pipeline_kinds(&self.facts, &read.parent.sources))
    }

    /// Returns the workspace.
    pub fn workspace(&self) -> &Workspace {
        &self.loaded.workspace
    }

    /// Returns what is wrong in the workspace's files.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.loaded.diagnostics
    }

    /// Returns the facts of the pipeline that is asked about.
    pub fn facts(&self) -> &PipelineFacts {
        &self.facts
    }

    /// Returns the files at head.
    pub fn files(&self) -> &dyn Files {
        &*self.files
    }

    /// Returns the contents of the files that were read, which diagnostics point into.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Returns who has the files of other revisions.
    pub(crate) fn revisions(&self) -> &'r dyn Revisions {
        revisions(self.repository)
    }
}

impl CommittedTree for Project<'_> {
    fn committed_tree(&self) -> Result<(&GitRepository, TreeId), NoTree> {
        let repository = self.repository.filter(|_| !self.is_case);
        let git = repository.ok_or(NoTree::Uncommitted("there is no repository"))?.git();
        let commit = self.head.commit().ok_or(NoTree::Uncommitted("no commits yet"))?;
        let tree = git.tree_of(commit).map_err(|_| NoTree::Unreadable)?;
        let is_committed = match self.head {
            Head::Commit { .. } => true,
            Head::WorkTree { .. } => git.work_tree_diff(Some(&tree)).is_ok_and(|changes| changes.is_empty()),
        };
        let uncommitted = NoTree::Uncommitted("files in the work tree are not committed");
        if is_committed { Ok((git, tree)) } else { Err(uncommitted) }
    }
}

impl std::fmt::Debug for Project<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Project")
            .field("head", &self.head)
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}
