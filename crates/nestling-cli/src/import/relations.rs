//! Paths and units, beside its own directory, that select a unit.

use super::evidence::whole;
use super::unit::NewUnit;
use std::collections::{BTreeMap, BTreeSet};

/// Returns `false` for a glob that no changed path can match.
pub(super) fn is_possible(glob: &str) -> bool {
    !glob.starts_with('/') && !glob.starts_with("./") && !glob.is_empty()
}

/// Writes what selects each unit beside its directory: units whose whole directory counts, and globs.
pub(super) fn add_relations(units: &mut [NewUnit], selections: &BTreeMap<String, BTreeSet<String>>) {
    let simple = |directory: &str| {
        let own = format!("{directory}/");
        let is_inside = |globs: &BTreeSet<String>| globs.iter().all(|glob| glob.starts_with(&own));
        let is_outer = selections.keys().any(|other| other.starts_with(&format!("{directory}/")));
        selections.get(directory).is_some_and(is_inside) && !is_outer
    };
    let names: BTreeMap<String, String> = units
        .iter()
        .filter(|unit| simple(&unit.directory))
        .map(|unit| (whole(&unit.directory), unit.name.clone()))
        .collect();
    for unit in units {
        let own = whole(&unit.directory);
        for glob in selections.get(&unit.directory).into_iter().flatten().filter(|glob| **glob != own) {
            match names.get(glob) {
                Some(name) => {
                    unit.depends_on.insert(name.clone());
                }
                // Files of the directory select the unit anyway, unless they are in a unit below it.
                None if glob.starts_with(&format!("{}/", unit.directory)) => {}
                None => {
                    unit.changes.insert(glob.clone());
                }
            }
        }
        let inner = selections.keys().filter(|other| other.starts_with(&format!("{}/", unit.directory)));
        unit.changes.extend(inner.map(|directory| whole(directory)));
    }
}
