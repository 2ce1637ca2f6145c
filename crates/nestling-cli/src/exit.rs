//! The exit codes: a public table, the same for every command.

use nestling::GitError;
use std::process::ExitCode;

/// How a command ended. `docs/exit-codes.md` says the same in prose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The command did what it was asked.
    Done,
    /// The configuration or the pipeline has errors; nothing was written.
    Errors,
    /// The command line is wrong.
    Usage,
    /// The repository cannot be read.
    Repository,
    /// The output cannot be written.
    Output,
}

impl Exit {
    /// The number that the shell sees.
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

/// An error with the exit code that it means. `anyhow` carries the chain of causes.
#[derive(Debug)]
pub(crate) struct Failure {
    /// How the command ends.
    pub exit: Exit,
    /// What went wrong, with its causes.
    pub error: anyhow::Error,
    /// What to do about it.
    pub help: Option<String>,
}

impl Failure {
    /// The repository cannot be read. Where git is the cause, its way out is said.
    pub(crate) fn repository(error: impl Into<anyhow::Error>) -> Self {
        let error = error.into();
        let git = error.chain().find_map(|cause| cause.downcast_ref::<GitError>());
        let help = git.and_then(GitError::help);
        Self { exit: Exit::Repository, error, help }
    }

    /// Git's objects or its work tree cannot be read.
    pub(crate) fn git(error: GitError) -> Self {
        Self::repository(error)
    }

    /// The output cannot be written.
    pub(crate) fn output(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Output, error: error.into(), help: None }
    }

    /// The command line is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, error: anyhow::Error::msg(message.into()), help: None }
    }

    /// Says what to do.
    #[must_use]
    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Writing to a closed pipe (`nestling preview | head`) is no failure worth telling, but an end.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::output(error)
    }
}
