//! Finding and opening a repository: with libgit2, and where that does not know its kind, with the system's git.

use super::bounded;
use super::cat_file::{self, CatFile};
use super::command::{self, Git, Owner};
use super::git_cli::GitCli;
use super::libgit2::Libgit2;
use super::own_directories::common_directory;
use super::store::ObjectStore;
use super::{GitError, GitRepository};
use git2::RepositoryOpenFlags;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

/// Owners whose repositories are read. Git refuses those of other users, since their configuration can run programs
/// (<https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory>); what is read here never runs any.
///
/// ```
/// use nestling_git::Trust;
///
/// // In a job of GitLab the runner has made the clone, often as another user than that of the container.
/// let trust = std::env::var_os("CI_PROJECT_DIR").map_or(Trust::Owner, |directory| Trust::Directory(directory.into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// The user's own, and those that git's `safe.directory` names.
    Owner,
    /// Also those in this directory, no matter who owns them: `CI_PROJECT_DIR`, which the runner itself has checked out.
    Directory(PathBuf),
}

impl GitRepository {
    /// Opens the repository whose root is `directory`: a work tree, a linked work tree, or a bare repository.
    ///
    /// # Errors
    /// There is none, it belongs to another user, or it cannot be opened.
    pub fn open(directory: &Path, trust: &Trust) -> Result<Self, GitError> {
        open_at(directory, Start::At, directory, trust)
    }

    /// Opens the repository that `directory` is in.
    ///
    /// # Errors
    /// As [`GitRepository::open`].
    pub fn discover(directory: &Path, trust: &Trust) -> Result<Self, GitError> {
        let dot_git =
            directory.ancestors().map(|directory| directory.join(".git")).find(|path| path.exists());
        match &dot_git {
            Some(dot_git) if dot_git.is_dir() => check(&dot_git.join("commondir"), bounded::SMALL)?,
            Some(dot_git) => check(dot_git, bounded::SMALL)?,
            None => {}
        }
        let git_dir = git2::Repository::discover_path(directory, std::iter::empty::<&Path>())
            .map_err(|_| not_found(directory, dot_git.as_deref()))?;
        open_at(&git_dir, Start::Below, directory, trust)
    }

    /// Opens with the system's git what libgit2 could open as well: the two must say the same.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn open_by_system(directory: &Path, trust: &Trust) -> Result<Self, GitError> {
        Ok(read_by_git(command::discover(directory, owner(trust, directory))?))
    }
}

/// Says of a directory that it is in no repository, and of a `.git` above it why that leads to none.
fn not_found(directory: &Path, dot_git: Option<&Path>) -> GitError {
    let why = |dot_git: &Path| {
        let written = fs::read_to_string(dot_git).unwrap_or_default();
        match written.trim().strip_prefix("gitdir:").map(str::trim) {
            Some(target) => format!("it names `{target}`, which does not exist or has no `HEAD`"),
            None if dot_git.is_dir() => "it has no `HEAD`, or an invalid one".to_owned(),
            None => "it is not a directory, and does not start with `gitdir:`".to_owned(),
        }
    };
    let dot_git = dot_git.map(|dot_git| (dot_git.to_owned(), why(dot_git)));
    GitError::NotFound { path: directory.to_owned(), dot_git }
}

/// Path of a directory in its repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// At its root.
    At,
    /// At its root, or anywhere below.
    Below,
}

/// Opens the repository of a directory with libgit2, or with git. `path` is what messages name.
fn open_at(path: &Path, start: Start, directory: &Path, trust: &Trust) -> Result<GitRepository, GitError> {
    match open_by_libgit2(path, start, directory, owner(trust, directory)) {
        Err(error @ GitError::Open { .. }) => open_by_git(directory, trust, error),
        opened => opened,
    }
}

/// Opens a repository of a kind that libgit2 does not know. The first error is returned if git cannot open it either.
fn open_by_git(directory: &Path, trust: &Trust, error: GitError) -> Result<GitRepository, GitError> {
    match command::discover(directory, owner(trust, directory)) {
        Ok(git) => Ok(read_by_git(git)),
        Err(refused @ GitError::Owner { .. }) => Err(refused),
        Err(_) => Err(error),
    }
}

fn read_by_git(git: Git) -> GitRepository {
    let objects = CatFile::new(git.clone(), cat_file::TIME_LIMIT);
    GitRepository::new(Box::new(objects), Box::new(GitCli::new(git.clone())), git)
}

