//! Standard input, output and error, replaceable by tests.

use crate::ci_env::ProcessEnvironment;
use crate::exit::Failure;
use annotate_snippets::Renderer;
use clap::ValueEnum;
use nestling::view::{Paint, Screen};
use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal, Read, Write};

/// When to use color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The three streams of a command, and whether they may be colored.
pub struct Io {
    stdin: Box<dyn Read>,
    stdout: Box<dyn Write>,
    stderr: Box<dyn Write>,
    terminals: [bool; 2],
    paint: [Paint; 2],
    columns: usize,
}

/// A number with its word.
pub(crate) fn counted(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

impl Io {
    /// The streams of the process.
    pub fn of_process() -> Self {
        let terminals = [std::io::stdout().is_terminal(), std::io::stderr().is_terminal()];
        let stdout = std::io::BufWriter::new(std::io::stdout());
        Self::new(Box::new(std::io::stdin()), Box::new(stdout), Box::new(std::io::stderr()), terminals)
    }

    /// Other streams, with whether output and error are terminals.
    pub fn new(
        stdin: Box<dyn Read>,
        stdout: Box<dyn Write>,
        stderr: Box<dyn Write>,
        terminals: [bool; 2],
    ) -> Self {
        Self { stdin, stdout, stderr, terminals, paint: [Paint::Plain; 2], columns: Screen::COLUMNS }
    }

    /// Decides on color and width. Color: what the flag says, then `NO_COLOR`, then `CLICOLOR_FORCE` and `CLICOLOR=0`
    /// (<https://bixense.com/clicolors/>), then whether a person is looking. GitLab's log shows color, so talk is
    /// colored there. Width: `COLUMNS`, then the terminal's, then eighty.
    pub(crate) fn set_up(&mut self, color: Color, environment: &ProcessEnvironment) {
        let is = |name: &str, value: &str| environment.get(name) == Some(value);
        let forced = environment.get("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        let allowed = forced || !(is("TERM", "dumb") || is("CLICOLOR", "0"));
        let allowed = allowed && environment.get("NO_COLOR").is_none();
        let watched = [self.terminals[0], self.terminals[1] || environment.in_gitlab()];
        self.paint = watched.map(|watched| match color {
            Color::Always => Paint::Ansi,
            Color::Never => Paint::Plain,
            Color::Auto if allowed && (watched || forced) => Paint::Ansi,
            Color::Auto => Paint::Plain,
        });
        let terminal = || {
            let size = terminal_size::terminal_size().filter(|_| self.terminals[0]);
            size.map(|(width, _)| usize::from(width.0))
        };
        let said = environment.get("COLUMNS").and_then(|text| text.parse().ok());
        self.columns = said.or_else(terminal).filter(|it| *it >= 40).unwrap_or(Screen::COLUMNS);
    }

    /// What standard output is drawn on.
    pub(crate) fn screen_of_data(&self) -> Screen {
        Screen { paint: self.paint[0], columns: self.columns }
    }

    /// What standard error is drawn on.
    pub(crate) fn screen_of_talk(&self) -> Screen {
        Screen { paint: self.paint[1], columns: self.columns }
    }

    /// Starts a new drawing in the place of the last one.
    pub(crate) fn redraw(&mut self) -> std::io::Result<()> {
        if self.terminals[0] {
            return self.data("\x1b[H\x1b[2J\x1b[3J");
        }
        let line = "─".repeat(self.columns);
        self.data(format_args!("{line}\n"))
    }

    /// Whether a person watches standard error.
    pub(crate) fn is_watched(&self) -> bool {
        self.terminals[1]
    }

    /// How diagnostics are drawn on standard error.
    pub(crate) fn renderer(&self) -> Renderer {
        match self.paint[1] {
            Paint::Ansi => Renderer::styled(),
            Paint::Plain => Renderer::plain(),
        }
    }

    /// Writes data to standard output.
    pub(crate) fn data(&mut self, text: impl Display) -> std::io::Result<()> {
        write!(self.stdout, "{text}")?;
        self.stdout.flush()
    }

    /// Says something on standard error. That it cannot be said is no reason to stop.
    pub(crate) fn talk(&mut self, text: impl Display) {
        let _ = write!(self.stderr, "{text}").and_then(|()| self.stderr.flush());
    }

    /// All of standard input.
    pub(crate) fn read_stdin(&mut self) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.stdin.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Whether a failure is only that the reader of the output has gone, as in `nestling preview | head`.
    pub(crate) fn is_closed(&self, failure: &Failure) -> bool {
        failure
            .error
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
    }
}
