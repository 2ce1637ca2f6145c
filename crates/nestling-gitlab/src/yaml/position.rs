//! Positions in a string that is parsed, before their file is known.

use crate::diagnostic::{FileId, Origin};

/// A position in the parsed text: line and column from 1, and the number of characters (0: unknown).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column in characters.
    pub column: u32,
    /// The number of characters.
    pub width: u32,
}

impl Position {
    /// Returns the origin of a position in a file that is parsed as it is.
    pub(super) fn in_file(self, file: FileId) -> Origin {
        Origin::span(file, self.line, self.column, self.width)
    }
}
