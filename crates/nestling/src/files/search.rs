//! What to look for in all directories.

/// A search for the regular files of one name, in whatever directories they are.
#[derive(Debug, Clone, Copy)]
pub struct Search<'n> {
    /// The last component of their paths.
    pub name: &'n [u8],
    /// Directories with at most so many components are visited whether such a file is in them or not.
    pub depth: usize,
    /// Directories of this name are not entered, wherever they are.
    pub without: Option<&'n [u8]>,
}

impl<'n> Search<'n> {
    /// A search that visits the directories with such a file; others may be visited too.
    pub fn new(name: &'n [u8]) -> Self {
        Self { name, depth: 0, without: None }
    }

    /// Whether a directory of this name is passed by.
    pub fn leaves_out(&self, directory: &[u8]) -> bool {
        self.without.is_some_and(|name| name == directory)
    }
}
