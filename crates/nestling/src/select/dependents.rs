//! A change to a unit affects the units that depend on it: however far away, or as far as the workspace says.

use super::reason::Reason;
use crate::workspace::{Workspace, places};
use nestling_gitlab::name::UnitName;
use std::collections::VecDeque;

/// Number of links of a chain that are kept: with thousands of units in a row, whole chains would take all memory.
const LINKS: usize = 30;

/// Gives every unit that depends on one with reasons a reason of its own: the shortest chain to it, the first in the
/// order of names among equals. Breadth first, so each unit is visited once. `reasons` are by the units' places.
pub(crate) fn spread(workspace: &Workspace, reasons: &mut [Vec<Reason>]) {
    let dependents = dependents(workspace);
    let mut chains: Vec<Vec<UnitName>> = vec![Vec::new(); reasons.len()];
    let mut queue: VecDeque<(usize, usize)> =
        (0..reasons.len()).filter(|unit| !reasons[*unit].is_empty()).map(|unit| (unit, 0)).collect();
    let mut seen: Vec<bool> = reasons.iter().map(|reasons| !reasons.is_empty()).collect();
    while let Some((changed, steps)) = queue.pop_front() {
        if workspace.depth.is_some_and(|depth| steps >= depth) || dependents[changed].is_empty() {
            continue;
        }
        let chain = longer(&workspace.units[changed].name, &chains[changed]);
        for dependent in &dependents[changed] {
            let reason = || Reason::DependsOn { chain: chain.clone() };
            if !seen[*dependent] {
                seen[*dependent] = true;
                reasons[*dependent] = vec![reason()];
                chains[*dependent].clone_from(&chain);
                queue.push_back((*dependent, steps + 1));
            } else if chain.len() == 1 && chains[*dependent].is_empty() {
                // It changed itself, and so did a unit right below it: both are worth telling.
                reasons[*dependent].push(reason());
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

/// For each unit those that depend on it, by their places.
fn dependents(workspace: &Workspace) -> Vec<Vec<usize>> {
    let places = places(&workspace.units);
    let mut dependents = vec![Vec::new(); workspace.units.len()];
    for (at, unit) in workspace.units.iter().enumerate() {
        for dependency in &unit.depends_on {
            if let Some(on) = places.get(&dependency.unit) {
                dependents[*on].push(at);
            }
        }
    }
    dependents
}

/// Returns for each unit, by index, `true` if it is selected where these units are affected.
pub(crate) fn selected_by(workspace: &Workspace, affected: Vec<(usize, Reason)>) -> Vec<bool> {
    let mut reasons: Vec<Vec<Reason>> = vec![Vec::new(); workspace.units.len()];
    affected.into_iter().for_each(|(unit, reason)| reasons[unit].push(reason));
    spread(workspace, &mut reasons);
    reasons.iter().map(|reasons| !reasons.is_empty()).collect()
}
