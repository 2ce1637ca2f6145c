//! All that a unit depends on, directly or through others.

use super::Workspace;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeSet, HashMap};

/// The units of a workspace by their names, to ask what each depends on. It holds names alone, and so can be read by templates.
#[derive(Debug)]
pub(crate) struct Dependencies {
    names: Vec<UnitName>,
    places: HashMap<UnitName, usize>,
    /// For each unit the places of those that it depends on directly.
    direct: Vec<Vec<usize>>,
}

impl Dependencies {
    pub(crate) fn new(workspace: &Workspace) -> Self {
        let names: Vec<UnitName> = workspace.units.iter().map(|unit| unit.name.clone()).collect();
        let places: HashMap<UnitName, usize> =
            names.iter().cloned().enumerate().map(|(place, name)| (name, place)).collect();
        let direct = workspace.units.iter().map(|unit| {
            let dependencies = unit.depends_on.iter();
            dependencies.filter_map(|dependency| places.get(&dependency.unit).copied()).collect()
        });
        let direct = direct.collect();
        Self { names, places, direct }
    }

    /// Returns the units that a unit depends on by so many links at most, in order of name.
    pub(crate) fn within(&self, name: &UnitName, depth: Option<usize>) -> Vec<&UnitName> {
        let Some(own) = self.places.get(name) else { return Vec::new() };
        let mut seen = BTreeSet::from([*own]);
        let mut last = vec![*own];
        let mut steps = 0;
        while !last.is_empty() && depth.is_none_or(|depth| steps < depth) {
            last = last.iter().flat_map(|place| &self.direct[*place]).copied().collect();
            last.retain(|place| seen.insert(*place));
            steps += 1;
        }
        seen.remove(own);
        let mut names: Vec<&UnitName> = seen.into_iter().map(|place| &self.names[place]).collect();
        names.sort_unstable();
        names
    }

    /// Returns all units that a unit depends on, each once and behind those that it depends on itself: the order to build
    /// them in. Chains may be thousands of units long.
    pub(crate) fn of(&self, name: &UnitName) -> Vec<&UnitName> {
        let Some(own) = self.places.get(name) else { return Vec::new() };
        let mut ordered = Vec::new();
        let mut seen = vec![false; self.names.len()];
        seen[*own] = true;
        // Units whose dependencies are being visited, with the number of those that were.
        let mut open: Vec<(usize, usize)> = vec![(*own, 0)];
        while let Some((place, visited)) = open.pop() {
            let Some(next) = self.direct[place].get(visited) else {
                ordered.push(&self.names[place]);
                continue;
            };
            open.push((place, visited + 1));
            if !seen[*next] {
                seen[*next] = true;
                open.push((*next, 0));
            }
        }
        // The unit itself comes last.
        ordered.pop();
        ordered
    }
}
