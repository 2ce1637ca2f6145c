//! Programs that judge the output. `tests/tools/install` installs them; a test that needs one asks for it, and skips
//! itself, saying so, where it is missing. In CI nothing is skipped.

use super::{root, run, setting};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

/// A program that tests need beside Rust and git.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    /// The reader that GitLab reads YAML with.
    Ruby,
    /// GitLab's JSON schema.
    CheckJsonschema,
    /// Runs pipelines in a shell, without a server.
    GitlabCiLocal,
    /// What `gitlab-ci-local` copies files with.
    Rsync,
    /// Runs the scripts that draw and generate.
    Python,
    /// Counts instructions.
    Valgrind,
    /// Draws graphs.
    Graphviz,
    /// A browser.
    Chromium,
    /// The Node that drives the browser.
    Playwright,
    /// The Node that the machine has, for the examples' services.
    Node,
}

impl Tool {
    /// The command that starts it, or `None` where it is not there.
    fn command(self) -> Option<Command> {
        match self {
            Self::Ruby => on_path("ruby"),
            Self::Rsync => on_path("rsync"),
            Self::Python => on_path("python3"),
            Self::Node => on_path("node"),
            Self::Valgrind => on_path("valgrind"),
            Self::Graphviz => on_path("dot"),
            Self::Chromium => on_path("chromium").or_else(|| on_path("chromium-browser")),
            Self::Playwright => {
                installed("npm/node_modules/playwright-core/index.mjs")?;
                installed("npm/node_modules/.bin/node").map(Command::new)
            }
            Self::CheckJsonschema => installed("venv/bin/check-jsonschema").map(Command::new),
            Self::GitlabCiLocal => {
                // It needs a newer Node than most machines have, so one comes with it.
                let script = installed("npm/node_modules/gitlab-ci-local/dist/index.js")?;
                let node = installed("npm/node_modules/.bin/node")?;
                let mut command = Command::new(node);
                command.arg(script);
                Some(command)
            }
        }
    }
}

/// The command that starts a tool; where it is missing, says that the test is skipped and gives `None`.
///
/// # Panics
/// Where it is missing in CI.
pub(crate) fn need(tool: Tool, test: &str) -> Option<Command> {
    let command = tool.command();
    if command.is_none() {
        assert!(setting("CI").is_none(), "{tool:?} is missing: tests/tools/install should have installed it");
        // Written past the harness, which keeps what a passing test prints to itself.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED {test}: {tool:?} is not installed (tests/tools/install does it)"
        );
    }
    command
}

fn on_path(program: &str) -> Option<Command> {
    let found = run(Command::new("sh").args(["-c", "command -v -- \"$0\"", program])).status.success();
    found.then(|| Command::new(program))
}

fn installed(path: &str) -> Option<PathBuf> {
    let path = root().join(".cache/tools").join(path);
    path.exists().then_some(path)
}
