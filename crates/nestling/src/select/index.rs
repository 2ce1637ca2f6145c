//! From a path to the units that it affects, in time that grows with the path's depth and not with the units.

use super::reason::Reason;
use crate::workspace::{Sign, Unit, UnitDirectories, Workspace};
use nestling_files::path::{GlobIndex, RepoPath};

/// The workspace's units by directory, and their globs by what they can match.
pub(crate) struct UnitIndex<'a> {
    units: &'a [Unit],
    directories: UnitDirectories<'a>,
    globs: GlobIndex<usize>,
}

impl<'a> UnitIndex<'a> {
    pub(crate) fn new(workspace: &'a Workspace) -> Self {
        let units = workspace.units.as_slice();
        let mut globs = GlobIndex::default();
        for (index, unit) in units.iter().enumerate() {
            for rule in unit.changes.iter().filter(|rule| rule.sign == Sign::Include) {
                globs.insert(&rule.glob, index);
            }
        }
        Self { units, directories: UnitDirectories::new(units), globs }
    }

    /// The units that a changed path affects, by their place in the workspace, each with its reason, in order.
    pub(crate) fn claims(&self, path: &RepoPath) -> Vec<(usize, Reason)> {
        let owner = self.directories.owner(path);
        let mut candidates: Vec<usize> = self.globs.matches(path).copied().chain(owner).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let mut claims = Vec::new();
        for index in candidates {
            if let Some(reason) = claim(&self.units[index], path, owner == Some(index)) {
                claims.push((index, reason));
            }
        }
        claims
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
