//! Result of the comparison of the units with those at base.

use super::reason::Reason;
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet};

/// Effects on units beside those of their own changed paths: definitions that differ, moves, units that were removed.
#[derive(Debug, Clone, Default)]
pub(crate) struct BaseComparison {
    /// The reasons by unit.
    pub reasons: BTreeMap<UnitName, Vec<Reason>>,
    /// The files behind those reasons, by unit.
    pub paths: BTreeMap<UnitName, BTreeSet<RepoPath>>,
    /// Changed files that were looked at: templates that are used, the workspace's own file, files of removed units. They
    /// are claimed whether they select a unit or not.
    pub claimed: BTreeSet<RepoPath>,
    /// Units that are made from changed files and are defined as before, with those files.
    pub same: BTreeMap<UnitName, BTreeSet<RepoPath>>,
    /// Reason why every unit is affected, if there is one.
    pub everything: Option<Reason>,
}

impl BaseComparison {
    /// Adds a reason for a unit.
    pub(crate) fn add(&mut self, unit: &UnitName, reason: Reason) {
        self.reasons.entry(unit.clone()).or_default().push(reason);
    }

    /// Adds a reason for a unit that comes from these files.
    pub(crate) fn add_with_paths(&mut self, unit: &UnitName, reason: Reason, paths: &BTreeSet<RepoPath>) {
        self.add(unit, reason);
        self.paths.entry(unit.clone()).or_default().extend(paths.iter().cloned());
    }
}
