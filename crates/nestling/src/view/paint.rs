//! Color, or none. The words carry the meaning, color only makes them easier to find.

use std::fmt::Display;

/// The use of color in a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// Plain text.
    Plain,
    /// ANSI escapes.
    Ansi,
}

impl Paint {
    /// Names that a reader looks for first.
    pub fn bold(self, text: impl Display) -> String {
        self.escape("1", text)
    }

    /// Details that a reader may skip.
    pub fn dim(self, text: impl Display) -> String {
        self.escape("2", text)
    }

    /// Environments.
    pub fn green(self, text: impl Display) -> String {
        self.escape("32", text)
    }

    /// Removed lines and jobs.
    pub fn red(self, text: impl Display) -> String {
        self.escape("31", text)
    }

    /// Manual jobs and warnings.
    pub fn yellow(self, text: impl Display) -> String {
        self.escape("33", text)
    }

    /// Stages.
    pub fn cyan(self, text: impl Display) -> String {
        self.escape("36", text)
    }

    fn escape(self, code: &str, text: impl Display) -> String {
        match self {
            Self::Plain => text.to_string(),
            Self::Ansi => format!("\x1b[{code}m{text}\x1b[0m"),
        }
    }
}

/// The terminal or log that a view is drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// Color, or none.
    pub paint: Paint,
    /// The number of columns.
    pub columns: usize,
}

impl Screen {
    /// Eighty columns, which every terminal has.
    pub const COLUMNS: usize = 80;

    /// The columns of a log, a pipe or a file, where nothing is shortened.
    pub const UNLIMITED: usize = u32::MAX as usize;

    /// Eighty columns of plain text.
    pub const PLAIN: Self = Self { paint: Paint::Plain, columns: Self::COLUMNS };
}
