//! Result of the comparison of the units with those at base.

use super::reason::Reason;
use crate::workspace::Workspace;
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

    /// Adds all of another comparison that is about units of this workspace.
    pub(crate) fn add_all(&mut self, other: &Self, workspace: &Workspace) {
        let is_unit = |unit: &&UnitName| workspace.unit(unit.as_str()).is_some();
        for unit in other.reasons.keys().filter(is_unit) {
            let reasons = other.reasons[unit].iter().cloned();
            self.reasons.entry(unit.clone()).or_default().extend(reasons);
        }
        for unit in other.paths.keys().filter(is_unit) {
            self.paths.entry(unit.clone()).or_default().extend(other.paths[unit].iter().cloned());
        }
        self.claimed.extend(other.claimed.iter().cloned());
        self.everything = self.everything.take().or_else(|| other.everything.clone());
    }
}
