//! Checks a commit out into a directory of its own, with the system's git: as git would, but for hooks and filters.

use super::command::{self, Git};
use super::{CommitId, GitError};
use std::path::Path;

/// Adds a work tree without a branch. In a partial clone, git fetches what it lacks.
pub(super) fn add(git: &Git, commit: &CommitId, directory: &Path) -> Result<(), GitError> {
    let id = commit.to_string();
    run(git, &["worktree", "add", "--quiet", "--detach"], directory, &[&id])
}

/// Removes a work tree that was added, with whatever was written there.
pub(super) fn remove(git: &Git, directory: &Path) -> Result<(), GitError> {
    run(git, &["worktree", "remove", "--force"], directory, &[])
}

fn run(git: &Git, arguments: &[&str], directory: &Path, more: &[&str]) -> Result<(), GitError> {
    let mut command = git.without_filters().command(arguments);
    command.arg(directory).args(more).env_remove("GIT_NO_LAZY_FETCH");
    let output = command.output().map_err(GitError::NoGit)?;
    if output.status.success() { Ok(()) } else { Err(command::failed(arguments, &output)) }
}
