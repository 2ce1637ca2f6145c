//! Units as they are proposed.

use nestling::RepoPath;
use std::collections::{BTreeMap, BTreeSet};

/// A template that a unit uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Use {
    /// Its name, with `nestling/`.
    pub template: String,
    /// Inputs by name, as JSON.
    pub inputs: BTreeMap<String, String>,
}

/// A directory that becomes a unit.
#[derive(Debug, Default)]
pub(super) struct Unit {
    pub uses: Vec<Use>,
    /// Globs of paths elsewhere that concern it, from the root with a slash.
    pub changes: BTreeSet<String>,
    /// Globs that select nothing more than its directory and its manifests do.
    pub unneeded: BTreeSet<String>,
    /// Paths that its image is made from.
    pub copies: BTreeSet<RepoPath>,
    /// Globs of such paths, from the root with a slash.
    pub copied_globs: BTreeSet<String>,
    /// Files that led to it, by the template that they led to.
    pub because: BTreeMap<String, BTreeSet<RepoPath>>,
    /// Ids of the kinds that it is of.
    pub kinds: BTreeSet<&'static str>,
    /// True for a member of a workspace, on which others may depend: it may have no jobs.
    pub is_member: bool,
    /// True if none of its jobs may apply or deploy.
    pub is_tested_only: bool,
    /// The versions that its jobs run with, and the files that state them.
    pub versions: BTreeSet<String>,
    /// Its jobs, once they are rendered.
    pub jobs: Vec<String>,
}

impl Unit {
    /// Returns the files that led to it, as far as their templates are still used.
    pub(super) fn reasons(&self) -> BTreeSet<&RepoPath> {
        let is_used = |template: &str| self.uses.iter().any(|used| used.template == template);
        self.because.iter().filter(|(template, _)| is_used(template)).flat_map(|(_, files)| files).collect()
    }
}

/// Units by directory.
pub(super) type Units = BTreeMap<RepoPath, Unit>;

/// An input that a built-in template declares.
#[derive(Debug)]
pub(super) struct Declared {
    /// The values that it may have; empty for any.
    pub options: Vec<String>,
    /// Its default, if that is a string.
    pub default: Option<String>,
    /// Its default, if that is a list of strings.
    pub default_items: Vec<String>,
}

/// The inputs that each built-in template declares, by its name and theirs.
pub(super) type Declarations = BTreeMap<String, BTreeMap<String, Declared>>;
