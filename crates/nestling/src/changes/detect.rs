//! From a pipeline's variables and a person's options to the change set.

use super::base;
use super::find::{Found, Search};
use super::given::parse_given;
use super::given_files::settle;
use super::known::KnownComparison;
use super::reason::AmbiguousRevision;
use super::request::{ChangeRequest, ChangesError, OnUnknownBase, Scope};
use super::{
    Base, ChangeSet, Everything, Extent, Head, Nothing, PipelineFacts, Policy, Provenance, UnknownBase,
};
use nestling_files::path::RepoPath;
use nestling_git::{Change, CommitId, GitError, GitRepository, Resolution, Status};
use std::collections::BTreeSet;

/// The facts of the pipeline that is asked about: those of the variables, or of the branch that is checked out,
/// seen as what `--as` says.
///
/// # Errors
/// The repository cannot be read.
pub(crate) fn facts(
    repository: &GitRepository,
    request: &ChangeRequest,
) -> Result<PipelineFacts, ChangesError> {
    let mut facts = if request.variables.is_gitlab() {
        PipelineFacts::from_variables(&request.variables)
    } else {
        let sha = repository.head()?.map(|commit| commit.to_string());
        PipelineFacts::local(repository.current_branch(), None, sha)
    };
    if facts.default_branch.is_none() {
        facts.default_branch = request.default_branch.clone();
    }
    if facts.default_branch.is_none() {
        facts.default_branch = default_branch(repository)?;
    }
    facts.only_environment = request.environment.clone();
    Ok(match &request.simulate {
        Some(simulated) => facts.seen_as(simulated),
        None => facts,
    })
}

/// The branch that the clone says is the default one, else the first of the customary names that it has.
fn default_branch(repository: &GitRepository) -> Result<Option<String>, ChangesError> {
    if let Some(branch) = repository.default_branch() {
        return Ok(Some(branch));
    }
    for branch in ["main", "master"] {
        if repository.branch(branch)?.is_some() {
            return Ok(Some(branch.to_owned()));
        }
    }
    // Before the first commit, the branch that it will be on.
    if repository.head()?.is_none() { Ok(repository.current_branch()) } else { Ok(None) }
}

/// Finds what changed up to this head, for a pipeline of these facts. Files are never written; a commit may be fetched,
/// if the request allows it.
///
/// # Errors
/// The repository or the list of changed paths cannot be read. An unknown base is not an error, unless the request asks for that.
pub(crate) fn detect(
    repository: &GitRepository,
    request: &ChangeRequest,
    facts: &PipelineFacts,
    head: Head,
    known: &KnownComparison,
) -> Result<ChangeSet, ChangesError> {
    let default_branch = facts.default_branch.as_deref();
    let search = Search { repository, request, default_branch, head: &head, known: Some(known) };
    let mut unknown_paths = Vec::new();
    let (base, extent) = if let Some(list) = &request.given {
        let base = named_base(&search)?;
        let settled = settle(repository, &head, base.as_ref(), parse_given(list)?)?;
        unknown_paths = settled.unknown;
        (base, Extent::Paths(settled.changes))
    } else if request.scope == Scope::All {
        (named_base(&search)?, Extent::Everything(Everything::Asked))
    } else {
        compared(&search, facts)?
    };
    let history = repository.history(head.commit());
    Ok(ChangeSet { base, head, extent, history, unknown_paths, workspace_from: None, recorded: None })
}

/// The commit to compare head with, if records decide that and not the policy.
pub(crate) enum Against {
    /// This commit.
    Commit(CommitId, Provenance),
    /// The merge base with the default branch.
    MergeBase,
    /// Nothing, for this reason.
    Nothing(Everything),
}

/// Finds what changed as [`detect`] does, compared with something else.
///
/// # Errors
/// As [`detect`].
pub(crate) fn detect_against(
    repository: &GitRepository,
    request: &ChangeRequest,
    facts: &PipelineFacts,
    head: Head,
    against: Against,
) -> Result<ChangeSet, ChangesError> {
    let default_branch = facts.default_branch.as_deref();
    let search = Search { repository, request, default_branch, head: &head, known: None };
    let (base, extent) = match against {
        Against::Commit(commit, found) => {
            let found = search.obtain(commit, found);
            finish(&search, found)?
        }
        Against::MergeBase => finish(&search, search.merge_base())?,
        Against::Nothing(everything) => (None, Extent::Everything(everything)),
    };
    let history = repository.history(head.commit());
    let unknown_paths = Vec::new();
    Ok(ChangeSet { base, head, extent, history, unknown_paths, workspace_from: None, recorded: None })
}

/// Adds the paths that commits in between changed and that are again as they were, and returns them.
pub(crate) fn add_restored(changes: &mut Vec<Change>, between: BTreeSet<RepoPath>) -> BTreeSet<RepoPath> {
    let differing: BTreeSet<&RepoPath> = changes.iter().map(|change| &change.path).collect();
    let restored: BTreeSet<RepoPath> = between.into_iter().filter(|path| !differing.contains(path)).collect();
    let modified = |path: &RepoPath| Change { path: path.clone(), status: Status::Modified };
    changes.extend(restored.iter().map(modified));
    changes.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    restored
}

