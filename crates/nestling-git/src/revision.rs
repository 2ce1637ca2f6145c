//! Revisions and branches by their full names.
//!
//! git looks a short name up among tags before branches, and among local branches before those of remotes
//! (<https://git-scm.com/docs/gitrevisions>). A clone of a merge request has all tags, and whoever may push may push a tag
//! that is called `main` or `origin/main`. So a branch is looked up by its full name here, and a name that means several
//! commits is reported, never chosen.

use super::back::Back;
use super::id::ObjectId;
use super::{CommitId, GitError};

/// The commit that a revision names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// This one.
    Commit(CommitId),
    /// No commit of this clone.
    Unknown,
    /// References of these full names point to different commits.
    Ambiguous(Vec<String>),
}

/// A branch of the remote, or a local one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Its full name, such as `refs/remotes/origin/main`.
    pub reference: String,
    /// Its newest commit.
    pub tip: CommitId,
}

impl Branch {
    /// The name as people write it: `origin/main`, or `main` for a local branch.
    pub fn short_name(&self) -> &str {
        let name = self.reference.strip_prefix("refs/").unwrap_or(&self.reference);
        name.strip_prefix("remotes/").or_else(|| name.strip_prefix("heads/")).unwrap_or(name)
    }
}

/// Finds a branch: that of the remote `origin`, since the local one may be behind, else the local one. Never a tag.
pub(super) fn branch(back: &dyn Back, name: &str) -> Result<Option<Branch>, GitError> {
    for reference in [format!("refs/remotes/origin/{name}"), format!("refs/heads/{name}")] {
        if let Some(tip) = commit_of_reference(back, &reference)? {
            return Ok(Some(Branch { reference, tip }));
        }
    }
    Ok(None)
}

/// Resolves a revision as a person writes it.
pub(super) fn resolve(back: &dyn Back, revision: &str) -> Result<Resolution, GitError> {
    let (name, suffix) = split(revision);
    if let Some(id) = ObjectId::from_hex(name) {
        // A whole id is never a name, even where a reference is called so.
        let commit = if back.has(&id) { back.resolve(revision)? } else { None };
        return Ok(commit.map_or(Resolution::Unknown, Resolution::Commit));
    }
    if name.is_empty() || is_pseudo_reference(name) {
        return by_git_rules(back, revision);
    }
    let references = references_called(back, name)?;
    let mut commits: Vec<CommitId> = references.iter().map(|(_, commit)| *commit).collect();
    commits.sort_unstable();
    commits.dedup();
    if commits.len() > 1 {
        return Ok(Resolution::Ambiguous(references.into_iter().map(|(name, _)| name).collect()));
    }
    match references.first() {
        Some((_, commit)) if suffix.is_empty() => Ok(Resolution::Commit(*commit)),
        Some((reference, _)) => by_git_rules(back, &format!("{reference}{suffix}")),
        // A name below `refs/` is whole: git would go on and look for a tag that is called so.
        None if name.starts_with("refs/") => Ok(Resolution::Unknown),
        // Not a reference: an abbreviated id, or what `git describe` prints.
        None => by_git_rules(back, revision),
    }
}

fn by_git_rules(back: &dyn Back, revision: &str) -> Result<Resolution, GitError> {
    Ok(back.resolve(revision)?.map_or(Resolution::Unknown, Resolution::Commit))
}

/// The commit that a reference points to, by its full name.
fn commit_of_reference(back: &dyn Back, reference: &str) -> Result<Option<CommitId>, GitError> {
    let found = back.references(&[reference.to_owned()])?;
    match found.first() {
        Some((_, id)) => back.resolve(&id.to_string()),
        None => Ok(None),
    }
}

/// The references that a short name can mean, in git's order, each with its commit. A branch of `origin` counts where no
/// branch has exactly that name: a runner's clone has no local branches.
fn references_called(back: &dyn Back, name: &str) -> Result<Vec<(String, CommitId)>, GitError> {
    if name.starts_with("refs/") {
        let commit = commit_of_reference(back, name)?;
        return Ok(commit.into_iter().map(|commit| (name.to_owned(), commit)).collect());
    }
    let mut references = with_commits(
        back,
        &[
            format!("refs/{name}"),
            format!("refs/tags/{name}"),
            format!("refs/heads/{name}"),
            format!("refs/remotes/{name}"),
            format!("refs/remotes/{name}/HEAD"),
        ],
    )?;
    if references.iter().all(|(reference, _)| reference.starts_with("refs/tags/")) {
        references.extend(with_commits(back, &[format!("refs/remotes/origin/{name}")])?);
    }
    Ok(references)
}

fn with_commits(back: &dyn Back, names: &[String]) -> Result<Vec<(String, CommitId)>, GitError> {
    let mut references = Vec::new();
    for (name, id) in back.references(names)? {
        // A tag may mark a file or a tree: it is no commit, and so it is not meant.
        if let Some(commit) = back.resolve(&id.to_string())? {
            references.push((name, commit));
        }
    }
    Ok(references)
}

/// Splits a revision into the name that it begins with and the way from there: `main~2` into `main` and `~2`.
fn split(revision: &str) -> (&str, &str) {
    let end = revision.find(['~', '^', ':']).unwrap_or(revision.len());
    let end = revision.find("@{").map_or(end, |reflog| reflog.min(end));
    match revision.split_at(end) {
        ("@", suffix) => ("", suffix),
        parts => parts,
    }
}

/// Returns true for the name of a file beside the references, which git prefers to all of them.
fn is_pseudo_reference(name: &str) -> bool {
    matches!(name, "HEAD" | "FETCH_HEAD" | "ORIG_HEAD" | "MERGE_HEAD" | "CHERRY_PICK_HEAD" | "REVERT_HEAD")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_begins_with_a_name() {
        for (revision, name, suffix) in [
            ("main", "main", ""),
            ("main~2^{commit}", "main", "~2^{commit}"),
            ("origin/main^2", "origin/main", "^2"),
            ("main@{upstream}", "main", "@{upstream}"),
            ("a@b", "a@b", ""),
            ("main:a/b@{c", "main", ":a/b@{c"),
            ("@~1", "", "~1"),
            ("@{-1}", "", "@{-1}"),
            (":/fix", "", ":/fix"),
        ] {
            assert_eq!(split(revision), (name, suffix), "{revision}");
        }
    }
}
