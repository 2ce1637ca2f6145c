//! Revisions that `pipelines` compares with, and that the repository does not have.

use crate::workspace::Workspace;
use crate::workspace::rules::PIPELINES;
use nestling_git::{CommitId, GitError, GitRepository, Resolution};
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::yaml::Located;

/// Warns of each such name. A clone that is not whole may lack what the pipeline's has, so that it is no error.
///
/// # Errors
/// The repository cannot be read.
pub(crate) fn unknown_revisions(
    workspace: &Workspace,
    repository: &GitRepository,
) -> Result<Vec<Diagnostic>, GitError> {
    let mut problems = Vec::new();
    for Located { value, origin } in &workspace.since {
        // A glob of tags, which may be yet to come, or the id of a commit that can be fetched.
        if value.contains(['*', '?', '[', '{']) || CommitId::parse(value).is_some() {
            continue;
        }
        let why = match repository.resolve(value) {
            Ok(Resolution::Unknown) => "is not a revision of this repository",
            Err(GitError::CutOff { .. }) => "is before the history of this shallow clone",
            Err(GitError::NotCommit { .. }) => "is not a commit",
            Ok(_) => continue,
            Err(error) => return Err(error),
        };
        let problem = Diagnostic::warning(&PIPELINES, *origin, format!("`since: {value}` {why}"));
        problems.push(problem.with_note("a pipeline of this kind fails without it").with_help(
            "use a tag, a branch or a commit, and fetch it if necessary; `since: \"v*\"` is the nearest older tag",
        ));
    }
    Ok(problems)
}
