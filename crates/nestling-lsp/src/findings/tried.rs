//! Checks of states that are only tried, such as that of the files after a rename.

use super::{
    Checked, FindAssemblies, Memos, UnitJobs, check_file, check_project, repository_of, with_project,
};
use crate::documents::Documents;
use nestling::CheckMemo;
use nestling::ide::all_jobs;
use nestling_gitlab::diagnostic::{Diagnostic, Severity};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A workspace in a state that is only tried.
pub(crate) struct TriedWorkspace {
    pub checked: Checked,
    pub jobs: UnitJobs,
    /// Set if what the workspace's files say of units has an error: of some, not everything is known.
    pub unread: Option<UnreadFiles>,
}

/// The files of a workspace that have an error in what they say of units.
pub(crate) struct UnreadFiles {
    pub files: BTreeSet<PathBuf>,
    /// The first error, with its place.
    pub error: String,
    /// Set if an error has no place in a file.
    pub is_without_place: bool,
}

/// Checks a workspace in a state that is only tried, and plans its jobs.
///
/// # Errors
/// The state cannot be checked, with the reason.
pub(crate) fn try_workspace(
    documents: &Documents,
    workspace: &Path,
    assemblies: &FindAssemblies<'_>,
    memos: &Memos,
) -> Result<TriedWorkspace, String> {
    let memo = memos.0.get(workspace).map(CheckMemo::fork).unwrap_or_default();
    let repository = repository_of(workspace).map_err(|error| error.to_string())?;
    let tried = with_project(
        documents,
        repository.as_ref(),
        workspace,
        assemblies,
        |project, changes, assemblies, root| {
            let jobs = all_jobs(project, changes.clone(), assemblies)?;
            let jobs = UnitJobs { jobs, sources: project.sources().clone() };
            let checked = check_project(project, changes, assemblies, &memo, documents, (root, workspace))?;
            let unread = unread(project.diagnostics(), &checked);
            Ok(TriedWorkspace { checked, jobs, unread })
        },
    );
    tried.map_err(|error| error.to_string())
}

fn unread(problems: &[Diagnostic], checked: &Checked) -> Option<UnreadFiles> {
    let errors: Vec<&Diagnostic> =
        problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
    let first = errors.first()?;
    let place = first.origin().map(|origin| format!(" ({})", checked.sources.place(origin)));
    let labels = errors.iter().flat_map(|problem| &problem.labels);
    Some(UnreadFiles {
        files: labels.map(|label| checked.root.join(checked.sources.path(label.origin.file))).collect(),
        error: format!("{}{}", first.message, place.unwrap_or_default()),
        is_without_place: errors.iter().any(|problem| problem.labels.is_empty()),
    })
}

/// Checks a plain file in a state that is only tried.
pub(crate) fn try_file(documents: &Documents, path: &Path) -> Option<Checked> {
    let repository = repository_of(path.parent()?).ok().flatten();
    let text = documents.text(path)?;
    Some(check_file(documents, repository.as_ref(), path, &text))
}
