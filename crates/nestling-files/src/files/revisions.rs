//! Files of other revisions, and of other repositories.

use super::Files;
use std::error::Error;
use std::fmt;

/// A revision of this repository, or of another one already on disk.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision {
    /// Path of the other repository from this one's root; `None` for this one.
    pub repository: Option<String>,
    /// The revision there: a branch, a tag, a commit.
    pub revision: String,
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.repository {
            Some(repository) => write!(f, "{repository}@{}", self.revision),
            None => f.write_str(&self.revision),
        }
    }
}

/// The files of a revision cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    /// The repository has no such revision.
    #[error("unknown revision `{0}`")]
    Unknown(String),
    /// Several references have this name, and point to different commits. None of them is chosen: anyone who may push a tag would
    /// decide.
    #[error("`{revision}` is ambiguous: it names `{}`", references.join("` and `"))]
    Ambiguous {
        /// The revision as it is written.
        revision: String,
        /// The full names of the references.
        references: Vec<String>,
    },
    /// The repository cannot be read.
    #[error(transparent)]
    Unreadable(Box<dyn Error + Send + Sync>),
}

/// Gives the files of other revisions, for templates that a protected branch owns.
pub trait Revisions {
    /// Returns the files of a revision.
    ///
    /// # Errors
    /// The repository or the revision does not exist here, or cannot be read.
    fn files_of(&self, revision: &Revision) -> Result<Box<dyn Files + '_>, RevisionError>;
}

/// No other revision: for files that are in no repository.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoRevisions;

impl Revisions for NoRevisions {
    fn files_of(&self, _: &Revision) -> Result<Box<dyn Files + '_>, RevisionError> {
        Err(RevisionError::Unreadable("not a git repository".into()))
    }
}
