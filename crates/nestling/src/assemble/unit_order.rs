//! The order of units in the output.

use crate::workspace::Workspace;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet};

/// Returns the units in an order in which each comes after those that it depends on, by name where nothing else decides.
pub(crate) fn ordered<'a>(workspace: &'a Workspace, included: &BTreeSet<&UnitName>) -> Vec<&'a UnitName> {
    let mut open_dependencies: BTreeMap<&UnitName, usize> = BTreeMap::new();
    let mut dependents: BTreeMap<&UnitName, Vec<&'a UnitName>> = BTreeMap::new();
    for unit in workspace.units.iter().filter(|unit| included.contains(&unit.name)) {
        // Loading refused a second unit of the name, and an editor continues with the first.
        if open_dependencies.contains_key(&unit.name) {
            continue;
        }
        let mut count = 0;
        for dependency in unit.depends_on.iter().filter(|dependency| included.contains(&dependency.unit)) {
            dependents.entry(&dependency.unit).or_default().push(&unit.name);
            count += 1;
        }
        open_dependencies.insert(&unit.name, count);
    }
    let is_ready = |name: &&UnitName| open_dependencies.get(*name) == Some(&0);
    let mut ready: BTreeSet<&'a UnitName> = workspace.unit_names().filter(is_ready).collect();
    let mut ordered = Vec::new();
    while let Some(next) = ready.pop_first() {
        ordered.push(next);
        for dependent in dependents.get(next).into_iter().flatten() {
            let Some(open) = open_dependencies.get_mut(dependent) else { continue };
            *open -= 1;
            if *open == 0 {
                ready.insert(dependent);
            }
        }
    }
    if ordered.len() < open_dependencies.len() {
        // Loading refused the cycle; its members still have to appear once.
        let placed: BTreeSet<&UnitName> = ordered.iter().copied().collect();
        let in_cycle = |name: &&UnitName| included.contains(name) && !placed.contains(name);
        ordered.extend(workspace.unit_names().filter(in_cycle));
    }
    ordered
}
