//! Findings of what a workspace lacks: its file, its header, and units where links and submodules are.

use super::FILE_NAME;
use super::discover::workspaces;
use crate::workspace::idle_rules::GLOB_UNMATCHED;
use crate::workspace::rules::{LINK, WORKSPACE_MISSING};
use nestling_files::files::{Files, ReadError, Walk};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, Severity};

pub(super) fn no_workspace(files: &dyn Files) -> Result<Diagnostic, ReadError> {
    let message = format!(
        "no `{FILE_NAME}` with a `workspace:` header at the root of the repository, or above this directory"
    );
    let problem = Diagnostic::new(&WORKSPACE_MISSING, Severity::Error, message);
    if let Some(path) = spelled_otherwise(files)? {
        return Ok(problem.with_help(format!("rename `{path}` to `{FILE_NAME}`")));
    }
    let elsewhere = workspaces(files)?;
    Ok(problem.with_help(match elsewhere.first() {
        Some(directory) => format!("run it in a workspace, such as `-C {directory}`"),
        None => "`nestling init` writes one; it starts with `workspace:`".to_owned(),
    }))
}

/// Returns `true` for the name of a file that somebody may take for `nestling.yml`.
pub(crate) fn is_spelled_otherwise(name: &[u8]) -> bool {
    const SPELLINGS: [&str; 4] = [FILE_NAME, "nestling.yaml", ".nestling.yml", ".nestling.yaml"];
    name != FILE_NAME.as_bytes() && SPELLINGS.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

/// Finds such a file at the root.
fn spelled_otherwise(files: &dyn Files) -> Result<Option<RepoPath>, ReadError> {
    let mut found = None;
    files.walk(&mut |directory, entries| {
        let named = entries.iter().find(|entry| is_spelled_otherwise(&entry.name));
        found = named.map(|entry| directory.child(&entry.name));
        Walk::Skip
    })?;
    Ok(found)
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
