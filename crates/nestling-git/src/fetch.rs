//! Fetching one commit, or single objects of a partial clone, with the system's git: libgit2 is built without network
//! transports, and the system's git has the runner's credentials.

use super::command::Git;
use super::history::History;
use super::id::ObjectId;
use super::{CommitId, GitError};
use std::time::Duration;

/// Options of every fetch: nothing comes but what is asked for.
pub(super) const FETCH: [&str; 4] =
    ["--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"];

/// Fetches one commit, without its history where the clone is shallow.
pub(super) fn fetch_commit(
    git: &Git,
    commit: &CommitId,
    history: History,
    time_limit: Duration,
) -> Result<(), GitError> {
    let mut arguments = vec!["fetch"];
    arguments.extend(FETCH);
    if history != History::Complete {
        arguments.push("--depth=1");
    }
    let id = commit.to_string();
    arguments.extend(["origin", &id]);
    git.run(&arguments, b"", time_limit)
}

/// Fetches objects that the remote of a partial clone has promised, in one go, as git itself does when it misses one. A
/// tree comes with all trees below it.
pub(super) fn fetch_objects(
    git: &Git,
    remote: &str,
    objects: &[ObjectId],
    time_limit: Duration,
) -> Result<(), GitError> {
    let mut arguments = vec!["-c", "fetch.negotiationAlgorithm=noop", "fetch"];
    arguments.extend(FETCH);
    arguments.extend(["--filter=blob:none", "--stdin", remote]);
    let input: String = objects.iter().map(|id| format!("{id}\n")).collect();
    git.run(&arguments, input.as_bytes(), time_limit)
}
