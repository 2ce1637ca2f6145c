//! Standard input, output and error, replaceable by tests.

use crate::args::Color;
use crate::ci_env::Environment;
use crate::exit::Failure;
use annotate_snippets::Renderer;
use nestling::view::Paint;
use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal, Read, Write};

/// The three streams of a command, and whether they may be colored.
pub struct Io {
    stdin: Box<dyn Read>,
    stdout: Box<dyn Write>,
    stderr: Box<dyn Write>,
    terminals: [bool; 2],
    paint: [Paint; 2],
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
        Self { stdin, stdout, stderr, terminals, paint: [Paint::Plain; 2] }
    }

    /// Decides on color: what the flag says, then `NO_COLOR`, then whether a person is looking. GitLab's log shows
    /// color, so talk is colored there.
    pub(crate) fn set_color(&mut self, color: Color, environment: &Environment) {
        let allowed = environment.get("NO_COLOR").is_none() && environment.get("TERM") != Some("dumb");
        let watched = [self.terminals[0], self.terminals[1] || environment.in_gitlab()];
        self.paint = watched.map(|watched| match color {
            Color::Always => Paint::Ansi,
            Color::Never => Paint::Plain,
            Color::Auto if allowed && watched => Paint::Ansi,
            Color::Auto => Paint::Plain,
        });
    }

    /// Color on standard output.
    pub(crate) fn paint_data(&self) -> Paint {
        self.paint[0]
    }

    /// Color on standard error.
    pub(crate) fn paint_talk(&self) -> Paint {
        self.paint[1]
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
