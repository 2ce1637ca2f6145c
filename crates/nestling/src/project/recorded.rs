//! The pipelines of records, read again from their commits: the workspace as it was, for a pipeline of the same kind.

use super::Project;
use crate::changes::{ChangeRequest, CiVariables, PipelineFacts, PipelineKind, PipelineSource};
use nestling_git::CommitId;
use std::time::{Duration, Instant};

/// Commits that are looked at, and the time for all fetches.
const COMMITS: usize = 20;
const TIME: Duration = Duration::from_secs(30);

/// A pipeline as GitLab knows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecordedPipeline<'a> {
    pub(super) source: &'a str,
    pub(super) reference: &'a str,
    pub(super) tag: bool,
}

/// The commits of records, found in the clone or fetched, within limits.
pub(super) struct RecordedCommits<'p> {
    project: &'p Project<'p>,
    count: usize,
    start: Instant,
}

impl<'p> RecordedCommits<'p> {
    pub(super) fn new(project: &'p Project<'p>) -> Self {
        Self { project, count: 0, start: Instant::now() }
    }

    /// Finds the commit, and fetches it alone if the clone lacks it.
    pub(super) fn obtain(&mut self, text: &str) -> Result<CommitId, String> {
        let commit = CommitId::parse(text).ok_or_else(|| format!("`{text}` is not a commit"))?;
        let repository = self.project.repository.ok_or("there is no repository")?;
        let git = repository.git();
        self.count += 1;
        if self.count > COMMITS {
            return Err(format!("more than {COMMITS} commits would have to be read"));
        }
        let has = |error: nestling_git::GitError| error.to_string();
        if git.has(&commit).map_err(has)? {
            return Ok(commit);
        }
        let missing = || format!("commit {} is not in this clone", short(text));
        let limit = repository.fetch_timeout().ok_or_else(missing)?;
        let left = TIME.checked_sub(self.start.elapsed()).ok_or("no time left to fetch its commit")?;
        let fetched = git.fetch_commit(&commit, left.min(limit));
        match (git.has(&commit).map_err(has)?, fetched) {
            (true, _) => Ok(commit),
            (false, Err(error)) => Err(format!("commit {} cannot be fetched: {error}", short(text))),
            (false, Ok(())) => Err(missing()),
        }
    }
}

/// Opens the project at the commit of a pipeline, for that pipeline.
///
/// # Errors
/// Why it cannot be read, in words for a reason.
pub(super) fn open_at<'p>(
    project: &'p Project<'_>,
    commit: &CommitId,
    pipeline: RecordedPipeline<'_>,
) -> Result<Project<'p>, String> {
    let repository = project.repository.ok_or("there is no repository")?;
    let mut request = ChangeRequest::from_ci(&variables(project, commit, pipeline)?);
    request.workspace_from.clone_from(&project.request.workspace_from);
    request.graphs.clone_from(&project.request.graphs);
    request.vars.clone_from(&project.request.vars);
    Project::open(repository, request).map_err(|error| unreadable(commit, &error))
}

/// Returns the facts of a pipeline, as far as its record has them.
///
/// # Errors
/// Its reference is not that of a merge request, and its source is.
pub(super) fn facts_at(
    project: &Project<'_>,
    commit: &CommitId,
    pipeline: RecordedPipeline<'_>,
) -> Result<PipelineFacts, String> {
    Ok(PipelineFacts::from_variables(&variables(project, commit, pipeline)?))
}

/// Returns the reason why a commit does not count that cannot be read.
pub(super) fn unreadable(commit: &CommitId, error: &super::Error) -> String {
    format!("commit {} cannot be read: {error}", commit.short())
}

/// Returns the variables of a pipeline that GitLab has reported. Those of a merge request's branches are not among them:
/// rules that ask for them are undecided then, and the job has no fingerprint.
fn variables(
    project: &Project<'_>,
    commit: &CommitId,
    pipeline: RecordedPipeline<'_>,
) -> Result<CiVariables, String> {
    let RecordedPipeline { source, reference, tag } = pipeline;
    let mut variables = vec![
        ("GITLAB_CI", "true".to_owned()),
        ("CI_COMMIT_SHA", commit.to_string()),
        ("CI_PIPELINE_SOURCE", source.to_owned()),
    ];
    let named = [
        ("CI_DEFAULT_BRANCH", project.facts.default_branch.as_deref()),
        ("CI_CONFIG_PATH", project.request.variables.get("CI_CONFIG_PATH")),
    ];
    variables.extend(named.into_iter().filter_map(|(name, value)| Some((name, value?.to_owned()))));
    let is_merge_request = source == PipelineSource::MergeRequestEvent.as_str();
    if is_merge_request {
        let iid = reference.strip_prefix("refs/merge-requests/").and_then(|rest| rest.split('/').next());
        let iid = iid.ok_or_else(|| format!("`{reference}` is not a reference of a merge request"))?;
        variables.push(("CI_MERGE_REQUEST_IID", iid.to_owned()));
    } else if tag {
        variables.push(("CI_COMMIT_TAG", reference.to_owned()));
    } else {
        variables.push(("CI_COMMIT_BRANCH", reference.to_owned()));
    }
    let variables: CiVariables = variables.into_iter().collect();
    let kind = PipelineFacts::from_variables(&variables).kind;
    debug_assert_eq!(kind == PipelineKind::MergeRequest, is_merge_request, "the variables agree");
    Ok(variables)
}

/// Returns the beginning of the id of a commit.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..8).unwrap_or(commit)
}
