//! Reads the workspace of a project: at a head of a repository, or from files that are in none.

use super::workspace_from::WorkspaceFrom;
use super::{Error, Project};
use crate::changes::{self, ChangeRequest, FetchPolicy, Head, KnownComparison, PipelineFacts};
use crate::repository::Repository;
use crate::workspace::{self, Workspace};
use nestling_files::files::{Files, Links, Overlay};
use nestling_git::{CommitId, GitError};
use nestling_gitlab::diagnostic::{Sources, Suggestion, has_errors};
use nestling_gitlab::name::EnvironmentName;

impl<'r> Project<'r> {
    /// Reads the workspace at the head that the request names: the commit of the pipeline in a job of GitLab, the work tree
    /// elsewhere. Nothing is rendered yet.
    ///
    /// # Errors
    /// The repository cannot be read, or head is not in it. What is wrong *in* the workspace's files is among
    /// [`Project::diagnostics`].
    pub fn open(repository: &'r Repository, request: ChangeRequest) -> Result<Self, Error> {
        let head = changes::head(repository.git(), &request)?;
        let mut project = Self::at(repository, request, head)?;
        project.facts = changes::facts(repository.git(), &project.request)?;
        if let Some(name) =
            project.request.environment.as_deref().filter(|_| !has_errors(project.diagnostics()))
        {
            known_environment(project.workspace(), name)?;
        }
        Ok(project)
    }

    /// Reads a workspace from files that are in no repository, for a pipeline of these facts.
    ///
    /// ```
    /// use nestling::{MemoryFiles, PipelineFacts, Project};
    ///
    /// let files = MemoryFiles::new([
    ///     ("nestling.yml", "workspace: {}"),
    ///     ("api/nestling.yml", "unit: {}\n---\nbuild: { script: make }"),
    /// ]);
    /// let project = Project::of_files(&files, PipelineFacts::local(None, None, None))?;
    /// let changes = project.changes()?;
    /// let plan = project.plan(changes).run()?;
    /// assert_eq!(plan.pipeline.jobs[0].name.as_str(), "api:build");
    /// # Ok::<(), nestling::Error>(())
    /// ```
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn of_files(files: &'r dyn Files, facts: PipelineFacts) -> Result<Self, Error> {
        let sources = Sources::default();
        let loaded = workspace::load(files, &sources)?;
        Ok(Self {
            files: Box::new(files),
            repository: None,
            request: ChangeRequest::local(),
            head: Head::WorkTree { commit: None },
            loaded,
            facts,
            sources,
            workspace_from: None,
            protected: None,
            compared: KnownComparison::default(),
            is_case: false,
        })
    }

    /// Reads the workspace at a head that is known; the facts are those of no pipeline yet.
    pub(super) fn at(
        repository: &'r Repository,
        mut request: ChangeRequest,
        head: Head,
    ) -> Result<Self, Error> {
        request.fetch = match repository.fetch_timeout() {
            Some(timeout) => FetchPolicy::Allow { timeout },
            None => FetchPolicy::Forbid,
        };
        let workspace_from = WorkspaceFrom::read(repository, &request)?;
        let protected =
            workspace_from.as_ref().map(|from| files_at(repository, from.commit())).transpose()?;
        let mut files = head_files(repository, &head)?;
        if matches!(head, Head::WorkTree { .. }) && !request.unsaved.is_empty() {
            files = Box::new(Overlay::new(files, request.unsaved.iter().cloned()));
        }
        let sources = Sources::default();
        let root = match &workspace_from {
            Some(from) => from.root(),
            None => workspace::workspace_root(&*files, repository.position())?,
        };
        if let Some(from) = &workspace_from {
            files = from.in_place(files);
        }
        let mut loaded = workspace::load_with(&*files, &sources, &root, (&request.graphs, &request.vars))?;
        if loaded.workspace.file.is_some() {
            loaded.diagnostics.extend(workspace::given_problems(&loaded.workspace, &request.vars));
        }
        if let Some(from) = &workspace_from {
            from.apply(&mut loaded);
        }
        request.policies = loaded.workspace.policies.clone();
        let facts = PipelineFacts::local(None, None, None);
        let repository = Some(repository);
        Ok(Self {
            files,
            repository,
            request,
            head,
            loaded,
            facts,
            sources,
            workspace_from,
            protected,
            compared: KnownComparison::default(),
            is_case: false,
        })
    }
}

/// Refuses an environment that nothing could be deployed to.
fn known_environment(workspace: &Workspace, name: &str) -> Result<(), Error> {
    let catalogue = &workspace.environments;
    if catalogue.get(name).is_some() {
        return Ok(());
    }
    let near = Suggestion::among(name, catalogue.names()).word();
    let near = near.and_then(|near| EnvironmentName::parse(near).ok());
    Err(Error::UnknownEnvironment { name: name.to_owned(), near })
}

/// Returns the files of a commit.
pub(super) fn files_at<'r>(
    repository: &'r Repository,
    commit: &CommitId,
) -> Result<Box<dyn Files + 'r>, GitError> {
    Ok(Box::new(Links(repository.git().files_at(commit)?)))
}

/// Returns the files of a commit or of the work tree.
pub(super) fn head_files<'r>(
    repository: &'r Repository,
    head: &Head,
) -> Result<Box<dyn Files + 'r>, GitError> {
    Ok(match head {
        Head::Commit { commit, .. } => Box::new(Links(repository.git().files_at(commit)?)),
        Head::WorkTree { .. } => Box::new(Links(repository.git().work_tree()?)),
    })
}
