//! Findings of what a workspace lacks: its file, its header, and units where links and submodules are.

use super::FILE_NAME;
use super::discover::workspaces;
use crate::workspace::idle_rules::GLOB_UNMATCHED;
use crate::workspace::rules::{LINK, WORKSPACE_MISSING};
use nestling_files::files::{Files, ReadError};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, Severity};

pub(super) fn no_workspace(files: &dyn Files) -> Result<Diagnostic, ReadError> {
    let message = format!(
        "no `{FILE_NAME}` with a `workspace:` header at the root of the repository, or above this directory"
    );
    let problem = Diagnostic::new(&WORKSPACE_MISSING, Severity::Error, message);
    let elsewhere = workspaces(files)?;
    Ok(problem.with_help(match elsewhere.first() {
        Some(directory) => format!("run it in a workspace, such as `-C {directory}`"),
        None => "`nestling init` writes one; it starts with `workspace:`".to_owned(),
    }))
}

pub(super) fn broken_link(message: String) -> Diagnostic {
    Diagnostic::new(&LINK, Severity::Error, message).with_help(
        "a link must point to a path that git tracks in this repository: correct the link, or remove it",
    )
}

pub(super) fn submodule(path: &RepoPath) -> Diagnostic {
    let message = format!("`{path}` is a submodule and cannot be a unit");
    Diagnostic::new(&GLOB_UNMATCHED, Severity::Warning, message)
        .with_help("make the directory that uses it a unit, with the submodule's path in `changes`")
}

pub(super) fn no_header(file: FileId) -> Diagnostic {
    Diagnostic::error(
        &WORKSPACE_MISSING,
        Origin::file(file),
        "the root's `nestling.yml` has no `workspace:` header",
    )
    .with_help("start the file with `workspace: {}` and a line `---` before the jobs")
}
