//! Finding base: the commit that a rule names, in this clone or from the remote.

use super::base::Rule;
use super::known::KnownComparison;
use super::reason::{AmbiguousRevision, UnknownBase};
use super::request::{ChangeRequest, FetchPolicy};
use super::{Base, Head, Obtained, Provenance};
use nestling_files::path::Glob;
use nestling_git::{Branch, CommitId, GitError, GitRepository, MergeBase, Resolution};

/// A base, or why there is none.
pub(super) type Found = Result<Result<Base, UnknownBase>, GitError>;

/// Looks for base in one repository, for one head.
pub(super) struct Search<'a> {
    pub(super) repository: &'a GitRepository,
    pub(super) request: &'a ChangeRequest,
    pub(super) default_branch: Option<&'a str>,
    pub(super) head: &'a Head,
    /// Paths that are known from an earlier search.
    pub(super) known: Option<&'a KnownComparison>,
}

impl Search<'_> {
    pub(super) fn by_rule(&self, rule: Rule) -> Found {
        match rule {
            Rule::Variables(candidates) => self.first_of(candidates),
            Rule::MergeBase => self.merge_base(),
            Rule::OlderTag => self.since("*"),
            Rule::Unknown(why) => Ok(Err(why)),
        }
    }

    /// The first candidate that can be had; why the first could not, if none can.
    fn first_of(&self, candidates: Vec<(&'static str, CommitId)>) -> Found {
        let mut missing = None;
        for (variable, commit) in candidates {
            match self.obtain(commit, Provenance::Variable(variable))? {
                Ok(base) => return Ok(Ok(base)),
                Err(why) => missing = missing.or(Some(why)),
            }
        }
        Ok(Err(missing.unwrap_or(UnknownBase::NothingBefore)))
    }

    /// Looks up the revision of `--base`, itself: not its merge base with head.
    pub(super) fn named(&self, revision: &str, found: Provenance) -> Found {
        let commit = match self.repository.resolve(revision)? {
            Resolution::Commit(commit) => Some(commit),
            // A whole id may be that of a commit which is still to be fetched.
            Resolution::Unknown => CommitId::parse(revision),
            Resolution::Ambiguous(references) => {
                return Ok(Err(UnknownBase::Ambiguous(AmbiguousRevision {
                    revision: revision.to_owned(),
                    named_by: found,
                    references,
                })));
            }
        };
        if let Some(commit) = commit {
            return self.obtain(commit, found);
        }
        let revision = revision.to_owned();
        Ok(Err(UnknownBase::Missing { revision, named_by: found, fetch: None }))
    }

    /// `since:` a revision, or the nearest older tag that a glob matches.
    pub(super) fn since(&self, since: &str) -> Found {
        if !since.contains(['*', '?', '[', '{']) {
            return self.named(since, Provenance::Since { revision: since.to_owned() });
        }
        let no_tag = || Ok(Err(UnknownBase::NoTag { glob: since.to_owned() }));
        let (Ok(glob), Some(head)) = (Glob::parse(since), self.head.commit()) else { return no_tag() };
        let matches = |name: &str| glob.matches_text(name);
        match self.repository.nearest_tag(head, &matches)? {
            Some((tag, commit)) => self.obtain(commit, Provenance::Since { revision: tag }),
            None => no_tag(),
        }
    }

    pub(super) fn merge_base(&self) -> Found {
        let names = match self.default_branch {
            Some(name) => vec![name],
            // The first stands for whatever branch the remote says is its default one.
            None => vec!["HEAD", "main", "master"],
        };
        let no_branch = || Ok(Err(UnknownBase::NoDefaultBranch { tried: tried(&names) }));
        let Some(head) = self.head.commit() else { return no_branch() };
        let Some(branch) = self.first_branch(&names)? else { return no_branch() };
        let name = branch.short_name().to_owned();
        match self.repository.merge_base(&branch.tip, head)? {
            MergeBase::Found(commit) => self.obtain(commit, Provenance::MergeBase { branch: name }),
            MergeBase::Unrelated => Ok(Err(UnknownBase::Unrelated { branch: name })),
            MergeBase::HistoryTooShort => Ok(Err(UnknownBase::HistoryTooShort { branch: name })),
        }
    }

    fn first_branch(&self, names: &[&str]) -> Result<Option<Branch>, GitError> {
        for name in names {
            if let Some(branch) = self.repository.branch(name)? {
                return Ok(Some(branch));
            }
        }
        Ok(None)
    }

    /// A commit with its tree, from this clone or, if that is allowed, from the remote. Comparing two trees needs
    /// nothing of the history between them.
    pub(super) fn obtain(&self, commit: CommitId, found: Provenance) -> Found {
        if self.repository.has(&commit)? {
            return Ok(Ok(Base { commit, found, obtained: Obtained::Present }));
        }
        let fetched = match self.request.fetch {
            FetchPolicy::Forbid => None,
            FetchPolicy::Allow { timeout } => Some(self.repository.fetch_commit(&commit, timeout)),
        };
        // Another job's fetch in the same clone may have brought the commit while this one failed.
        if fetched.is_some() && self.repository.has(&commit)? {
            return Ok(Ok(Base { commit, found, obtained: Obtained::Fetched }));
        }
        let fetch = match fetched {
            Some(Ok(())) => Some("the remote did not send its files".to_owned()),
            Some(Err(error)) => Some(error.to_string()),
            None => None,
        };
        let revision = commit.to_string();
        Ok(Err(match self.repository.tree_of(&commit) {
            Ok(_) => UnknownBase::Incomplete { revision, named_by: found, fetch },
            Err(_) => UnknownBase::Missing { revision, named_by: found, fetch },
        }))
    }
}

/// The references that are looked up for branches of these names, for a person.
fn tried(names: &[&str]) -> Vec<String> {
    names.iter().flat_map(|name| [format!("origin/{name}"), (*name).to_owned()]).collect()
}
