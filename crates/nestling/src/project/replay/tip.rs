//! The branch whose merges are replayed.

use super::Error;
use crate::changes::{self, Provenance};
use crate::repository::Repository;
use nestling_git::{Branch, CommitId, Resolution};

/// Returns the name and the newest commit of a branch: of the one that is named, else of the default branch. Without either, those
/// of `HEAD`.
pub(super) fn tip(
    repository: &Repository,
    named: Option<&str>,
    default: Option<&str>,
) -> Result<(String, CommitId), Error> {
    let git = repository.git();
    if let Some(name) = named.or(default)
        && let Some(Branch { tip, .. }) = git.branch(name)?
    {
        return Ok((name.to_owned(), tip));
    }
    let revision = named.unwrap_or("HEAD");
    let named_by = || Provenance::Given { option: "--branch", revision: revision.to_owned() };
    match git.resolve(revision)? {
        Resolution::Commit(commit) => Ok((revision.to_owned(), commit)),
        Resolution::Unknown => {
            Err(changes::ChangesError::Head { revision: revision.to_owned(), named_by: named_by() }.into())
        }
        Resolution::Ambiguous(references) => {
            Err(changes::ChangesError::Ambiguous(changes::AmbiguousRevision {
                revision: revision.to_owned(),
                named_by: named_by(),
                references,
            })
            .into())
        }
    }
}
