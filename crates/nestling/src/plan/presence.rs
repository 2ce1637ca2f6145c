//! Jobs that GitLab creates from the plan's pipeline: decided once, for needs, checks and views.

use crate::changes::{ChangeSet, Extent, PipelineKind, PipelineSource, Provenance};
use nestling_files::files::{EntryKind, Files, ReadError, Walk};
use nestling_files::path::RepoPath;
use nestling_gitlab::facts::PipelineFacts;
use nestling_gitlab::pipeline::known::KnownVariables;
use nestling_gitlab::pipeline::presence::{Changed, Creation, JobPresence, Tree, presences};
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::yaml::Node;

/// Everything that is known when GitLab creates the child pipeline.
#[derive(Debug, Clone)]
pub(crate) struct ChildCreation {
    variables: KnownVariables,
    changed: KnownChanges,
    /// The files at head in byte order, where a rule asks for them.
    tree: Option<Vec<RepoPath>>,
}

/// The paths that `rules:changes` compares with in the child.
#[derive(Debug, Clone)]
enum KnownChanges {
    Paths(Vec<RepoPath>),
    Everything,
    Unknown,
}

impl ChildCreation {
    /// Collects what is known of the child of a pipeline with these facts.
    ///
    /// # Errors
    /// A directory cannot be listed. Directories are listed only where a job has `exists`.
    pub(crate) fn new(
        facts: &PipelineFacts,
        changes: &ChangeSet,
        pipeline: &Pipeline,
        files: &dyn Files,
    ) -> Result<Self, ReadError> {
        let asks_for_files = pipeline.jobs.iter().any(has_exists);
        let tree = if asks_for_files { Some(tree(files)?) } else { None };
        Ok(Self { variables: KnownVariables::of_child(facts), changed: known_changes(facts, changes), tree })
    }

    /// Returns the presence of each job, in their order.
    pub(crate) fn presences(&self, pipeline: &Pipeline) -> Vec<JobPresence> {
        let creation = self.creation();
        // The emitter writes `workflow:rules` into every child pipeline.
        presences(pipeline, &creation.moment(true))
    }

    /// Returns the presence of a job that is not in the pipeline yet.
    pub(crate) fn presence(&self, job: &Job) -> JobPresence {
        let creation = self.creation();
        JobPresence::of(job.name.as_str(), &job.body, &creation.moment(true))
    }

    fn creation(&self) -> Creation<'_> {
        let tree = match &self.tree {
            Some(files) => Tree::Files(files),
            None => Tree::Unknown,
        };
        let changed = match &self.changed {
            KnownChanges::Paths(paths) => Changed::Paths(paths),
            KnownChanges::Everything => Changed::Everything,
            KnownChanges::Unknown => Changed::Unknown,
        };
        Creation::of(&self.variables).with_tree(tree).with_changes(changed)
    }
}

/// Returns the paths that GitLab compares with, as far as they are known.
///
/// A child is compared as its parent is: a merge request by its whole difference, a push by that to the commit before. Where
/// GitLab has nothing to compare with, every `changes` holds
/// (<https://docs.gitlab.com/ci/yaml/#ruleschanges>).
fn known_changes(facts: &PipelineFacts, changes: &ChangeSet) -> KnownChanges {
    let is_compared = facts.kind == PipelineKind::MergeRequest;
    let has_no_push = matches!(facts.source, PipelineSource::Schedule | PipelineSource::Web);
    if facts.kind == PipelineKind::Tag || (has_no_push && !is_compared) {
        return KnownChanges::Everything;
    }
    let (Extent::Paths(paths), Some(base)) = (&changes.extent, &changes.base) else {
        return KnownChanges::Unknown;
    };
    // What a person compares with is not what GitLab does.
    let is_gitlabs = match &base.found {
        Provenance::Variable("CI_COMMIT_BEFORE_SHA") => true,
        Provenance::Variable(_) | Provenance::MergeBase { .. } => is_compared,
        Provenance::Given { .. }
        | Provenance::Since { .. }
        | Provenance::Recorded { .. }
        | Provenance::CheckedOut => false,
    };
    if !is_gitlabs {
        return KnownChanges::Unknown;
    }
    KnownChanges::Paths(paths.iter().map(|change| change.path.clone()).collect())
}

pub(crate) fn has_exists(job: &Job) -> bool {
    let rules = job.body.get("rules").and_then(Node::as_seq).unwrap_or_default();
    rules.iter().any(|rule| rule.get("exists").is_some())
}

/// Returns every file of the repository, in byte order.
fn tree(files: &dyn Files) -> Result<Vec<RepoPath>, ReadError> {
    let mut paths = Vec::new();
    files.walk(&mut |directory, entries| {
        // A link is a file to git, and so to GitLab.
        let is_file = |kind: EntryKind| matches!(kind, EntryKind::File | EntryKind::Symlink);
        let found = entries.iter().filter(|entry| is_file(entry.kind));
        paths.extend(found.map(|entry| directory.child(&entry.name)));
        Walk::Descend
    })?;
    paths.sort_unstable();
    Ok(paths)
}
