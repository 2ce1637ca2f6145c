//! The start and the end of every command.

use crate::ci_env::ProcessEnvironment;
use crate::exit::{Exit, Failure};
use crate::io::Io;
use crate::options::{GlobalOptions, RunOptions};
use crate::session::Session;
use std::path::Path;

/// The surroundings of a command: the options of every command, the environment and the streams.
pub(crate) struct Invocation<'a> {
    pub global: &'a GlobalOptions,
    pub environment: &'a ProcessEnvironment,
    pub io: &'a mut Io,
}

impl<'a> Invocation<'a> {
    /// Returns the directory that relative paths start from.
    pub(crate) fn directory(&self) -> &'a Path {
        self.global.directory.as_deref().unwrap_or(Path::new("."))
    }

    /// Opens the repository for a run with these options.
    ///
    /// # Errors
    /// There is no repository, it cannot be read, or an option is wrong.
    pub(crate) fn open(&mut self, options: impl Into<RunOptions>) -> Result<Session, Failure> {
        let mut options: RunOptions = options.into();
        if let Some(file) = &mut options.changes_from
            && file.as_os_str() != "-"
        {
            *file = self.directory().join(&*file);
        }
        self.open_in(self.directory(), options)
    }

    /// As [`Self::open`], for the repository that another directory is in.
    pub(crate) fn open_in(&mut self, directory: &Path, options: RunOptions) -> Result<Session, Failure> {
        let options = RunOptions { directory: Some(directory.to_owned()), ..options };
        Session::open(&options, self.environment, self.io)
    }
}

/// Returns the exit code of a command that has reported all diagnostics.
pub(crate) fn ended(without_errors: bool) -> Exit {
    if without_errors { Exit::Done } else { Exit::Errors }
}
