//! Reasons why everything or nothing counts as changed.

use super::Occasion;
use super::Provenance;
use std::fmt;

/// Reason why everything counts as changed.
///
/// [`ChangeSet`](crate::ChangeSet) has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Everything {
    /// Somebody asked for it with `--all`.
    Asked,
    /// The policy for such pipelines.
    Policy(Occasion),
    /// There is nothing to compare with.
    UnknownBase(UnknownBase),
    /// No recorded pipeline of the branch can be compared with, and the policy is `unpassed` or `since: passed`.
    Unrecorded {
        /// The branch.
        branch: String,
        /// The reason.
        why: String,
    },
}

/// Reason why nothing counts as changed.
///
/// [`ChangeSet`](crate::ChangeSet) has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Nothing {
    /// The policy for such pipelines.
    Policy(Occasion),
}

/// Cause of an unknown base commit.
///
/// ```
/// use nestling::{ChangeRequest, CiVariables, Everything, Extent, Project, Repository, UnknownBase};
/// # let fixture = nestling_git::testing::Fixture::new();
/// # fixture.write("nestling.yml", "workspace: {}");
/// # fixture.commit("a workspace");
/// # let directory = &fixture.root;
///
/// // The first pipeline of the default branch.
/// let variables: CiVariables =
///     [("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_BRANCH", "main"), ("CI_DEFAULT_BRANCH", "main")].into_iter().collect();
/// let repository = Repository::discover(directory)?;
/// let changes = Project::open(&repository, ChangeRequest::from_ci(&variables))?.changes()?;
/// let Extent::Everything(Everything::UnknownBase(reason)) = changes.extent else { panic!("nothing was there before") };
/// assert!(matches!(reason, UnknownBase::NothingBefore));
/// println!("{reason}; {}", reason.help().unwrap_or_default());
/// # Ok::<(), nestling::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownBase {
    /// The variable that says it is empty, or not set.
    Unset {
        /// Its name.
        variable: &'static str,
    },
    /// The variable that says it holds something else than the id of a commit.
    NotId {
        /// Its name.
        variable: &'static str,
        /// Its value.
        value: String,
    },
    /// `CI_COMMIT_BEFORE_SHA` is all zeros on the default branch itself: its first pipeline, or one that nobody
    /// pushed.
    NothingBefore,
    /// The commit is not in the clone, and could not be fetched.
    Missing {
        /// The revision or the id.
        revision: String,
        /// Source of the revision.
        named_by: Provenance,
        /// Cause why it could not be fetched; `None` if no fetch was tried.
        fetch: Option<String>,
    },
    /// The commit is in the clone, which is a partial one, and some of its trees are not.
    Incomplete {
        /// The revision or the id.
        revision: String,
        /// Source of the revision.
        named_by: Provenance,
        /// Cause why they could not be fetched; `None` if no fetch was tried.
        fetch: Option<String>,
    },
    /// The revision names several commits.
    Ambiguous(AmbiguousRevision),
    /// The history is cut off before the common ancestor with this branch.
    HistoryTooShort {
        /// The branch.
        branch: String,
    },
    /// The two have no common ancestor.
    Unrelated {
        /// The branch.
        branch: String,
    },
    /// No default branch was found in the clone.
    NoDefaultBranch {
        /// The names that were tried.
        tried: Vec<String>,
    },
    /// No older tag matches.
    NoTag {
        /// The glob.
        glob: String,
    },
}

/// A revision that names several commits: mostly a branch and a tag of one name.
///
/// ```
/// use nestling::{ChangeRequest, ChangesError, Error, Project, Repository, UnknownBase};
/// # let fixture = nestling_git::testing::Fixture::new();
/// # fixture.write("nestling.yml", "workspace: {}");
/// # fixture.commit("a workspace");
/// # fixture.git(&["tag", "release"]);
/// # fixture.write("README.md", "");
/// # fixture.commit("another one");
/// # fixture.git(&["branch", "release"]);
/// # let directory = &fixture.root;
///
/// let repository = Repository::discover(directory)?;
/// let changes = Project::open(&repository, ChangeRequest::local().base("release"))?.changes();
/// let Err(Error::Changes(ChangesError::UnknownBase(UnknownBase::Ambiguous(revision)))) = changes else {
///     panic!("`release` is a branch and a tag");
/// };
/// assert!(revision.references.contains(&"refs/tags/release".to_owned()));
/// # Ok::<(), nestling::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AmbiguousRevision {
    /// The revision.
    pub revision: String,
    /// Source of the revision.
    pub named_by: Provenance,
    /// The full names of the references that it can mean.
    pub references: Vec<String>,
}