fn owner(trust: &Trust, directory: &Path) -> Owner {
    match trust {
        Trust::Directory(trusted) if is_within(directory, trusted) => Owner::Anyone,
        _ => Owner::User,
    }
}

/// libgit2's check of owners is one flag for all threads: anyone who turns it off opens alone, and only what it trusts.
static OWNER_CHECK: RwLock<()> = RwLock::new(());

/// Opens with git's check of the owner, or without it.
fn open_checked(directory: &Path, start: Start, owner: Owner) -> Result<git2::Repository, git2::Error> {
    // A git directory can be anywhere (`git clone --separate-git-dir`), and does not know its work tree: so it is found from
    // the work tree, whose `.git` leads to it.
    let flags = match start {
        Start::At => RepositoryOpenFlags::NO_SEARCH,
        Start::Below => RepositoryOpenFlags::CROSS_FS,
    };
    let open = || git2::Repository::open_ext(directory, flags, std::iter::empty::<&Path>());
    if owner == Owner::User {
        let _checked = OWNER_CHECK.read().unwrap_or_else(PoisonError::into_inner);
        return open();
    }
    let _alone = OWNER_CHECK.write().unwrap_or_else(PoisonError::into_inner);
    verify_owner(false)?;
    let opened = open();
    verify_owner(true)?;
    opened
}

fn is_within(directory: &Path, trusted: &Path) -> bool {
    match (directory.canonicalize(), trusted.canonicalize()) {
        (Ok(directory), Ok(trusted)) => directory.starts_with(trusted),
        _ => false,
    }
}

#[expect(unsafe_code, reason = "libgit2 has no safe way to trust one directory of another user")]
fn verify_owner(verify: bool) -> Result<(), git2::Error> {
    // SAFETY: the call writes one flag of libgit2 that is only read while a repository is opened, and `OWNER_CHECK` is held
    // for writing: no other thread opens one in this moment.
    unsafe { git2::opts::set_verify_owner_validation(verify) }
}

fn open_by_libgit2(
    path: &Path,
    start: Start,
    directory: &Path,
    owner: Owner,
) -> Result<GitRepository, GitError> {
    refuse_oversized(path)?;
    let repository = open_checked(directory, start, owner).map_err(|error| match error.code() {
        git2::ErrorCode::NotFound => {
            let dot_git = path.exists().then(|| (path.to_owned(), error.message().to_owned()));
            GitError::NotFound { path: directory.to_owned(), dot_git }
        }
        git2::ErrorCode::Owner => GitError::Owner { path: work_tree_of(path) },
        _ => GitError::Open { path: path.to_owned(), source: error.into() },
    })?;
    let git = Git::new(repository.path(), repository.workdir());
    let failed = |error: git2::Error| GitError::Open { path: path.to_owned(), source: error.into() };
    let libgit2 = Libgit2::new(repository).map_err(failed)?;
    let objects = ObjectStore::new(libgit2.objects_dir(), git.clone());
    Ok(GitRepository::new(Box::new(objects), Box::new(libgit2), git))
}

/// Refuses a git directory with files that libgit2 would read as a whole, and that fill the memory.
fn refuse_oversized(path: &Path) -> Result<(), GitError> {
    let beside = path.join(".git");
    let git_dir = if beside.is_dir() { &beside } else { path };
    let common = common_directory(git_dir);
    for (name, most) in [
        ("HEAD", bounded::SMALL),
        ("commondir", bounded::SMALL),
        ("gitdir", bounded::SMALL),
        ("config", bounded::TEXT),
        ("config.worktree", bounded::TEXT),
        ("packed-refs", bounded::REFERENCES),
    ] {
        check(&git_dir.join(name), most)?;
        if let Some(common) = &common {
            check(&common.join(name), most)?;
        }
    }
    Ok(())
}

fn check(file: &Path, most: u64) -> Result<(), GitError> {
    // Not an error that lets the system's git try: it would read the file as well.
    bounded::check_if_there(file, most).map_err(|error| GitError::Malformed {
        what: "file",
        id: file.display().to_string(),
        source: error.into(),
    })
}

/// The path that `safe.directory` wants: that of the work tree.
fn work_tree_of(path: &Path) -> PathBuf {
    match (path.file_name(), path.parent()) {
        (Some(name), Some(parent)) if name == ".git" => parent.to_owned(),
        _ => path.to_owned(),
    }
}
