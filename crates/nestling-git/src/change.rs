//! Paths that differ between two states of a repository.

use nestling_files::path::RepoPath;
use std::fmt;

/// A path that differs between two states of the repository. A renamed file is two of them: its old path is deleted,
/// its new one is added, since both sides matter to the owners of the directories.
///
/// ```
/// use nestling_files::path::RepoPath;
/// use nestling_git::{Change, Status};
///
/// // What `git mv old.rs new.rs` does.
/// let deleted = Change { path: RepoPath::parse("old.rs")?, status: Status::Deleted };
/// let added = Change { path: RepoPath::parse("new.rs")?, status: Status::Added };
/// assert_eq!(format!("{} {}", deleted.status.letter(), added.status.letter()), "D A");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The path: of a file, a symbolic link or a submodule.
    pub path: RepoPath,
    /// The difference.
    pub status: Status,
}

/// Difference of a path.
///
/// [`Change`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Not at base, but at head.
    Added,
    /// Other content, or executable on one side only; a submodule at another commit.
    Modified,
    /// At base, but not at head.
    Deleted,
    /// A file, a symbolic link and a submodule are different types.
    TypeChanged,
}

impl Status {
    /// Returns the letter that `git diff --name-status` writes.
    pub fn letter(self) -> char {
        match self {
            Self::Added => 'A',
            Self::Modified => 'M',
            Self::Deleted => 'D',
            Self::TypeChanged => 'T',
        }
    }

    /// Reads a letter that git writes. The unmerged and the broken count as modified.
    pub fn from_letter(letter: u8) -> Option<Self> {
        match letter {
            b'A' | b'C' => Some(Self::Added),
            b'M' | b'U' | b'X' | b'B' => Some(Self::Modified),
            b'D' => Some(Self::Deleted),
            b'T' => Some(Self::TypeChanged),
            _ => None,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Deleted => "deleted",
            Self::TypeChanged => "type changed",
        })
    }
}
