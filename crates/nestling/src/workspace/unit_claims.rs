//! From a path to the units that claim it, in time that grows with the path's depth and not with the units.

use super::directories::UnitDirectories;
use super::unit::{PathRule, Sign, Unit};
use nestling_files::path::{GlobIndex, RepoPath};

/// The units by directory, and their globs by what they can match.
pub(crate) struct UnitClaims<'a> {
    units: &'a [Unit],
    directories: UnitDirectories<'a>,
    globs: GlobIndex<usize>,
}

/// Claim of a unit to a path.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Claim<'a> {
    /// It is in the unit's directory.
    Own,
    /// A rule of the unit includes it.
    Rule(&'a PathRule),
}

impl<'a> UnitClaims<'a> {
    pub(crate) fn new(units: &'a [Unit]) -> Self {
        let mut globs = GlobIndex::default();
        for (index, unit) in units.iter().enumerate() {
            for rule in unit.changes.iter().filter(|rule| rule.sign == Sign::Include) {
                globs.insert(&rule.glob, index);
            }
        }
        Self { units, directories: UnitDirectories::new(units), globs }
    }

    /// Returns the unit whose directory is nearest above a path, or is the path.
    pub(crate) fn owner(&self, path: &RepoPath) -> Option<usize> {
        self.directories.owner(path)
    }

    /// Returns the units that claim a path, by their index, in order.
    pub(crate) fn of(&self, path: &RepoPath) -> Vec<(usize, Claim<'a>)> {
        let owner = self.owner(path);
        let mut candidates: Vec<usize> = self.globs.matches(path).copied().chain(owner).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let claim = |unit: usize| Some((unit, claim(&self.units[unit], path, owner == Some(unit))?));
        candidates.into_iter().filter_map(claim).collect()
    }
}

/// Goes through a unit's rules in order: its own directory first, then `changes`, where a later rule wins.
fn claim<'a>(unit: &'a Unit, path: &RepoPath, owned: bool) -> Option<Claim<'a>> {
    let mut claim = owned.then_some(Claim::Own);
    for rule in unit.changes.iter().filter(|rule| rule.glob.matches(path)) {
        claim = match rule.sign {
            Sign::Exclude => None,
            Sign::Include if owned => Some(Claim::Own),
            Sign::Include => Some(Claim::Rule(rule)),
        };
    }
    claim
}
