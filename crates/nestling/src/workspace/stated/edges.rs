//! From paths that need each other to units: who owns them, and the way through directories that are no unit.

use super::super::directories::UnitDirectories;
use super::super::literal_rules::{of_directory, of_file, of_files_in};
use super::super::unit::{Dependency, Order, PathRule, Stated, Unit};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::name::UnitName;
use std::collections::BTreeMap;

/// A path that something else needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Needed {
    /// A package, a module or a chart, with all that is below it.
    Directory(RepoPath),
    /// One file, which is read.
    File(RepoPath),
}

/// The relations between paths that manifests state, gathered as dependencies of units.
pub(super) struct Edges<'u> {
    units: &'u [Unit],
    directories: UnitDirectories<'u>,
    found: Found,
    /// The needs of directories outside of all units: units may need these.
    of_others: BTreeMap<RepoPath, Vec<(Needed, Origin)>>,
}

/// Dependencies and paths by the index of the unit that has them, each with the place where it is stated first.
#[derive(Debug, Default)]
pub(super) struct Found {
    units: BTreeMap<(usize, UnitName), Origin>,
    paths: BTreeMap<(usize, Needed), Origin>,
}

impl<'u> Edges<'u> {
    pub(super) fn new(units: &'u [Unit]) -> Self {
        let directories = UnitDirectories::new(units);
        Self { units, directories, found: Found::default(), of_others: BTreeMap::new() }
    }

    /// Adds that what is in one directory needs what is in another, and where that is stated.
    pub(super) fn add(&mut self, from: &RepoPath, to: &RepoPath, origin: impl FnOnce() -> Origin) {
        self.add_needed(from, Needed::Directory(to.clone()), origin);
    }

    /// Adds that what is in a directory reads one file. A change to that file affects it, and none beside the file.
    pub(super) fn add_file(&mut self, from: &RepoPath, file: &RepoPath, origin: impl FnOnce() -> Origin) {
        self.add_needed(from, Needed::File(file.clone()), origin);
    }

    /// Returns `true` if a path belongs to a unit that is not the root's: that one has whatever no other unit has.
    pub(super) fn is_in_unit_below_root(&self, path: &RepoPath) -> bool {
        self.directories.owner(path).is_some_and(|unit| !self.units[unit].dir.is_root())
    }

    fn add_needed(&mut self, from: &RepoPath, needed: Needed, origin: impl FnOnce() -> Origin) {
        match self.directories.owner(from) {
            Some(unit) => {
                self.add_to_unit(unit, needed, origin);
            }
            None => self.of_others.entry(from.clone()).or_default().push((needed, origin())),
        }
    }

    /// Adds what a unit needs. Returns `true` for a directory of no unit that it was not known to need.
    fn add_to_unit(&mut self, unit: usize, needed: Needed, origin: impl FnOnce() -> Origin) -> bool {
        let owner = match &needed {
            Needed::Directory(path) | Needed::File(path) => self.directories.owner(path),
        };
        match (owner, &needed) {
            (Some(owner), _) if owner == unit => false,
            (Some(owner), Needed::Directory(_)) => {
                let name = self.units[owner].name.clone();
                self.found.units.entry((unit, name)).or_insert_with(origin);
                false
            }
            _ => {
                let is_new = !self.found.paths.contains_key(&(unit, needed.clone()));
                let is_directory = matches!(needed, Needed::Directory(_));
                self.found.paths.entry((unit, needed)).or_insert_with(origin);
                is_new && is_directory
            }
        }
    }

    /// Follows what units need through directories that are no unit: they need what is needed there.
    pub(super) fn finish(mut self) -> Found {
        let others = std::mem::take(&mut self.of_others);
        let mut open: Vec<(usize, Needed)> = self.found.paths.keys().cloned().collect();
        while let Some((unit, needed)) = open.pop() {
            let Needed::Directory(directory) = needed else { continue };
            // All paths below it are adjacent, except others that begin with its name.
            let begins = others.range(&directory..).take_while(|(from, _)| begins_with(from, &directory));
            let below = begins.filter(|(from, _)| from.is_in(&directory));
            for (needed, origin) in below.flat_map(|(_, needed)| needed) {
                if self.add_to_unit(unit, needed.clone(), || *origin) {
                    open.push((unit, needed.clone()));
                }
            }
        }
        self.found
    }
}

fn begins_with(path: &RepoPath, directory: &RepoPath) -> bool {
    path.as_bytes().starts_with(directory.as_bytes())
}

impl Found {
    /// Adds what was found to the units. The dependency of a header on the same unit takes precedence.
    pub(super) fn add_to(self, units: &mut [Unit]) {
        for ((index, unit), origin) in self.units {
            let depends_on = &mut units[index].depends_on;
            if let Err(position) = depends_on.binary_search_by(|known| known.unit.cmp(&unit)) {
                let dependency =
                    Dependency { unit, order: Order::Unordered, stated: Stated::Manifest, origin };
                depends_on.insert(position, dependency);
            }
        }
        let mut rules: BTreeMap<usize, Vec<PathRule>> = BTreeMap::new();
        for ((index, needed), origin) in self.paths {
            rules.entry(index).or_default().extend(rules_of(&needed, &units[index].dir, origin));
        }
        for (index, rules) in rules {
            // Before those of the header, which may exclude what a manifest names.
            units[index].changes.splice(0..0, rules);
        }
    }
}

/// The rules of a path that the unit in a directory needs. What a manifest takes for a directory may be a packed file, such
/// as a wheel.
fn rules_of(needed: &Needed, unit: &RepoPath, origin: Origin) -> Vec<PathRule> {
    let rules = match needed {
        Needed::File(path) => [of_file(path, Stated::Manifest, origin), None],
        // A package above the unit: what is below it belongs to many, and is left to `unclaimed`.
        Needed::Directory(path) if unit.is_in(path) => [of_files_in(path, Stated::Manifest, origin), None],
        Needed::Directory(path) => {
            [of_file(path, Stated::Manifest, origin), of_directory(path, Stated::Manifest, origin)]
        }
    };
    rules.into_iter().flatten().collect()
}
