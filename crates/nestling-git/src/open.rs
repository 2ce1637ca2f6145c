//! Finding and opening a repository: with libgit2, and where that does not know its kind, with the system's git.

use super::cat_file::{self, CatFile};
use super::command::{self, Git, Owner};
use super::git_cli::GitCli;
use super::libgit2::Libgit2;
use super::store::ObjectStore;
use super::{GitError, Repository};
use std::path::{Path, PathBuf};

/// Whose repositories are read. Git refuses those of other users, since their configuration can run programs
/// (<https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory>); what is read here never runs any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// The user's own, and those that git's `safe.directory` names.
    Owner,
    /// Also those in this directory, whoever owns them: `CI_PROJECT_DIR`, which the runner itself has checked out.
    Directory(PathBuf),
}

impl Repository {
    /// Opens the repository whose root is `directory`: a work tree, a linked work tree, or a bare repository.
    ///
    /// # Errors
    /// There is none, it belongs to another user, or it cannot be opened.
    pub fn open(directory: &Path, trust: &Trust) -> Result<Self, GitError> {
        let open = || git2::Repository::open(directory);
        let opened = opened(directory, trusting(trust, directory, open));
        opened.or_else(|error| by_system(directory, trust, error))
    }

    /// Opens the repository that `directory` is in.
    ///
    /// # Errors
    /// As [`Repository::open`].
    pub fn discover(directory: &Path, trust: &Trust) -> Result<Self, GitError> {
        let found = git2::Repository::discover_path(directory, std::iter::empty::<&Path>())
            .map_err(|_| GitError::NotFound { path: directory.to_owned() })?;
        let open = || git2::Repository::open(&found);
        let opened = opened(&found, trusting(trust, directory, open));
        opened.or_else(|error| by_system(directory, trust, error))
    }

    /// Opens with the system's git what libgit2 could open as well: the two must say the same.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn open_by_system(directory: &Path, trust: &Trust) -> Result<Self, GitError> {
        Ok(read_by_git(command::discover(directory, owner(trust, directory))?))
    }
}

/// Opens a repository of a kind that libgit2 does not know. The first error stands if git cannot open it either.
fn by_system(directory: &Path, trust: &Trust, error: GitError) -> Result<Repository, GitError> {
    if !matches!(error, GitError::Open { .. }) {
        return Err(error);
    }
    match command::discover(directory, owner(trust, directory)) {
        Ok(git) => Ok(read_by_git(git)),
        Err(refused @ GitError::Owner { .. }) => Err(refused),
        Err(_) => Err(error),
    }
}

fn read_by_git(git: Git) -> Repository {
    let objects = CatFile::new(git.clone(), cat_file::TIME_LIMIT);
    Repository::new(Box::new(objects), Box::new(GitCli::new(git.clone())), git)
}

fn owner(trust: &Trust, directory: &Path) -> Owner {
    match trust {
        Trust::Directory(trusted) if is_within(directory, trusted) => Owner::Anyone,
        _ => Owner::User,
    }
}

/// Opens with git's check of the owner, or without it in the directory that is trusted.
fn trusting(
    trust: &Trust,
    directory: &Path,
    open: impl FnOnce() -> Result<git2::Repository, git2::Error>,
) -> Result<git2::Repository, git2::Error> {
    match trust {
        Trust::Directory(trusted) if is_within(directory, trusted) => {
            verify_owner(false)?;
            let opened = open();
            verify_owner(true)?;
            opened
        }
        _ => open(),
    }
}

fn is_within(directory: &Path, trusted: &Path) -> bool {
    match (directory.canonicalize(), trusted.canonicalize()) {
        (Ok(directory), Ok(trusted)) => directory.starts_with(trusted),
        _ => false,
    }
}

#[expect(unsafe_code, reason = "libgit2 has no safe way to trust one directory of another user")]
fn verify_owner(verify: bool) -> Result<(), git2::Error> {
    // SAFETY: the call writes one flag of libgit2 that is only read while a repository is opened. A thread that
    // opens another one in this moment may skip its check too, which gives it files that it could read anyway.
    unsafe { git2::opts::set_verify_owner_validation(verify) }
}

fn opened(path: &Path, repository: Result<git2::Repository, git2::Error>) -> Result<Repository, GitError> {
    let repository = repository.map_err(|error| match error.code() {
        git2::ErrorCode::NotFound => GitError::NotFound { path: path.to_owned() },
        git2::ErrorCode::Owner => GitError::Owner { path: work_tree_of(path) },
        _ => GitError::Open { path: path.to_owned(), source: error.into() },
    })?;
    let git = Git::new(repository.path(), repository.workdir());
    let failed = |error: git2::Error| GitError::Open { path: path.to_owned(), source: error.into() };
    let libgit2 = Libgit2::new(repository).map_err(failed)?;
    let objects = ObjectStore::new(libgit2.objects_dir(), git.clone());
    Ok(Repository::new(Box::new(objects), Box::new(libgit2), git))
}

/// The path that `safe.directory` wants: that of the work tree.
fn work_tree_of(path: &Path) -> PathBuf {
    match (path.file_name(), path.parent()) {
        (Some(name), Some(parent)) if name == ".git" => parent.to_owned(),
        _ => path.to_owned(),
    }
}
