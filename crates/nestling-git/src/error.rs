//! Errors of repositories, and the way out of each.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

/// A repository could not be opened or read.
///
/// ```
/// use nestling_git::{GitError, GitRepository, Trust};
/// # let directory = tempfile::tempdir()?;
///
/// let error = GitRepository::discover(directory.path(), &Trust::Owner).unwrap_err();
/// assert!(matches!(error, GitError::NotFound { .. }));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GitError {
    /// A directory is in no repository.
    #[error("`{}` is not in a git repository{}", path.display(), broken(dot_git.as_ref()))]
    NotFound {
        /// The directory.
        path: PathBuf,
        /// A `.git` above it that leads to no repository, and why.
        dot_git: Option<(PathBuf, String)>,
    },
    /// The repository belongs to another user, as in a container whose image is not run by root.
    #[error("the repository `{}` belongs to another user", path.display())]
    Owner {
        /// The root of the work tree, or the repository's own directory if it is bare.
        path: PathBuf,
    },
    /// The repository cannot be opened.
    #[error("the repository `{}` cannot be opened", path.display())]
    Open {
        /// Its path.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// A bare repository has no files on disk.
    #[error("the repository `{}` is bare and has no work tree", path.display())]
    Bare {
        /// Its path.
        path: PathBuf,
    },
    /// An object is not here: the clone is shallow or partial.
    #[error("the {what} `{id}` is not in this clone{}", unfetched(fetch.as_deref()))]
    Missing {
        /// Its type.
        what: &'static str,
        /// Its id.
        id: String,
        /// Reason why it could not be fetched; `None` where that was not tried.
        fetch: Option<Box<GitError>>,
    },
    /// A revision leads to a parent that a shallow clone lacks.
    #[error("the history of this clone ends before `{revision}`")]
    CutOff {
        /// The revision.
        revision: String,
    },
    /// A revision names an object that is not a commit.
    #[error("`{revision}` is a {what}, not a commit")]
    NotCommit {
        /// The revision.
        revision: String,
        /// Its type: `tree` or `blob`.
        what: &'static str,
    },
    /// An object is here, and its file is damaged.
    #[error("corrupt {form} object `{id}` (`{}`): {reason}", path.display())]
    Corrupt {
        /// `loose` or `packed`.
        form: &'static str,
        /// Its id.
        id: String,
        /// The file.
        path: PathBuf,
        /// The damage.
        reason: String,
    },
    /// An object is whole, and is not what it should be; or a reference is damaged.
    #[error("the {what} `{id}` cannot be read")]
    Malformed {
        /// The type that it should have.
        what: &'static str,
        /// Its id, or its name.
        id: String,
        /// The cause.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// Anything else cannot be read.
    #[error("the {what} cannot be read")]
    Read {
        /// A noun for it.
        what: &'static str,
        /// The cause.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The system's git could not be started.
    #[error("`git` cannot be run")]
    NoGit(#[source] std::io::Error),
    /// The system's git failed.
    #[error("`git {command}` failed: {message}")]
    Command {
        /// The command and its arguments.
        command: String,
        /// Its standard error, in one line.
        message: String,
    },
    /// The system's git took too long.
    #[error("`git {command}` took longer than {} seconds", after.as_secs())]
    TimedOut {
        /// The command and its arguments.
        command: String,
        /// Its time limit.
        after: Duration,
    },
}

impl GitError {
    /// Returns what to do about it, if that is known.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NotFound { dot_git: Some(_), .. } => Some(
                "repair it (`git worktree repair`, `git submodule update --init`), or clone again".to_owned(),
            ),
            Self::NotFound { .. } => Some(
                "run it inside a repository, or name one with `-C DIR`; in CI, the job needs a `GIT_STRATEGY` other \
                 than `none` and `empty`"
                    .to_owned(),
            ),
            Self::Owner { path } => Some(format!(
                "run `git config --global --add safe.directory {}`",
                shell_quoted(&path.display().to_string())
            )),
            Self::Bare { .. } => Some("name a commit with `--head`".to_owned()),
            Self::Missing { .. } => {
                Some("set `GIT_DEPTH: 0`, or fetch it first: `git fetch origin COMMIT`; a partial clone must reach its remote, without `--no-fetch` and `--no-run`".to_owned())
            }
            Self::CutOff { .. } => {
                Some("set `GIT_DEPTH: 0` for this job, or run `git fetch --unshallow`".to_owned())
            }
            Self::NotCommit { .. } => Some("use a commit, a branch, or a tag of a commit".to_owned()),
            Self::Open { .. } => Some(
                "correct what `git status` reports there, or clone again, in CI with `GIT_STRATEGY: clone`"
                    .to_owned(),
            ),
            Self::Corrupt { .. } | Self::Malformed { .. } => Some(
                "`git fsck` lists what is damaged; clone again, in CI with `GIT_STRATEGY: clone`".to_owned(),
            ),
            _ => None,
        }
    }

    pub(super) fn read(what: &'static str) -> impl FnOnce(git2::Error) -> Self {
        move |source| Self::Read { what, source: source.into() }
    }
}

fn broken(dot_git: Option<&(PathBuf, String)>) -> String {
    dot_git.map_or_else(String::new, |(path, why)| format!(": `{}` is broken: {why}", path.display()))
}

fn unfetched(fetch: Option<&GitError>) -> String {
    fetch.map_or_else(String::new, |error| format!(" and could not be fetched: {error}"))
}

fn shell_quoted(text: &str) -> String {
    if text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c)) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
