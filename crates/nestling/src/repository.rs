//! The repository as a program opens it: where it is, and whether commits that it lacks may be fetched.

use nestling_files::files::{Files, Links, NoRevisions, Revisions};
use nestling_files::path::RepoPath;
use nestling_git::{CommitId, GitError, Trust};
use std::path::Path;
use std::time::Duration;

/// A git repository that is open for reading.
///
/// ```no_run
/// use nestling::Repository;
/// use std::time::Duration;
///
/// let repository = Repository::discover(".")?.fetching(Duration::from_secs(60));
/// # Ok::<(), nestling::Error>(())
/// ```
#[derive(Debug)]
pub struct Repository {
    git: nestling_git::GitRepository,
    fetch_timeout: Option<Duration>,
    /// The directory that it was discovered from.
    position: RepoPath,
}

impl Repository {
    /// Opens the repository that a directory is in, if it belongs to the user who runs the program.
    ///
    /// # Errors
    /// There is no repository, it cannot be read, or it belongs to another user.
    pub fn discover(directory: impl AsRef<Path>) -> Result<Self, GitError> {
        Self::discover_trusting(directory, &Trust::Owner)
    }

    /// Opens the repository that a directory is in, even that of another user if `trust` allows it: in a container of a CI job
    /// the clone often belongs to another user.
    ///
    /// # Errors
    /// There is no repository, it cannot be read, or it is not trusted.
    pub fn discover_trusting(directory: impl AsRef<Path>, trust: &Trust) -> Result<Self, GitError> {
        let directory = directory.as_ref();
        let mut repository = Self::from(nestling_git::GitRepository::discover(directory, trust)?);
        repository.position = repository.position_of(directory).unwrap_or_default();
        Ok(repository)
    }

    /// Allows that what the clone lacks is fetched from its remote, with this much time for each fetch: a base commit in a
    /// shallow clone, trees and files in a partial one. Without it, a program never uses the network.
    #[must_use]
    pub fn fetching(self, timeout: Duration) -> Self {
        Self { git: self.git.fetching(timeout), fetch_timeout: Some(timeout), position: self.position }
    }

    /// Remembers what is found in the directories of commits in files of the git directory, so that the next run reads those alone
    /// that are new, as [`nestling_git::GitRepository::indexed`] says. Plans are the same with and without it.
    #[must_use]
    pub fn indexed(self) -> Self {
        Self { git: self.git.indexed(), ..self }
    }

    /// Returns the root of the work tree; `None` for a bare repository.
    pub fn root(&self) -> Option<&Path> {
        self.git.work_dir()
    }

    /// Returns the repository as the crate `nestling-git` knows it: objects, references, differences.
    pub fn git(&self) -> &nestling_git::GitRepository {
        &self.git
    }

    /// As [`Repository::git`], for a program that caches what is on disk.
    pub fn git_mut(&mut self) -> &mut nestling_git::GitRepository {
        &mut self.git
    }

    /// Returns the directory that it was discovered from, from its root. The workspace is that of this directory.
    pub(crate) fn position(&self) -> &RepoPath {
        &self.position
    }

    fn position_of(&self, directory: &Path) -> Option<RepoPath> {
        let directory = directory.canonicalize().ok()?;
        let root = self.root()?.canonicalize().ok()?;
        RepoPath::parse(directory.strip_prefix(root).ok()?.as_os_str().as_encoded_bytes()).ok()
    }

    /// Returns how long a fetch may take; `None` where fetching is not allowed.
    pub(crate) fn fetch_timeout(&self) -> Option<Duration> {
        self.fetch_timeout
    }
}

impl From<nestling_git::GitRepository> for Repository {
    fn from(git: nestling_git::GitRepository) -> Self {
        Self { git, fetch_timeout: None, position: RepoPath::root() }
    }
}

/// Returns who has the files of other revisions: the repository, or nobody where there is none.
pub(crate) fn revisions(repository: Option<&Repository>) -> &dyn Revisions {
    match repository {
        Some(repository) => repository.git(),
        None => &NoRevisions,
    }
}

/// Returns the files of a commit, or `None` where they cannot be had: what compares with them selects more then.
pub(crate) fn files_at<'r>(
    repository: Option<&'r Repository>,
    commit: &CommitId,
) -> Option<Box<dyn Files + 'r>> {
    let files = repository?.git().files_at(commit).ok()?;
    Some(Box::new(Links(files)))
}
