//! Failures to do the work. What is wrong in the user's configuration is none of them: it is a diagnostic.

use crate::changes::ChangesError;
use nestling_files::files::ReadError;
use nestling_files::path::RepoPath;
use nestling_git::GitError;
use nestling_gitlab::diagnostic::Suggestion;
use nestling_gitlab::name::{EnvironmentName, UnitName};

/// A failure to read the repository, or a request that names what does not exist.
///
/// ```
/// use nestling::{MemoryFiles, PipelineFacts, Project};
///
/// let files = MemoryFiles::new([("nestling.yml", "workspace: {}")]);
/// let project = Project::of_files(&files, PipelineFacts::local(None, None, None))?;
/// let changes = project.changes()?;
/// let error = project.plan(changes).only(["api"]).run().unwrap_err();
/// assert_eq!(error.to_string(), "unknown unit `api`");
/// # Ok::<(), nestling::Error>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Git's objects or the work tree cannot be read.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The changes cannot be determined.
    #[error(transparent)]
    Changes(#[from] ChangesError),
    /// A file or a directory cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Two states were to be compared, and no base was found.
    #[error("nothing to compare with")]
    NoBase,
    /// A name or a glob of units matches none.
    #[error("unknown unit `{pattern}`")]
    UnknownUnit {
        /// The name or glob as it was given.
        pattern: String,
        /// The unit that was probably meant.
        near: Option<UnitName>,
    },
    /// The catalogue has no environment of this name.
    #[error("`{name}` is not in the environment catalogue")]
    UnknownEnvironment {
        /// The name as it was given.
        name: String,
        /// The environment that was probably meant.
        near: Option<EnvironmentName>,
    },
    /// A glob of units cannot be read.
    #[error("{0}")]
    UnitGlob(String),
    /// A file is not what the index of directories says.
    #[error("the index of directories has another `{path}` than the commit")]
    Index {
        /// The file.
        path: RepoPath,
    },
}

impl Error {
    /// Returns what to do about it, if that is known.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Git(error) => error.help(),
            Self::Changes(error) => error.help(),
            Self::NoBase => Some("set the base commit: `--base REV`".to_owned()),
            Self::UnknownUnit { near, .. } => {
                let suggestion = Suggestion::of(near.as_ref().map(UnitName::as_str));
                Some(suggestion.help_or("`nestling affected --all` lists the units"))
            }
            Self::UnknownEnvironment { near, .. } => {
                let suggestion = Suggestion::of(near.as_ref().map(EnvironmentName::as_str));
                Some(suggestion.help_or("`workspace: { environments: … }` lists them"))
            }
            // Behind a file that cannot be read may be an object that git lacks.
            Self::Read(error) => error.source.downcast_ref::<GitError>().and_then(GitError::help),
            Self::Index { .. } => Some(
                "remove `nestling` from the git directory, where somebody has changed it, or set `--index 0`"
                    .to_owned(),
            ),
            Self::UnitGlob(_) => None,
        }
    }
}
