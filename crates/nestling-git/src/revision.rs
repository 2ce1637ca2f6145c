//! Revisions and branches by their full names.
//!
//! git looks a short name up among tags before branches, and among local branches before those of remotes
//! (<https://git-scm.com/docs/gitrevisions>). A clone of a merge request has all tags, and anyone who may push may push a tag
//! that is called `main` or `origin/main`. So a branch is looked up by its full name here, and a name that means several
//! commits is reported, never chosen.

use super::backend::Backend;
use super::command::{Answer, Git};
use super::id::{ObjectId, Prefix};
use super::object::{Kind, ObjectSource};
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
#[non_exhaustive]
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

/// Resolves names to commits.
pub(super) struct Names<'r> {
    pub(super) backend: &'r dyn Backend,
    pub(super) objects: &'r dyn ObjectSource,
    /// For what only git knows: reflogs, upstream branches, messages.
    pub(super) git: &'r Git,
}

impl Names<'_> {
    /// Finds a branch: that of the remote `origin`, since the local one may be behind, else the local one. Never a tag.
    pub(super) fn branch(&self, name: &str) -> Result<Option<Branch>, GitError> {
        let references = [format!("refs/remotes/origin/{name}"), format!("refs/heads/{name}")];
        let first = self.with_commits(&references)?.into_iter().next();
        Ok(first.map(|(reference, tip)| Branch { reference, tip }))
    }

    /// Resolves a revision as a person writes it.
    pub(super) fn resolve(&self, revision: &str) -> Result<Resolution, GitError> {
        let (name, suffix) = split(revision);
        if name.is_empty() {
            return self.by_git(revision, revision);
        }
        let (full_name, commit) = match self.start(name)? {
            Start::Commit(full_name, commit) => (full_name, commit),
            Start::Unknown => return self.unknown(revision, &self.objects_called(name)?),
            Start::Ambiguous(names) => return Ok(Resolution::Ambiguous(names)),
        };
        match steps(suffix) {
            Some(steps) => self.walk(revision, commit, &steps),
            None => self.by_git(&format!("{full_name}{suffix}"), revision),
        }
    }

    /// The answer for a revision that is no commit: an error if one of these objects is here.
    fn unknown(&self, revision: &str, ids: &[ObjectId]) -> Result<Resolution, GitError> {
        for id in ids {
            if let Some((kind @ (Kind::Tree | Kind::Blob), _)) = self.objects.target(id)? {
                return Err(GitError::NotCommit { revision: revision.to_owned(), what: kind.name() });
            }
        }
        Ok(Resolution::Unknown)
    }

    /// The objects that a name means: by a whole id, as references, or as the only one whose id begins so.
    fn objects_called(&self, name: &str) -> Result<Vec<ObjectId>, GitError> {
        if let Some(id) = ObjectId::from_hex(name) {
            return Ok(vec![id]);
        }
        let references = self.backend.references(&full_names(name))?;
        if references.is_empty() {
            return Ok(Some(self.abbreviated(name)).filter(|ids| ids.len() == 1).unwrap_or_default());
        }
        Ok(references.into_iter().map(|(_, id)| id).collect())
    }

    /// The commit that a revision begins with.
    fn start(&self, name: &str) -> Result<Start, GitError> {
        if let Some(id) = ObjectId::from_hex(name) {
            // A whole id is never a name, even where a reference is called so.
            return self.start_at(&[id]);
        }
        let references = self.references_called(name)?;
        if references.is_empty() {
            return self.start_at(&self.abbreviated(name));
        }
        let mut candidates = references;
        // Anyone who may push a tag can call it as an abbreviated id.
        if candidates.iter().all(|(reference, _)| reference != name) {
            candidates.extend(self.abbreviated_commits(name)?);
        }
        let mut commits: Vec<CommitId> = candidates.iter().map(|(_, commit)| *commit).collect();
        commits.sort_unstable();
        commits.dedup();
        if commits.len() > 1 {
            return Ok(Start::Ambiguous(candidates.into_iter().map(|(name, _)| name).collect()));
        }
        Ok(match candidates.into_iter().next() {
            Some((reference, commit)) => Start::Commit(reference, commit),
            None => Start::Unknown,
        })
    }

    /// The only commit among some objects.
    fn start_at(&self, ids: &[ObjectId]) -> Result<Start, GitError> {
        let mut commits = Vec::new();
        for id in ids {
            commits.extend(self.objects.peel(id)?);
        }
        Ok(match commits.as_slice() {
            [] => Start::Unknown,
            [commit] => Start::Commit(commit.to_string(), *commit),
            _ => Start::Ambiguous(commits.iter().map(ToString::to_string).collect()),
        })
    }

    /// The commits that a name means as an abbreviated id, each with its whole id.
    fn abbreviated_commits(&self, name: &str) -> Result<Vec<(String, CommitId)>, GitError> {
        let mut commits = Vec::new();
        for id in self.abbreviated(name) {
            commits.extend(self.objects.peel(&id)?.map(|commit| (commit.to_string(), commit)));
        }
        Ok(commits)
    }

    /// The objects whose ids begin with these digits, or with those at the end of what `git describe` prints.
    fn abbreviated(&self, name: &str) -> Vec<ObjectId> {
        let digits = name.rsplit_once("-g").map_or(name, |(_, digits)| digits);
        let mut ids = Vec::new();
        if let Some(prefix) = Prefix::parse(digits) {
            self.objects.with_prefix(&prefix, &mut ids);
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The references that a short name can mean, in git's order, each with its commit. A branch of `origin` counts where no
    /// branch has exactly that name: a runner's clone has no local branches.
    fn references_called(&self, name: &str) -> Result<Vec<(String, CommitId)>, GitError> {
        let mut references = self.with_commits(&full_names(name))?;
        let is_full = name.starts_with("refs/") || is_pseudo_reference(name);
        if !is_full && references.iter().all(|(reference, _)| reference.starts_with("refs/tags/")) {
            references.extend(self.with_commits(&[format!("refs/remotes/origin/{name}")])?);
        }
        Ok(references)
    }

    /// The references of these full names, with their commits.
    fn with_commits(&self, names: &[String]) -> Result<Vec<(String, CommitId)>, GitError> {
        let mut references = Vec::new();
        for (name, id) in self.backend.references(names)? {
            // A tag may mark a file or a tree, which is not a commit.
            references.extend(self.objects.peel(&id)?.map(|commit| (name, commit)));
        }
        Ok(references)
    }

    /// Goes from a commit to its parents.
    fn walk(&self, revision: &str, mut commit: CommitId, steps: &[Step]) -> Result<Resolution, GitError> {
        let cut_off = self.backend.cut_off()?;
        for step in steps {
            for _ in 0..step.times {
                if cut_off.contains(&commit.0) {
                    return Err(GitError::CutOff { revision: revision.to_owned() });
                }
                let parents = self.objects.commit(&commit)?.parents;
                match parents.get(step.parent) {
                    Some(parent) => commit = *parent,
                    None => return Ok(Resolution::Unknown),
                }
            }
        }
        Ok(Resolution::Commit(commit))
    }

    /// Asks git, for what begins with no name or goes other ways than to parents. Errors name it as it is `written`.
    fn by_git(&self, revision: &str, written: &str) -> Result<Resolution, GitError> {
        if revision.is_empty() {
            return Ok(Resolution::Unknown);
        }
        // Behind `:/` all is a part of the message that is looked for.
        let suffix = if revision.starts_with(":/") { "" } else { "^{commit}" };
        if let Some(commit) = self.id_by_git(&format!("{revision}{suffix}"))? {
            return Ok(Resolution::Commit(CommitId(commit)));
        }
        let object = if suffix.is_empty() { None } else { self.id_by_git(revision)? };
        self.unknown(written, object.as_slice())
    }

    /// Asks git for the id of an object.
    fn id_by_git(&self, revision: &str) -> Result<Option<ObjectId>, GitError> {
        match self.git.ask(&["rev-parse", "--verify", "--quiet", "--end-of-options", revision]) {
            Ok(Answer::Yes(printed)) => Ok(ObjectId::from_hex(String::from_utf8_lossy(&printed).trim())),
            // Git says no to what it cannot read as a revision as well.
            Ok(Answer::No) | Err(GitError::Command { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The full names that a name can mean, in git's order.
fn full_names(name: &str) -> Vec<String> {
    if name.starts_with("refs/") || is_pseudo_reference(name) {
        return vec![name.to_owned()];
    }
    vec![
        format!("refs/{name}"),
        format!("refs/tags/{name}"),
        format!("refs/heads/{name}"),
        format!("refs/remotes/{name}"),
        format!("refs/remotes/{name}/HEAD"),
    ]
}

/// The commit that a revision begins with, by its full name.
enum Start {
    Commit(String, CommitId),
    Unknown,
    Ambiguous(Vec<String>),
}

/// Steps from a commit to a parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    times: usize,
    /// Index of the parent, from 0.
    parent: usize,
}

/// Reads `~2^2^{commit}`; `None` for what goes other ways than to parents.
fn steps(mut suffix: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    while let Some(sign) = suffix.chars().next() {
        suffix = &suffix[1..];
        if let Some(rest) = suffix.strip_prefix("{commit}").or_else(|| suffix.strip_prefix("{}")) {
            suffix = if sign == '^' { rest } else { return None };
            continue;
        }
        let digits_end = suffix.find(|c: char| !c.is_ascii_digit()).unwrap_or(suffix.len());
        let (digits, rest) = suffix.split_at(digits_end);
        suffix = rest;
        let number = if digits.is_empty() { 1 } else { digits.parse().ok()? };
        steps.push(match (sign, number) {
            ('~', times) => Step { times, parent: 0 },
            // The commit itself.
            ('^', 0) => Step { times: 0, parent: 0 },
            ('^', parent) => Step { times: 1, parent: parent - 1 },
            _ => return None,
        });
    }
    Some(steps)
}

/// Splits a revision into the name that it begins with and the way from there: `main~2` into `main` and `~2`.
fn split(revision: &str) -> (&str, &str) {
    let end = revision.find(['~', '^', ':']).unwrap_or(revision.len());
    let end = revision.find("@{").map_or(end, |reflog| reflog.min(end));
    match revision.split_at(end) {
        ("@", suffix) => ("HEAD", suffix),
        parts => parts,
    }
}

/// Returns `true` for the name of a file beside the references, which git prefers to all of them.
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
            ("@~1", "HEAD", "~1"),
            ("@{-1}", "", "@{-1}"),
            (":/fix", "", ":/fix"),
        ] {
            assert_eq!(split(revision), (name, suffix), "{revision}");
        }
    }

    #[test]
    fn a_suffix_goes_to_parents_or_is_left_to_git() {
        let step = |times, parent| Step { times, parent };
        for (suffix, expected) in [
            ("", vec![]),
            ("~", vec![step(1, 0)]),
            ("~3^2^", vec![step(3, 0), step(1, 1), step(1, 0)]),
            ("^{commit}~1^{}^0", vec![step(1, 0), step(0, 0)]),
        ] {
            assert_eq!(steps(suffix), Some(expected), "{suffix}");
        }
        for suffix in ["@{1}", "^{tree}", "^{/fix}", "~{}", ":a", "^-", "~99999999999999999999"] {
            assert_eq!(steps(suffix), None, "{suffix}");
        }
    }
}
