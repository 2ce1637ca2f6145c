//! From a path to the units that it concerns, in time that grows with the path's depth and not with the units.

use super::reason::Reason;
use crate::workspace::{Sign, Unit, Workspace};
use nestling_files::path::{GlobIndex, RepoPath};
use std::collections::HashMap;

/// The workspace's units by directory, and their globs by what they can match.
pub(crate) struct UnitIndex<'a> {
    units: &'a [Unit],
    by_directory: HashMap<&'a [u8], usize>,
    globs: GlobIndex<usize>,
}

impl<'a> UnitIndex<'a> {
    pub(crate) fn new(workspace: &'a Workspace) -> Self {
        let units = workspace.units.as_slice();
        let by_directory = units.iter().enumerate().map(|(at, unit)| (unit.dir.as_bytes(), at)).collect();
        let mut globs = GlobIndex::default();
        for (at, unit) in units.iter().enumerate() {
            for rule in unit.changes.iter().filter(|rule| rule.sign == Sign::Include) {
                globs.insert(&rule.glob, at);
            }
        }
        Self { units, by_directory, globs }
    }

    /// The units that a changed path concerns, by their place in the workspace, each with its reason, in order.
    pub(crate) fn claims(&self, path: &RepoPath) -> Vec<(usize, Reason)> {
        let owner = self.owner(path);
        let mut candidates: Vec<usize> = self.globs.matches(path).copied().chain(owner).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let claim = |at: usize| Some((at, claim(&self.units[at], path, owner == Some(at))?));
        candidates.into_iter().filter_map(claim).collect()
    }

    /// The unit whose directory is nearest above the path, as nested packages have it.
    fn owner(&self, path: &RepoPath) -> Option<usize> {
        let mut at = path.as_bytes();
        loop {
            if let Some(unit) = self.by_directory.get(at) {
                return Some(*unit);
            }
            if at.is_empty() {
                return None;
            }
            at = &at[..at.iter().rposition(|byte| *byte == b'/').unwrap_or(0)];
        }
    }
}

/// Goes through a unit's rules in order: its own directory first, then `changes`, where a later rule wins.
fn claim(unit: &Unit, path: &RepoPath, owned: bool) -> Option<Reason> {
    let own = || Reason::OwnDirectory { path: path.clone(), others: 0 };
    let mut verdict = owned.then(own);
    for rule in unit.changes.iter().filter(|rule| rule.glob.matches(path)) {
        verdict = match rule.sign {
            Sign::Exclude => None,
            Sign::Include if owned => Some(own()),
            Sign::Include => {
                Some(Reason::Changes { path: path.clone(), glob: rule.written.clone(), others: 0 })
            }
        };
    }
    verdict
}
