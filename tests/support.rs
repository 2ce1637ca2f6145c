//! Helpers that tests share: the repository's root, installed tools, repositories to work on, and the built binary.

pub(crate) mod example;
pub(crate) mod judge;
pub(crate) mod large;
pub(crate) mod memory;
pub(crate) mod monorepo;
pub(crate) mod repository;
pub(crate) mod tool;
pub(crate) mod watching;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The root of Nestling's own repository.
pub(crate) fn root() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).canonicalize().unwrap()
}

/// A file of the project, by its path from the root.
pub(crate) fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A setting of the tests: `NESTLING_TEST_…` variables, `CI` and `PATH`.
#[expect(clippy::disallowed_methods, reason = "the library may not read the environment; tests may")]
pub(crate) fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The built `nestling`, in a directory. Of the environment it sees only where programs are, so that a test says the
/// same on a laptop and in a pipeline.
///
/// `NESTLING_TEST_BINARY` is another one to run, as one that is built as a release.
pub(crate) fn nestling(directory: &Path) -> Command {
    let built = env!("CARGO_BIN_EXE_nestling");
    let mut command = Command::new(setting("NESTLING_TEST_BINARY").as_deref().unwrap_or(built));
    command.current_dir(directory).env_clear().env("PATH", setting("PATH").unwrap_or_default());
    command
}

/// The files that git tracks, as paths from the root, with those that would be added.
pub(crate) fn tracked() -> Vec<PathBuf> {
    let mut git = Command::new("git");
    git.current_dir(root()).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = output(&mut git);
    let paths = listed.split('\0').filter(|path| !path.is_empty()).map(PathBuf::from);
    paths.filter(|path| root().join(path).is_file()).collect()
}

/// Runs a command that has to succeed, and gives what it printed.
pub(crate) fn output(command: &mut Command) -> String {
    let output = run(command);
    assert!(output.status.success(), "{command:?} ended with {}\n{}", output.status, said(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command to its end, however it ends.
pub(crate) fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Everything that a command said.
pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Compares a string with a file of expectations; with `NESTLING_TEST_UPDATE` set, writes the file.
pub(crate) fn expect_file(path: &Path, text: &str) -> Result<(), String> {
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if expected == text {
        return Ok(());
    }
    if setting("NESTLING_TEST_UPDATE").is_some() {
        std::fs::write(path, text).unwrap();
        return Ok(());
    }
    let shown = path.strip_prefix(root()).unwrap_or(path).display();
    Err(format!("{shown}\n--- expected\n{expected}--- found\n{text}---"))
}
