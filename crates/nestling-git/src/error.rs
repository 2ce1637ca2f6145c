//! What can go wrong with a repository, and the way out.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

/// A repository could not be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// No repository there.
    #[error("`{}` is in no git repository", path.display())]
    NotFound {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// It belongs to another user, as in a container whose image is not run by root.
    #[error("the repository `{}` belongs to another user", path.display())]
    Owner {
        /// The root of the work tree, or the repository's own directory if it is bare.
        path: PathBuf,
    },
    /// It is there and cannot be opened.
    #[error("the repository `{}` cannot be opened", path.display())]
    Open {
        /// Where it is.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// A bare repository has no files on disk.
    #[error("the repository `{}` is bare: there is no work tree to look at", path.display())]
    Bare {
        /// Where it is.
        path: PathBuf,
    },
    /// An object is not here: the clone is shallow or partial.
    #[error("the {what} `{id}` is not in this clone{}", unfetched(fetch.as_deref()))]
    Missing {
        /// Its type.
        what: &'static str,
        /// Its id.
        id: String,
        /// Why it could not be fetched; `None` where that was not tried.
        fetch: Option<Box<GitError>>,
    },
    /// An object is here, and its file is damaged.
    #[error("corrupt {form} object `{id}` (`{}`): {reason}", path.display())]
    Corrupt {
        /// Where it is: `loose` or `packed`.
        form: &'static str,
        /// Its id.
        id: String,
        /// The file.
        path: PathBuf,
        /// The damage.
        reason: String,
    },
    /// An object is whole, and is not what it should be.
    #[error("the {what} `{id}` cannot be read")]
    Malformed {
        /// What it should be.
        what: &'static str,
        /// Its id.
        id: String,
        /// Why it is not.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// Anything else that was to be read.
    #[error("the {what} cannot be read")]
    Read {
        /// What it is.
        what: &'static str,
        /// Why.
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
        /// What it said.
        message: String,
    },
    /// The system's git took too long.
    #[error("`git {command}` did not end within {} seconds", after.as_secs())]
    TimedOut {
        /// The command and its arguments.
        command: String,
        /// How long it was given.
        after: Duration,
    },
}

impl GitError {
    /// What to do about it, if that is known.
    pub fn help(&self) -> Option<String> {
        match self {
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
                Some("set `GIT_DEPTH: 0`, or fetch it before: `git fetch origin COMMIT`".to_owned())
            }
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

fn unfetched(fetch: Option<&GitError>) -> String {
    fetch.map_or_else(String::new, |error| format!(" and could not be fetched: {error}"))
}

fn shell_quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
