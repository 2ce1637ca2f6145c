//! Fingerprints of units: of their own files, and of those of the units that they depend on.

use super::digest::{Fingerprint, Hasher};
use super::inputs::inputs;
use crate::locks::LockShares;
use crate::workspace::{Workspace, places};
use nestling_files::files::ReadError;
use nestling_git::{GitError, GitRepository, TreeId};
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

/// The fingerprint of each unit of a workspace at one tree.
#[derive(Debug, Clone, Default)]
pub(crate) struct UnitFingerprints {
    by_name: BTreeMap<UnitName, Fingerprint>,
}

impl UnitFingerprints {
    /// Reads a tree, and computes the fingerprint of each unit.
    ///
    /// # Errors
    /// A tree cannot be read.
    pub(crate) fn read(git: &GitRepository, tree: TreeId, workspace: &Workspace) -> Result<Self, GitError> {
        let inputs = inputs(git, tree, workspace)?;
        let locks = LockShares::read(&git.tree_files(tree), workspace).map_err(git_error)?;
        let add_locks = |hasher: &mut Hasher, unit: &UnitName| {
            for (path, share) in locks.of(unit) {
                hasher.add(path.as_bytes());
                hasher.add(&(share.len() as u64).to_be_bytes());
                share.iter().for_each(|text| hasher.add(text.as_bytes()));
            }
        };
        let dependencies = dependencies(workspace);
        let mut by_name = BTreeMap::new();
        for (index, unit) in workspace.units.iter().enumerate() {
            let mut hasher = Hasher::new("unit");
            hasher.add_fingerprint(&inputs.everything);
            hasher.add(unit.dir.as_bytes());
            hasher.add_fingerprint(&inputs.units[index]);
            add_locks(&mut hasher, &unit.name);
            for dependency in closure(index, &dependencies, workspace.depth) {
                hasher.add(workspace.units[dependency].dir.as_bytes());
                hasher.add_fingerprint(&inputs.units[dependency]);
                add_locks(&mut hasher, &workspace.units[dependency].name);
            }
            by_name.insert(unit.name.clone(), hasher.finish());
        }
        Ok(Self { by_name })
    }

    /// Returns all fingerprints by the names of their units.
    pub(crate) fn into_names(self) -> BTreeMap<UnitName, Fingerprint> {
        self.by_name
    }

    /// Returns the fingerprint of a unit.
    pub(crate) fn of(&self, unit: &UnitName) -> Option<Fingerprint> {
        self.by_name.get(unit).copied()
    }
}

/// Returns git's error that caused a failure to read a file.
fn git_error(error: ReadError) -> GitError {
    let path = error.path.to_string();
    match error.source.downcast::<GitError>() {
        Ok(error) => *error,
        Err(source) => GitError::Malformed { what: "file", id: path, source },
    }
}

/// Returns for each unit those that it depends on directly, by index.
fn dependencies(workspace: &Workspace) -> Vec<Vec<usize>> {
    let places = places(&workspace.units);
    let of_unit = |unit: &crate::workspace::Unit| {
        unit.depends_on.iter().filter_map(|dependency| places.get(&dependency.unit).copied()).collect()
    };
    workspace.units.iter().map(of_unit).collect()
}

/// Returns for each unit those that it depends on, to the depth that selection follows.
pub(crate) fn closures(workspace: &Workspace) -> Vec<(&UnitName, BTreeSet<&UnitName>)> {
    let dependencies = dependencies(workspace);
    let named = |index: usize| &workspace.units[index].name;
    let of_unit =
        |index: usize| closure(index, &dependencies, workspace.depth).into_iter().map(named).collect();
    (0..workspace.units.len()).map(|index| (named(index), of_unit(index))).collect()
}

/// Returns the units that a unit depends on, to the depth that selection follows, in order of their index. Manifests may make
/// circles.
fn closure(unit: usize, dependencies: &[Vec<usize>], depth: Option<usize>) -> Vec<usize> {
    let mut seen = HashSet::from([unit]);
    let mut closure = Vec::new();
    let mut queue = VecDeque::from([(unit, 0)]);
    while let Some((dependent, steps)) = queue.pop_front() {
        if depth.is_some_and(|depth| steps >= depth) {
            continue;
        }
        for dependency in &dependencies[dependent] {
            if seen.insert(*dependency) {
                closure.push(*dependency);
                queue.push_back((*dependency, steps + 1));
            }
        }
    }
    closure.sort_unstable();
    closure
}

#[cfg(test)]
mod tests;
