//! The types of entries of trees.

/// Type of an entry of a tree.
///
/// [`ListedEntry`](crate::ListedEntry) has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryMode {
    /// A file.
    File,
    /// A file that can be executed.
    Executable,
    /// A symbolic link.
    Symlink,
    /// A submodule.
    Submodule,
    /// A directory.
    Directory,
}

impl EntryMode {
    /// Returns the mode as git writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "100644",
            Self::Executable => "100755",
            Self::Symlink => "120000",
            Self::Submodule => "160000",
            Self::Directory => "40000",
        }
    }
}
