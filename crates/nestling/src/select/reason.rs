//! Verdicts and the reasons for them.

use crate::name::{JobName, UnitName};
use crate::path::RepoPath;
use std::fmt;

/// What selection says of a unit. A verdict carries its reasons, so that no view has to guess them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// In, because every unit is.
    Everything(Reason),
    /// In, for these reasons, the most direct first.
    Selected(Vec<Reason>),
    /// Brought in for single jobs that others need; its other jobs are left out.
    Needed(Vec<Reason>),
    /// Out: nothing that changed concerns it.
    Skipped,
}

impl Verdict {
    /// Whether all jobs of the unit are in.
    pub fn is_selected(&self) -> bool {
        matches!(self, Self::Everything(_) | Self::Selected(_))
    }

    /// The reasons, the most direct first; none where it is out.
    pub fn reasons(&self) -> &[Reason] {
        match self {
            Self::Everything(reason) => std::slice::from_ref(reason),
            Self::Selected(reasons) | Self::Needed(reasons) => reasons,
            Self::Skipped => &[],
        }
    }
}

/// Why a unit is in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Paths in its own directory changed.
    OwnDirectory {
        /// The first of them.
        path: RepoPath,
        /// How many others did.
        others: usize,
    },
    /// Paths that its `changes` name changed.
    Changes {
        /// The first of them.
        path: RepoPath,
        /// The glob as the unit writes it.
        glob: String,
        /// How many other paths did.
        others: usize,
    },
    /// A template that it uses changed.
    Template {
        /// The template's file.
        path: RepoPath,
    },
    /// A unit that it depends on is in, by this chain of units, the next one first.
    DependsOn {
        /// From the unit depended on to the one that changed.
        chain: Vec<UnitName>,
    },
    /// Its directory is gone, and its environments have to be stopped.
    Deleted,
    /// A job of another unit needs one of its jobs.
    NeededBy {
        /// The job that needs it.
        job: JobName,
    },
    /// The workspace's file changed.
    WorkspaceFile {
        /// The file.
        path: RepoPath,
    },
    /// A path changed that concerns every unit.
    EverythingGlob {
        /// The path.
        path: RepoPath,
        /// The glob of `everything`.
        glob: String,
    },
    /// The change set is everything, for the reason given.
    All(String),
    /// Named by hand with `--only`.
    Asked,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OwnDirectory { path, others } => write!(f, "{path} changed{}", and_others(*others)),
            Self::Changes { path, glob, others } => {
                write!(f, "{path} changed, which `{glob}` matches{}", and_others(*others))
            }
            Self::Template { path } => write!(f, "its template {path} changed"),
            Self::DependsOn { chain } => {
                let names: Vec<&str> = chain.iter().map(UnitName::as_str).collect();
                write!(f, "depends on {}", names.join(", which depends on "))
            }
            Self::Deleted => f.write_str("its directory is gone: its environments are stopped"),
            Self::NeededBy { job } => write!(f, "needed by {job}"),
            Self::WorkspaceFile { path } => write!(f, "{path}, the workspace's own file, changed"),
            Self::EverythingGlob { path, glob } => {
                write!(f, "{path} changed, which `everything` names with `{glob}`")
            }
            Self::All(reason) => f.write_str(reason),
            Self::Asked => f.write_str("asked for by name"),
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
            _ => None,
        });
        if let Some(others) = same_kind {
            *others += 1;
        } else if !condensed.contains(&reason) {
            condensed.push(reason);
        }
    }
    condensed.sort();
    condensed
}
