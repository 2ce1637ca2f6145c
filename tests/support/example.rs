//! The examples, each made a git repository as `examples/make-repository` makes it for people.

use super::{nestling, output, root};
use std::path::{Path, PathBuf};
use std::process::Command;

/// An example as a repository of its own, on its branch `feature`.
pub(crate) struct Example {
    folder: tempfile::TempDir,
    name: String,
}

/// The names of the examples.
pub(crate) fn names() -> Vec<String> {
    let folders = std::fs::read_dir(root().join("examples")).unwrap().map(Result::unwrap);
    let mut names: Vec<String> = folders
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(!names.is_empty());
    names
}

impl Example {
    /// Makes the repository.
    pub(crate) fn new(name: &str) -> Self {
        let example = Self { folder: tempfile::tempdir().unwrap(), name: name.to_owned() };
        output(
            Command::new("bash").arg(root().join("examples/make-repository")).arg(name).arg(example.path()),
        );
        example
    }

    /// Its path.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    /// The directory around it, for what does not belong into the repository.
    pub(crate) fn beside(&self) -> &Path {
        self.folder.path()
    }

    /// The commit that a revision names.
    pub(crate) fn commit(&self, revision: &str) -> String {
        output(Command::new("git").current_dir(self.path()).args(["rev-parse", revision])).trim().to_owned()
    }

    /// The child pipeline that `generate` writes with these options.
    pub(crate) fn generate(&self, options: &[&str]) -> String {
        output(nestling(&self.path()).args(["generate", "--head", "HEAD", "--output", "-"]).args(options))
    }
}