impl AmbiguousRevision {
    /// Returns how to name one of the references.
    pub fn help(&self) -> String {
        let branch = self.references.iter().find(|name| !name.starts_with("refs/tags/"));
        let name = branch.or(self.references.first()).map_or("refs/heads/main", String::as_str);
        format!("write the full name, such as `{name}`; or delete the tag")
    }
}

impl fmt::Display for AmbiguousRevision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let references = self.references.join("` and `");
        write!(f, "`{}` ({}) is ambiguous: it names `{references}`", self.revision, self.named_by)
    }
}

/// The way out for somebody who gives a range in place of a commit.
pub(super) const RANGE: &str = "a range is two commits: write `--base A --head B` for `A..B`";

impl UnknownBase {
    /// Returns `true` if a person wrote the revision: with `--base`, in `NESTLING_BASE`, or under `since:`.
    pub(super) fn is_of_person(&self) -> bool {
        let named_by = match self {
            Self::Missing { named_by, .. } | Self::Incomplete { named_by, .. } => named_by,
            Self::Ambiguous(ambiguous) => &ambiguous.named_by,
            _ => return false,
        };
        matches!(named_by, Provenance::Given { .. } | Provenance::Since { .. })
    }

    /// Returns what to set so that the base commit is known.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Missing { revision, .. } if self.is_of_person() && revision.contains("..") => {
                Some(RANGE.to_owned())
            }
            Self::Missing { .. } if self.is_of_person() => {
                Some("use a commit, branch or tag of this clone, or fetch it first".to_owned())
            }
            Self::NotId { variable, .. } => Some(format!(
                "remove it where it is set: GitLab sets `{variable}`; or set the base commit: `--base REV`, or `NESTLING_BASE`"
            )),
            Self::Unset { .. } | Self::NothingBefore => Some("set the base commit: `--base REV`, or `NESTLING_BASE`".to_owned()),
            Self::Missing { fetch: None, .. } | Self::Incomplete { fetch: None, .. } => Some(
                "allow it to be fetched, set `GIT_DEPTH: 0` for this job, or set the base commit: `--base REV`"
                    .to_owned(),
            ),
            Self::Missing { .. }
            | Self::Incomplete { .. }
            | Self::HistoryTooShort { .. }
            | Self::NoTag { .. } => {
                Some("set `GIT_DEPTH: 0` for this job, or set the base commit: `--base REV`".to_owned())
            }
            Self::Ambiguous(ambiguous) => Some(ambiguous.help()),
            Self::Unrelated { .. } => Some("set the base commit: `--base REV`".to_owned()),
            Self::NoDefaultBranch { .. } => Some(
                "run `git remote set-head origin --auto`, or set the base commit: `--base REV`".to_owned(),
            ),
        }
    }
}

impl fmt::Display for UnknownBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unset { variable } => write!(f, "`{variable}` is not set"),
            Self::NotId { variable, value } => {
                write!(f, "`{variable}` is `{value}`, which is not a commit ID")
            }
            Self::NothingBefore => {
                f.write_str("`CI_COMMIT_BEFORE_SHA` contains no commit, and this is the default branch")
            }
            Self::Missing { revision, named_by, fetch } => {
                write!(f, "the commit `{revision}` ({named_by}) is not in this clone{}", unfetched(fetch))
            }
            Self::Incomplete { revision, named_by, fetch } => {
                let unfetched = unfetched(fetch);
                write!(f, "a tree of the commit `{revision}` ({named_by}) is not in this clone{unfetched}")
            }
            Self::Ambiguous(ambiguous) => ambiguous.fmt(f),
            Self::HistoryTooShort { branch } => {
                write!(f, "this clone's history ends before the merge base with `{branch}`")
            }
            Self::Unrelated { branch } => write!(f, "no common ancestor with `{branch}`"),
            Self::NoDefaultBranch { tried } => {
                write!(f, "no default branch was found (tried `{}`)", tried.join("`, `"))
            }
            Self::NoTag { glob } => write!(f, "no older tag matches `{glob}`"),
        }
    }
}

fn unfetched(fetch: &Option<String>) -> String {
    fetch.as_ref().map_or_else(String::new, |why| format!(" and could not be fetched: {why}"))
}

impl fmt::Display for Everything {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked => f.write_str("selected by `--all`"),
            Self::Policy(occasion) => write!(f, "`{occasion}` pipelines run everything"),
            Self::UnknownBase(why) => why.fmt(f),
            Self::Unrecorded { branch, why } => {
                write!(f, "everything is owed on `{branch}`, since {why}")
            }
        }
    }
}

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Policy(occasion) = self;
        write!(f, "`{occasion}` pipelines run nothing")
    }
}