/// Returns what is checked out, unless something else is named. In CI it is the pipeline's commit, never the files on disk:
/// the runner may have left them as an older job did.
///
/// The workspace is read here, and its policies say what to compare with: so head comes before [`detect`].
///
/// # Errors
/// The repository cannot be read, or head does not exist.
pub(crate) fn head(repository: &GitRepository, request: &ChangeRequest) -> Result<Head, ChangesError> {
    let (revision, found) = match (&request.head, request.variables.get("CI_COMMIT_SHA")) {
        (Some(revision), _) => {
            (revision.as_str(), Provenance::Given { option: "--head", revision: revision.clone() })
        }
        (None, Some(sha)) => (sha, Provenance::Variable("CI_COMMIT_SHA")),
        (None, None) if repository.work_dir().is_some() => {
            return Ok(Head::WorkTree { commit: repository.head()? });
        }
        (None, None) => ("HEAD", Provenance::CheckedOut),
    };
    match repository.resolve(revision)? {
        Resolution::Commit(commit) if repository.has(&commit)? => Ok(Head::Commit { commit, found }),
        Resolution::Commit(commit) if repository.tree_of(&commit).is_ok() => {
            Err(ChangesError::IncompleteHead { revision: revision.to_owned(), named_by: found })
        }
        Resolution::Commit(_) | Resolution::Unknown => {
            Err(ChangesError::Head { revision: revision.to_owned(), named_by: found })
        }
        Resolution::Ambiguous(references) => Err(ChangesError::Ambiguous(AmbiguousRevision {
            revision: revision.to_owned(),
            named_by: found,
            references,
        })),
    }
}

/// Base as a person named it, where it does not decide what counts as changed.
fn named_base(search: &Search<'_>) -> Result<Option<Base>, ChangesError> {
    match &search.request.base {
        Some(revision) => match search.named(revision, given_base(revision))? {
            Ok(base) => Ok(Some(base)),
            Err(UnknownBase::Ambiguous(ambiguous)) => Err(ChangesError::Ambiguous(ambiguous)),
            Err(why) => Err(ChangesError::UnknownBase(why)),
        },
        None => Ok(None),
    }
}

fn given_base(revision: &str) -> Provenance {
    Provenance::Given { option: "--base", revision: revision.to_owned() }
}

fn compared(search: &Search<'_>, facts: &PipelineFacts) -> Result<(Option<Base>, Extent), ChangesError> {
    let request = search.request;
    let occasion = facts.occasion();
    let found = match (&request.base, request.policies.get(occasion)) {
        (Some(revision), _) => search.named(revision, given_base(revision)),
        (None, Policy::All) => return Ok((None, Extent::Everything(Everything::Policy(occasion)))),
        (None, Policy::None) => return Ok((None, Extent::Nothing(Nothing::Policy(occasion)))),
        (None, Policy::Since(since)) => search.since(&since),
        // What is owed is known from records; without any, as on a developer's machine, what changed counts.
        (None, Policy::Changed | Policy::Unpassed | Policy::SincePassed) => {
            let own = request.variables.is_gitlab() && request.simulate.is_none();
            search.by_rule(base::rule(facts, own.then_some(&request.variables)))
        }
    };
    finish(search, found)
}

/// Compares the two, if both are known.
fn finish(search: &Search<'_>, found: Found) -> Result<(Option<Base>, Extent), ChangesError> {
    let why = match found? {
        Ok(base) => match compare(search, &base) {
            Ok(extent) => return Ok((Some(base), extent)),
            // A partial clone may have the commit, and lack some of its trees.
            Err(GitError::Missing { fetch, .. }) => UnknownBase::Incomplete {
                revision: base.commit.to_string(),
                named_by: base.found,
                fetch: fetch.map(|error| error.to_string()),
            },
            Err(error) => return Err(error.into()),
        },
        Err(why) => why,
    };
    // A person wrote this revision: to run everything would hide the mistake.
    let on_unknown = if why.is_of_person() { OnUnknownBase::Fail } else { search.request.unknown_base };
    match on_unknown {
        OnUnknownBase::RunEverything => Ok((None, Extent::Everything(Everything::UnknownBase(why)))),
        OnUnknownBase::Fail => Err(ChangesError::UnknownBase(why)),
    }
}

fn compare(search: &Search<'_>, base: &Base) -> Result<Extent, GitError> {
    if let Some(changes) = search.known.and_then(|known| known.get(&base.commit)) {
        return Ok(Extent::Paths(changes));
    }
    let repository = search.repository;
    let old = repository.tree_of(&base.commit)?;
    let changes = match search.head {
        Head::Commit { commit, .. } => {
            repository.tree_diff(Some(&old), Some(&repository.tree_of(commit)?))?
        }
        Head::WorkTree { .. } => repository.work_tree_diff(Some(&old))?,
    };
    if let Some(known) = search.known {
        known.keep(base.commit, changes.clone());
    }
    Ok(Extent::Paths(changes))
}
