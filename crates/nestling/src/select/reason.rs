//! Verdicts and the reasons for them.

use super::difference::{Difference, in_words};
use crate::changes::Owed;
use nestling_files::path::RepoPath;
use nestling_gitlab::name::{JobName, UnitName};
use std::fmt;

/// Verdict about a unit. Selection selects or skips; the plan finds what is needed beside, and what was removed.
/// A verdict carries its reasons, so that no view has to guess them.
///
/// [`Selection`](crate::Selection) has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// In, because every unit is.
    Everything(Reason),
    /// In, for these reasons, the most direct first.
    Selected(Vec<Reason>),
    /// Brought in for single jobs that others need; its other jobs are left out.
    Needed(Vec<Reason>),
    /// Gone since base: only the jobs that stop its environments are in.
    Removed(Vec<Reason>),
    /// Out: nothing that changed affects it.
    Skipped,
}

impl Verdict {
    /// Returns `true` if all jobs of the unit are selected.
    pub fn is_selected(&self) -> bool {
        matches!(self, Self::Everything(_) | Self::Selected(_))
    }

    /// The reasons, the most direct first; none where it is out.
    pub fn reasons(&self) -> &[Reason] {
        match self {
            Self::Everything(reason) => std::slice::from_ref(reason),
            Self::Selected(reasons) | Self::Needed(reasons) | Self::Removed(reasons) => reasons,
            Self::Skipped => &[],
        }
    }
}

/// Reason to select a unit.
///
/// As text it completes the sentence "selected, because …"; [`Selection`](crate::Selection) has an example.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reason {
    /// Paths in its own directory changed.
    OwnDirectory {
        /// The first of them.
        path: RepoPath,
        /// Number of other paths.
        others: usize,
    },
    /// Paths that its `changes` name changed.
    Changes {
        /// The first of them.
        path: RepoPath,
        /// The glob as the unit writes it.
        glob: String,
        /// Number of other paths.
        others: usize,
    },
    /// Paths changed that a link in it leads to.
    Link {
        /// The first of them.
        path: RepoPath,
        /// The link.
        link: RepoPath,
        /// Number of other paths.
        others: usize,
    },
    /// It was in another directory.
    Moved {
        /// The directory that it was in.
        from: RepoPath,
        /// Its earlier name, if it has changed.
        called: Option<UnitName>,
    },
    /// A file that it is made from changed, and its jobs or its dependencies are not what they were.
    Definition {
        /// The file: a template, one that a template reads, an included file, or the workspace's own.
        path: RepoPath,
        /// Number of other such files.
        others: usize,
        /// The differences.
        differences: Vec<Difference>,
    },
    /// A file that it is made from changed, and what came of that is unknown.
    Template {
        /// The file.
        path: RepoPath,
        /// Cause why the effect is unknown.
        why: String,
    },
    /// A unit that it depends on is in, by this chain of units, the next one first.
    DependsOn {
        /// From the unit depended on to the one that changed.
        chain: Vec<UnitName>,
    },
    /// A unit that it depended on is gone.
    DependedOn {
        /// The unit.
        unit: UnitName,
    },
    /// It is not a unit any more, and its environments have to be stopped.
    Deleted,
    /// It is another unit now; environments that this one has no more have to be stopped.
    MovedTo {
        /// The unit that it is now.
        unit: UnitName,
    },
    /// A job of another unit needs one of its jobs.
    NeededBy {
        /// The job that needs it.
        job: JobName,
    },
    /// The workspace's file changed, and what came of that is unknown.
    WorkspaceFile {
        /// The file.
        path: RepoPath,
        /// Cause why the effect is unknown.
        why: String,
    },
    /// A path changed that affects every unit.
    EverythingGlob {
        /// The path.
        path: RepoPath,
        /// The glob of `everything`.
        glob: String,
    },
    /// A path changed that no unit claims, and the workspace says that it selects every unit.
    Unclaimed {
        /// The path.
        path: RepoPath,
    },
    /// A job of it did not pass in the pipeline that is compared with.
    Owed(Owed),
    /// The change set is everything, for the reason given.
    All(String),
    /// Named with `--only`.
    Asked,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OwnDirectory { path, others } => write!(f, "{path} changed{}", and_others(*others)),
            Self::Changes { path, glob, others } => {
                write!(f, "{path} changed, which `{glob}` matches{}", and_others(*others))
            }
            Self::Link { path, link, others } => {
                write!(f, "{path} changed, which the link {link} leads to{}", and_others(*others))
            }
            Self::Moved { from, called } => {
                write!(f, "moved here from {from}")?;
                // A unit that is named as its directory has been named by it.
                let other = called.as_ref().filter(|name| name.as_str() != from.to_string());
                other.map_or(Ok(()), |name| write!(f, ", where it was `{name}`"))
            }
            Self::Definition { path, others, differences } => {
                write!(f, "{path} changed{}: {}", and_others(*others), in_words(differences))
            }
            Self::Template { path, why } => write!(f, "{path}, a source of it, changed ({why})"),
            Self::DependsOn { chain } => {
                let names: Vec<&str> = chain.iter().map(UnitName::as_str).collect();
                write!(f, "depends on {}", names.join(", which depends on "))
            }
            Self::DependedOn { unit } => write!(f, "depended on {unit}, which was removed"),
            Self::Deleted => f.write_str("it was removed: its environments are stopped"),
            Self::MovedTo { unit } => write!(f, "moved to {unit}: environments left behind are stopped"),
            Self::NeededBy { job } => write!(f, "needed by {job}"),
            Self::WorkspaceFile { path, why } => {
                write!(f, "{path}, the workspace file, changed ({why})")
            }
            Self::EverythingGlob { path, glob } => {
                write!(f, "{path} changed, which `{glob}` of `everything` matches")
            }
            Self::Unclaimed { path } => {
                write!(f, "{path} changed, which does not belong to a unit (`unclaimed: everything`)")
            }
            Self::Owed(owed) => owed.fmt(f),
            Self::All(reason) => f.write_str(reason),
            Self::Asked => f.write_str("selected by name"),
        }
    }
}

fn and_others(others: usize) -> String {
    match others {
        0 => String::new(),
        1 => " (and 1 other path)".to_owned(),
        n => format!(" (and {n} other paths)"),
    }
}

/// Folds many paths of one kind into one reason, keeping the first path of each, and sorts the most direct first.
pub(crate) fn condensed(reasons: Vec<Reason>) -> Vec<Reason> {
    let mut condensed: Vec<Reason> = Vec::new();
    for reason in reasons {
        let same_kind = condensed.iter_mut().find_map(|old| match (old, &reason) {
            (Reason::OwnDirectory { others, .. }, Reason::OwnDirectory { .. }) => Some(others),
            (Reason::Changes { glob: a, others, .. }, Reason::Changes { glob: b, .. }) if a == b => {
                Some(others)
            }
            (Reason::Link { link: a, others, .. }, Reason::Link { link: b, .. }) if a == b => Some(others),
            _ => None,
        });
        if let Some(others) = same_kind {
            *others += 1;
        } else if !condensed.contains(&reason) {
            condensed.push(reason);
        }
    }
    condensed.sort_unstable();
    condensed
}
