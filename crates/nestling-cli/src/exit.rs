//! The exit codes: a public table, the same for every command.

use nestling::GitError;
use std::process::ExitCode;

/// Result of a command. `docs/exit-codes.md` documents the codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The command succeeded.
    Done,
    /// The configuration or the pipeline has errors; no pipeline was written.
    Errors,
    /// The command line is invalid.
    Usage,
    /// The repository cannot be read.
    Repository,
    /// The output cannot be written.
    Output,
}

impl Exit {
    /// Returns the exit code of the process.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Errors => 1,
            Self::Usage => 2,
            Self::Repository => 3,
            Self::Output => 4,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// An error with its exit code. `anyhow` carries the chain of causes.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// The error, with its causes.
    pub error: anyhow::Error,
    /// The way out.
    pub help: Option<String>,
}

impl Failure {
    /// Creates the failure to read the repository. If git is the cause, its help is kept.
    pub(crate) fn repository(error: impl Into<anyhow::Error>) -> Self {
        let error = error.into();
        let git = error.chain().find_map(|cause| cause.downcast_ref::<GitError>());
        let help = git.and_then(GitError::help);
        Self { exit: Exit::Repository, error, help }
    }

    /// Creates the failure to read git's objects or work tree.
    pub(crate) fn git(error: GitError) -> Self {
        Self::repository(error)
    }

    /// Creates the failure to write the output.
    pub(crate) fn output(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Output, error: error.into(), help: None }
    }

    /// Creates the error of an invalid command line.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, error: anyhow::Error::msg(message.into()), help: None }
    }

    /// Adds the way out.
    #[must_use]
    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A closed pipe (`nestling preview | head`) is among these; [`Io::is_closed`](crate::Io) recognizes it, as it is no failure.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::output(error)
    }
}
