//! A change to a unit concerns the units that depend on it: however far away, or as far as the workspace says.

use super::reason::Reason;
use crate::name::UnitName;
use crate::workspace::Workspace;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How many links of a chain are kept: with thousands of units in a row, whole chains would take all memory.
const LINKS: usize = 30;

/// Gives every unit that depends on one with reasons a reason of its own: the shortest chain to it, the first in the
/// order of names among equals. Breadth first, so each unit is visited once.
pub(crate) fn spread(workspace: &Workspace, reasons: &mut BTreeMap<UnitName, Vec<Reason>>) {
    let dependents = dependents(workspace);
    let mut chains: BTreeMap<UnitName, Vec<UnitName>> = BTreeMap::new();
    let mut queue: VecDeque<(UnitName, usize)> = reasons.keys().map(|unit| (unit.clone(), 0)).collect();
    let mut seen: BTreeSet<UnitName> = reasons.keys().cloned().collect();
    while let Some((changed, steps)) = queue.pop_front() {
        if workspace.depth.is_some_and(|depth| steps >= depth) {
            continue;
        }
        let chain_here = chains.get(&changed).cloned().unwrap_or_default();
        for dependent in dependents.get(&changed).into_iter().flatten() {
            let chain = longer(&changed, &chain_here);
            if seen.insert((*dependent).clone()) {
                chains.insert((*dependent).clone(), chain.clone());
                queue.push_back(((*dependent).clone(), steps + 1));
                reasons.insert((*dependent).clone(), vec![Reason::DependsOn { chain }]);
            } else if chain.len() == 1 && !chains.contains_key(*dependent) {
                // It changed itself, and so did a unit right below it: both are worth telling.
                reasons.entry((*dependent).clone()).or_default().push(Reason::DependsOn { chain });
            }
        }
    }
}

/// A chain with one more link in front; the last one, which changed, always stays.
fn longer(first: &UnitName, chain: &[UnitName]) -> Vec<UnitName> {
    let mut longer: Vec<UnitName> = std::iter::once(first).chain(chain).cloned().collect();
    if longer.len() > LINKS {
        longer.remove(LINKS - 1);
    }
    longer
}

fn dependents(workspace: &Workspace) -> BTreeMap<&UnitName, Vec<&UnitName>> {
    let mut dependents: BTreeMap<&UnitName, Vec<&UnitName>> = BTreeMap::new();
    for unit in &workspace.units {
        for dependency in &unit.depends_on {
            dependents.entry(&dependency.unit).or_default().push(&unit.name);
        }
    }
    dependents
}
