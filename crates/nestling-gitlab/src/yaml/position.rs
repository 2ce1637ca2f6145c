//! Places in a text that is parsed, before it is known which file they belong to.

/// A place in the parsed text: line and column from 1, and how many characters of that line are meant (0: unknown).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column in characters.
    pub column: u32,
    /// How many characters.
    pub width: u32,
}
