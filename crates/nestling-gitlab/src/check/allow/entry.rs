//! `allow` in a header: `{ rule, where, reason }`.

use crate::diagnostic::{Item, Origin};
use crate::name::{JobName, UnitName};
use nestling_files::path::{Glob, RepoPath};

/// An entry of `allow`, as a header has it.
#[derive(Debug, Clone)]
pub struct AllowEntry {
    /// The id of the rule as written; it may not exist.
    pub rule: String,
    /// The findings that it is for: globs of files, jobs, or subjects of a report. Empty for all of the scope.
    pub globs: Vec<Glob>,
    /// Reason why it is allowed.
    pub reason: String,
    /// The place of the rule's id.
    pub origin: Origin,
}

/// The findings that a header can speak of.
#[derive(Debug, Clone)]
pub enum Scope {
    /// All of the workspace.
    Workspace,
    /// Findings of one unit.
    Unit {
        /// The unit.
        name: UnitName,
        /// Its directory.
        directory: RepoPath,
    },
}

/// The entries of one header.
#[derive(Debug, Clone)]
pub struct Entries<'a> {
    /// The header's reach.
    pub scope: Scope,
    /// The entries in the order written.
    pub list: &'a [AllowEntry],
}

/// A finding, seen by what an entry can name.
pub(super) struct Seen<'a> {
    /// The units that the finding was made for.
    pub units: &'a [UnitName],
    /// The path of the file that it points to.
    pub path: Option<&'a str>,
    /// The jobs that have its place in them, with their units.
    pub jobs: &'a [(&'a JobName, Option<&'a UnitName>)],
}

impl Scope {
    /// Returns `true` if a finding is inside: for a unit, if it affects nothing outside of that unit.
    pub(super) fn contains(&self, seen: &Seen<'_>) -> bool {
        let Self::Unit { name, directory } = self else { return true };
        let in_directory =
            seen.path.is_some_and(|path| RepoPath::parse(path).is_ok_and(|path| path.is_in(directory)));
        if in_directory {
            return true;
        }
        if !seen.units.is_empty() {
            return seen.units.iter().all(|unit| unit == name);
        }
        !seen.jobs.is_empty() && seen.jobs.iter().all(|(_, unit)| *unit == Some(name))
    }

    /// Returns a job's name as the jobs of the scope call each other.
    fn short<'a>(&self, job: &'a JobName) -> &'a str {
        let name = job.as_str();
        match self {
            Self::Workspace => name,
            Self::Unit { name: unit, .. } => {
                let rest = name.strip_prefix(unit.as_str()).and_then(|rest| rest.strip_prefix(':'));
                rest.unwrap_or(name)
            }
        }
    }
}

impl AllowEntry {
    /// Returns `true` if the entry covers a finding of its rule and scope. One that several jobs share is covered only
    /// if each of them matches: otherwise the entry would silence a job that nobody has looked at.
    pub(super) fn covers(&self, scope: &Scope, seen: &Seen<'_>) -> bool {
        if self.globs.is_empty() || seen.path.is_some_and(|path| self.matches(path)) {
            return true;
        }
        let job_matches = |job: &JobName| self.matches(job.as_str()) || self.matches(scope.short(job));
        !seen.jobs.is_empty() && seen.jobs.iter().all(|(job, _)| job_matches(job))
    }

    /// Returns `true` if the entry covers an item of a finding that lists several.
    pub(super) fn covers_item(&self, item: &Item) -> bool {
        self.globs.is_empty() || self.matches(&item.subject) || self.matches(&item.id)
    }

    fn matches(&self, name: &str) -> bool {
        self.globs.iter().any(|glob| glob.matches_text(name))
    }
}
