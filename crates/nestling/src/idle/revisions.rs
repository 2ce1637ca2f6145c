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
        if let Resolution::Unknown = repository.resolve(value)? {
            let message = format!("`since: {value}` is not a revision of this repository");
            let problem = Diagnostic::warning(&PIPELINES, *origin, message);
            problems.push(problem.with_note("a pipeline of this kind fails without it").with_help(
                "use a tag, a branch or a commit, and fetch it if necessary; `since: \"v*\"` is the nearest older tag",
            ));
        }
    }
    Ok(problems)
}
