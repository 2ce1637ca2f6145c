//! Standard input, output and error, replaceable by tests.

use crate::ci_env::ProcessEnvironment;
use crate::exit::Failure;
use annotate_snippets::Renderer;
use clap::ValueEnum;
use nestling::view::{Paint, Screen};
use nestling_files::path::readable;
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

/// The three streams of a command, with their colors and width.
pub struct Io {
    stdin: Box<dyn Read>,
    stdout: Box<dyn Write>,
    stderr: Box<dyn Write>,
    terminals: [bool; 2],
    paint: [Paint; 2],
    columns: [usize; 2],
    /// `COLUMNS`, which takes precedence over the size of the terminal.
    fixed_columns: Option<usize>,
}

/// Returns a number with its noun: `1 job`, `2 jobs`.
pub(crate) fn counted(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

impl Io {
    /// Returns the streams of the process.
    pub fn of_process() -> Self {
        let terminals = [std::io::stdout().is_terminal(), std::io::stderr().is_terminal()];
        let stdout = std::io::BufWriter::new(std::io::stdout());
        Self::new(Box::new(std::io::stdin()), Box::new(stdout), Box::new(std::io::stderr()), terminals)
    }

    /// Creates streams; `terminals` is set for output and error that are terminals.
    pub fn new(
        stdin: Box<dyn Read>,
        stdout: Box<dyn Write>,
        stderr: Box<dyn Write>,
        terminals: [bool; 2],
    ) -> Self {
        Self {
            stdin,
            stdout,
            stderr,
            terminals,
            paint: [Paint::Plain; 2],
            columns: [Screen::UNLIMITED; 2],
            fixed_columns: None,
        }
    }

    /// Chooses color and width. Color: the flag, then `NO_COLOR`, then `CLICOLOR_FORCE` and `CLICOLOR=0`
    /// (<https://bixense.com/clicolors/>), then whether the stream is a terminal. GitLab's log shows color, so messages are
    /// colored there. Width: `COLUMNS`, then the terminal's; where there is no terminal nothing is shortened.
    pub(crate) fn set_up(&mut self, color: Color, environment: &ProcessEnvironment) {
        let forced = environment.get("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        let is_dumb = environment.get("TERM") == Some("dumb") || environment.get("CLICOLOR") == Some("0");
        let allowed = environment.get("NO_COLOR").is_none() && (forced || !is_dumb);
        let colored_by_default = [self.terminals[0], self.terminals[1] || environment.in_gitlab()];
        self.paint = colored_by_default.map(|by_default| match color {
            Color::Always => Paint::Ansi,
            Color::Never => Paint::Plain,
            Color::Auto if allowed && (by_default || forced) => Paint::Ansi,
            Color::Auto => Paint::Plain,
        });
        self.fixed_columns = environment.get("COLUMNS").and_then(|text| text.parse().ok());
        self.measure();
    }

    /// Measures the terminals again, and returns `true` if the width of standard output has changed.
    pub(crate) fn measure(&mut self) -> bool {
        let former = self.columns[0];
        let sizes = [
            terminal_size::terminal_size_of(std::io::stdout()),
            terminal_size::terminal_size_of(std::io::stderr()),
        ];
        for (index, size) in sizes.into_iter().enumerate() {
            let of_terminal = size.filter(|_| self.terminals[index]).map(|(width, _)| usize::from(width.0));
            // Nothing can be laid out in less than forty columns.
            let columns = self
                .fixed_columns
                .or(of_terminal)
                .map(|columns| if columns < 40 { Screen::COLUMNS } else { columns });
            // A terminal that does not say its width has eighty columns.
            let unknown = if self.terminals[index] { Screen::COLUMNS } else { Screen::UNLIMITED };
            self.columns[index] = columns.unwrap_or(unknown);
        }
        former != self.columns[0]
    }

    /// Returns the screen of standard output.
    pub(crate) fn data_screen(&self) -> Screen {
        Screen { paint: self.paint[0], columns: self.columns[0] }
    }

    /// Returns the screen of standard error.
    pub(crate) fn message_screen(&self) -> Screen {
        Screen { paint: self.paint[1], columns: self.columns[1] }
    }

    /// Clears the screen for a new drawing; draws a line where there is no terminal.
    pub(crate) fn redraw(&mut self) -> std::io::Result<()> {
        if self.terminals[0] {
            return self.data("\x1b[H\x1b[2J\x1b[3J");
        }
        let line = "─".repeat(self.columns[0].min(Screen::COLUMNS));
        self.data(format_args!("{line}\n"))
    }

    /// Returns `true` if standard output is a terminal.
    pub(crate) fn is_terminal(&self) -> bool {
        self.terminals[0]
    }

    /// Returns `true` if standard error is a terminal.
    pub(crate) fn is_watched(&self) -> bool {
        self.terminals[1]
    }

    /// Returns the renderer of diagnostics on standard error.
    pub(crate) fn renderer(&self) -> Renderer {
        match self.paint[1] {
            Paint::Ansi => Renderer::styled(),
            Paint::Plain => Renderer::plain(),
        }
    }

    /// Writes a result to standard output.
    pub(crate) fn data(&mut self, text: impl Display) -> std::io::Result<()> {
        write!(self.stdout, "{text}")?;
        self.stdout.flush()
    }

    /// Writes a result that a person reads to standard output.
    pub(crate) fn show(&mut self, text: impl Display) -> std::io::Result<()> {
        let text = text.to_string();
        self.data(readable(&text))
    }

    /// Writes a message to standard error. A closed standard error is no reason to stop.
    pub(crate) fn message(&mut self, text: impl Display) {
        let text = text.to_string();
        let _ = self.stderr.write_all(readable(&text).as_bytes()).and_then(|()| self.stderr.flush());
    }

    /// Reads all of standard input.
    pub(crate) fn read_stdin(&mut self) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.stdin.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Returns `true` if the reader of the output has closed it, as in `nestling preview | head`.
    pub(crate) fn is_closed(&self, failure: &Failure) -> bool {
        failure
            .error
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
    }
}
