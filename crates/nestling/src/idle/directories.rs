//! Template directories that do not exist.

use crate::workspace::idle_rules::GLOB_UNMATCHED;
use crate::workspace::rules::TEMPLATE_SOURCE;
use crate::workspace::{TemplateDirectory, is_directory, revision_help};
use nestling_files::files::{Files, ReadError, Revisions, resolve_links};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Diagnostic;

/// Warns of each, unless it is among the findings that are reported already.
pub(super) fn missing(
    files: &dyn Files,
    revisions: &dyn Revisions,
    directories: &[TemplateDirectory],
    reported: &[Diagnostic],
) -> Result<Vec<Diagnostic>, ReadError> {
    let mut problems = Vec::new();
    for directory in directories {
        let exists = match &directory.revision {
            None => has_directory(files, &directory.path)?,
            Some(revision) => match revisions.files_of(revision) {
                Ok(files) => has_directory(&*files, &directory.path)?,
                Err(error) => {
                    // A unit that looked for a template there has made it an error.
                    let is_reported = |problem: &Diagnostic| {
                        problem.rule == &TEMPLATE_SOURCE && problem.origin() == Some(directory.origin)
                    };
                    if reported.iter().any(is_reported) {
                        continue;
                    }
                    let message = format!("templates cannot be read from `{revision}`: {error}");
                    let problem = Diagnostic::warning(&GLOB_UNMATCHED, directory.origin, message);
                    problems.push(problem.with_help(revision_help(revision, &error)));
                    continue;
                }
            },
        };
        if !exists {
            let message = format!("template directory `{}` does not exist", directory.path.to_directory());
            let problem = Diagnostic::warning(&GLOB_UNMATCHED, directory.origin, message);
            problems.push(problem.with_help(
                "create it, or correct the path, which is relative to the root of the repository",
            ));
        }
    }
    Ok(problems)
}

/// Returns `true` if a directory is there, through links or not.
fn has_directory(files: &dyn Files, path: &RepoPath) -> Result<bool, ReadError> {
    // One that cannot be followed is reported with the template that is looked for in it.
    let Ok(resolved) = resolve_links(files, path)? else { return Ok(true) };
    is_directory(files, &resolved.path)
}
