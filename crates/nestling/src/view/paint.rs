//! Color, or none. Words carry the meaning; color only helps to find them.

use std::fmt::Display;

/// Whether a view may use color.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// Plain text.
    Plain,
    /// ANSI escapes.
    Ansi,
}

impl Paint {
    /// What a reader looks for first.
    pub fn bold(self, text: impl Display) -> String {
        self.escape("1", text)
    }

    /// What a reader may pass over.
    pub fn dim(self, text: impl Display) -> String {
        self.escape("2", text)
    }

    /// Environments.
    pub fn green(self, text: impl Display) -> String {
        self.escape("32", text)
    }

    /// What goes away.
    pub fn red(self, text: impl Display) -> String {
        self.escape("31", text)
    }

    /// What waits for a person.
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

/// What a view is drawn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// Whether it shows color.
    pub paint: Paint,
    /// How many characters fit on a line.
    pub columns: usize,
}

impl Screen {
    /// Eighty columns: what every terminal and GitLab's log have room for.
    pub const COLUMNS: usize = 80;

    /// Eighty columns of plain text.
    pub const PLAIN: Self = Self { paint: Paint::Plain, columns: Self::COLUMNS };
}
