//! Units that have to do with others: their jobs name jobs of other units, or may wait for those that they depend on.

use super::roles::uses_roles;
use crate::assemble::{JobReference, KnownUnit, KnownUnits, resolve};
use crate::unit::UnitJobs;
use crate::workspace::Workspace;
use nestling_gitlab::name::UnitName;
use nestling_gitlab::pipeline::scope::rename_jobs;
use std::collections::{BTreeMap, BTreeSet};

/// The units that have to do with others, on both sides.
#[derive(Debug, Default)]
pub(crate) struct Links(BTreeSet<UnitName>);

impl Links {
    pub(super) fn between(
        workspace: &Workspace,
        own: &UnitJobs,
        units: &BTreeMap<UnitName, UnitJobs>,
    ) -> Self {
        let mut linked: BTreeSet<UnitName> = others(own, workspace).into_iter().cloned().collect();
        for (name, jobs) in units {
            let others = others(jobs, workspace);
            if !others.is_empty() {
                linked.insert(name.clone());
                linked.extend(others.into_iter().cloned());
            }
        }
        Self(linked)
    }

    pub(crate) fn contain(&self, unit: &UnitName) -> bool {
        self.0.contains(unit)
    }
}

/// Takes in the known units that jobs have to do with, and those that these have to do with in turn.
pub(super) fn take_in(
    known: &KnownUnits,
    workspace: &Workspace,
    own: &UnitJobs,
    units: &mut BTreeMap<UnitName, UnitJobs>,
    mut render: impl FnMut(&UnitName, &KnownUnit) -> UnitJobs,
) {
    if known.is_empty() {
        return;
    }
    let jobs = std::iter::once(own).chain(units.values());
    let mut pending: Vec<&UnitName> = jobs.flat_map(|jobs| others(jobs, workspace)).collect();
    while let Some(name) = pending.pop() {
        let Some(unit) = known.get(name) else { continue };
        known.take(name);
        let jobs = render(name, &unit);
        pending.extend(others(&jobs, workspace));
        units.insert(name.clone(), jobs);
    }
}

/// Returns the other units that jobs have to do with.
fn others<'w>(jobs: &UnitJobs, workspace: &'w Workspace) -> BTreeSet<&'w UnitName> {
    let mut others = BTreeSet::new();
    for job in jobs.jobs.values() {
        let mut note = |name: &str, _| {
            if let JobReference::Other { unit, .. } = resolve(name, jobs, workspace) {
                others.extend(workspace.unit(unit.as_str()).map(|unit| &unit.name));
            }
            None
        };
        rename_jobs(&mut job.body.clone(), &mut note);
    }
    let waits = uses_roles(jobs) || jobs.jobs.values().any(|job| job.promoted.is_some());
    if let Some(unit) = jobs.unit.as_ref().filter(|_| waits) {
        let mut pending: Vec<&UnitName> =
            workspace.unit(unit.as_str()).map(|unit| &unit.name).into_iter().collect();
        while let Some(name) = pending.pop() {
            let unit = workspace.unit(name.as_str());
            let dependencies = unit.into_iter().flat_map(|unit| &unit.depends_on);
            pending
                .extend(dependencies.map(|dependency| &dependency.unit).filter(|name| others.insert(*name)));
        }
    }
    if let Some(unit) = &jobs.unit {
        others.remove(unit);
    }
    others
}
