//! Numbers of jobs by unit.

use crate::plan::{NOOP_JOB, Plan};
use crate::select::Narrowing;
use crate::workspace::Workspace;
use nestling_files::files::ReadError;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet};

/// The number of jobs of each unit, as of today or of the newest merge at which there was such a unit.
pub(super) struct JobCounts {
    narrowing: Narrowing,
    /// The jobs of the workspace itself are under `None`.
    by_unit: BTreeMap<Option<UnitName>, usize>,
}

impl JobCounts {
    /// Counts the jobs of a plan of all units.
    pub(super) fn of_today(plan: &Plan, narrowing: &Narrowing) -> Self {
        let mut by_unit = by_unit(plan);
        for unit in plan.workspace.unit_names() {
            by_unit.entry(Some(unit.clone())).or_default();
        }
        Self { narrowing: narrowing.clone(), by_unit }
    }

    /// Adds the units of a workspace that are not known: those that there are no more.
    pub(super) fn add_unknown(
        &mut self,
        workspace: &Workspace,
        plan: impl FnOnce(BTreeSet<UnitName>) -> Result<Plan, ReadError>,
    ) -> Result<(), ReadError> {
        let is_unknown = |name: &&UnitName| !self.by_unit.contains_key(&Some((*name).clone()));
        let unknown: BTreeSet<UnitName> = workspace.unit_names().filter(is_unknown).cloned().collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let counted = by_unit(&plan(unknown.clone())?);
        for unit in unknown {
            let count = counted.get(&Some(unit.clone())).copied().unwrap_or_default();
            self.by_unit.insert(Some(unit), count);
        }
        Ok(())
    }

    /// Returns the number of jobs of all units of a workspace, within the narrowing, and of the workspace itself.
    pub(super) fn all(&self, workspace: &Workspace) -> usize {
        let Narrowing { only, except } = &self.narrowing;
        let is_wanted =
            |name: &&UnitName| (only.is_empty() || only.contains(*name)) && !except.contains(*name);
        let units = workspace.unit_names().filter(is_wanted).map(|name| self.of(Some(name)));
        units.sum::<usize>() + self.of(None)
    }

    /// Returns the number of jobs of a plan. Units that may lack some count with those of today.
    pub(super) fn of_merge(&self, plan: &Plan) -> usize {
        let mut counted = by_unit(plan);
        for unit in &plan.incomplete {
            let count = counted.entry(Some(unit.clone())).or_default();
            *count = (*count).max(self.of(Some(unit)));
        }
        counted.values().sum()
    }

    fn of(&self, unit: Option<&UnitName>) -> usize {
        self.by_unit.get(&unit.cloned()).copied().unwrap_or_default()
    }
}

/// Counts the jobs that are in the pipeline, or may be, without the job that does nothing.
fn by_unit(plan: &Plan) -> BTreeMap<Option<UnitName>, usize> {
    let mut counts = BTreeMap::new();
    for (job, presence) in plan.pipeline.jobs.iter().zip(&plan.presence) {
        if job.unit.is_some() || job.name.as_str() != NOOP_JOB {
            *counts.entry(job.unit.clone()).or_default() += presence.count();
        }
    }
    counts
}
