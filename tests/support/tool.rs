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
    /// The program with which `gitlab-ci-local` copies files.
    Rsync,
    /// Runs the scripts that draw and generate.
    Python,
    /// Counts instructions.
    Valgrind,
    /// Draws graphs.
    Graphviz,
    /// A browser.
    Chromium,
    /// The Node that drives the browser, with axe-core, which finds what shuts readers out.
    Playwright,
    /// The Node that the machine has, for the examples' services.
    Node,
    /// Runs npm packages.
    Npx,
    /// Runs Python packages; `pip` comes with the machine's Python.
    Uvx,
    /// Judges scripts of shells.
    Shellcheck,
    /// Judges Dockerfiles.
    Hadolint,
    /// The editor that starts the language server.
    Neovim,
    /// Builds and tests Go.
    Go,
    /// Deploys charts to Kubernetes.
    Helm,
    /// Deploys manifests to Kubernetes.
    Kubectl,
    /// Finds versions and writes changelogs.
    GitCliff,
    /// Makes Debian packages.
    DpkgDeb,
    /// Traces what a program reads. Linux alone has it.
    Strace,
    /// Runs a program in another root. Only root may.
    Chroot,
}

impl Tool {
    /// The command that starts it, or `None` where it does not exist.
    fn command(self) -> Option<Command> {
        match self {
            Self::Ruby => on_path("ruby"),
            Self::Rsync => on_path("rsync"),
            Self::Python => on_path("python3"),
            Self::Node => on_path("node"),
            Self::Npx => on_path("npx"),
            Self::Uvx => installed("venv/bin/uvx").map(Command::new),
            Self::Shellcheck => installed("venv/bin/shellcheck").map(Command::new),
            Self::Hadolint => installed("venv/bin/hadolint").map(Command::new),
            Self::Neovim => installed("venv/bin/nvim").map(Command::new),
            Self::Go => installed("venv/bin/go").map(Command::new),
            Self::Helm => installed("npm/kubernetes/helm/helm").map(Command::new),
            Self::Kubectl => installed("npm/kubernetes/kubectl/kubectl").map(Command::new),
            Self::GitCliff => installed("venv/bin/git-cliff").map(Command::new),
            Self::DpkgDeb => on_path("dpkg-deb"),
            Self::Chroot => is_root().then(|| on_path("chroot"))?,
            Self::Strace => on_path("strace"),
            Self::Valgrind => on_path("valgrind"),
            Self::Graphviz => on_path("dot"),
            Self::Chromium => on_path("chromium").or_else(|| on_path("chromium-browser")),
            Self::Playwright => {
                installed("npm/node_modules/playwright-core/index.mjs")?;
                installed("npm/node_modules/axe-core/axe.min.js")?;
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
        skip(&format!("{tool:?}"), test);
    }
    command
}

/// The command of a program that no installer brings; where it is missing, says that the test is skipped, in CI as well.
pub(crate) fn optional(program: &str, test: &str) -> Option<Command> {
    let command = on_path(program);
    if command.is_none() {
        let _ = writeln!(std::io::stderr(), "SKIPPED {test}: `{program}` is not there");
    }
    command
}

fn is_root() -> bool {
    run(Command::new("id").arg("-u")).stdout == b"0\n"
}

/// A directory that `tests/tools/install` made; `None`, and a message, where it could not.
pub(crate) fn need_directory(name: &str, test: &str) -> Option<PathBuf> {
    let directory = installed(name);
    if directory.is_none() {
        skip(&format!("`{name}`"), test);
    }
    directory
}

/// Says that a test is skipped.
///
/// # Panics
/// In CI.
pub(crate) fn skip(missing: &str, test: &str) {
    assert!(setting("CI").is_none(), "{missing} is missing: tests/run should have made it");
    // Written past the harness, which keeps what a passing test prints to itself.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {missing} is not there (tests/run makes it)");
}

fn on_path(program: &str) -> Option<Command> {
    let found = run(Command::new("sh").args(["-c", "command -v -- \"$0\"", program])).status.success();
    found.then(|| Command::new(program))
}

fn installed(path: &str) -> Option<PathBuf> {
    let path = root().join(".cache/tools").join(path);
    path.exists().then_some(path)
}
