//! Units that a plan leaves out, since an earlier one has shown their jobs: nothing that they are made from has changed, no other
//! unit has to do with them, and there was nothing to report.

use super::staged::stage_index;
use crate::template::RenderingWork;
use crate::workspace::{KnownTemplate, Workspace};
use nestling_gitlab::name::{StageName, UnitName};
use nestling_gitlab::pipeline::Pipeline;
use nestling_gitlab::pipeline::presence::JobPresence;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Facts of a unit in a pipeline of one kind, beside its jobs.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownUnit {
    /// The templates that it is rendered from, in the order in which they are read.
    pub templates: Rc<[KnownTemplate]>,
    /// The weight of its jobs.
    pub weight: usize,
    /// The work of rendering it.
    pub work: RenderingWork,
    /// The stages of its jobs; empty if it has none.
    pub stages: BTreeSet<StageName>,
    /// The stages of those with artifacts.
    pub artifact_stages: BTreeSet<StageName>,
    /// Set if GitLab makes several jobs of one of them.
    pub has_copies: bool,
    /// Set if one of its jobs is certain to be in the pipeline, in a stage between `.pre` and `.post`.
    pub is_certain: bool,
}

/// Facts of a pipeline that jobs of all its units can depend on.
#[derive(Debug, Clone, Default)]
pub(crate) struct PipelineTotals {
    stages: Vec<StageName>,
    /// The first stage with artifacts: a later deploy without `needs` gets some.
    first_artifact_stage: Option<StageName>,
    /// Set if GitLab makes several jobs of one, and so looks for copies in needs.
    has_copies: bool,
}

impl PipelineTotals {
    /// Returns the facts of a pipeline with the jobs of known units.
    pub(crate) fn of(pipeline: &Pipeline, presence: &[JobPresence], known: Option<&KnownUnits>) -> Self {
        let with_artifacts = pipeline.jobs.iter().filter(|job| job.body.contains("artifacts"));
        let own: BTreeSet<StageName> =
            with_artifacts.filter_map(|job| StageName::parse(job.stage()).ok()).collect();
        let of_known = known.map(KnownUnits::artifact_stages).unwrap_or_default();
        let all = own.iter().chain(&of_known);
        let first_artifact_stage = all.min_by_key(|stage| stage_index(&pipeline.stages, stage.as_str()));
        let mut jobs = pipeline.jobs.iter().zip(presence);
        Self {
            stages: pipeline.stages.clone(),
            first_artifact_stage: first_artifact_stage.cloned(),
            has_copies: jobs.any(|(job, presence)| presence.is_multiplied(job.name.as_str()))
                || known.is_some_and(KnownUnits::have_copies),
        }
    }
}

/// The known units of one kind of pipeline.
///
/// A plan that leaves them out is the same as one with them, but for their jobs, unless it gives up: then what it has made is
/// not to be used.
#[derive(Debug, Default)]
pub(crate) struct KnownUnits {
    units: RefCell<BTreeMap<UnitName, Rc<KnownUnit>>>,
    /// The pipeline that they were in.
    before: PipelineTotals,
    has_given_up: Cell<bool>,
}

impl KnownUnits {
    pub(crate) fn new(
        units: impl IntoIterator<Item = (UnitName, Rc<KnownUnit>)>,
        before: PipelineTotals,
    ) -> Self {
        Self { units: RefCell::new(units.into_iter().collect()), before, has_given_up: Cell::new(false) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.units.borrow().is_empty()
    }

    pub(crate) fn contains(&self, unit: &UnitName) -> bool {
        self.units.borrow().contains_key(unit)
    }

    /// Returns a unit that is left out.
    pub(crate) fn get(&self, unit: &UnitName) -> Option<Rc<KnownUnit>> {
        self.units.borrow().get(unit).cloned()
    }

    /// Takes a unit into the plan after all; returns `true` if it was left out.
    pub(crate) fn take(&self, unit: &UnitName) -> bool {
        self.units.borrow_mut().remove(unit).is_some()
    }

    /// Notes that the plan cannot do without the units that it leaves out.
    pub(crate) fn give_up(&self) {
        self.has_given_up.set(true);
    }

    pub(crate) fn has_given_up(&self) -> bool {
        self.has_given_up.get()
    }

    /// Returns `true` if any of them has jobs.
    pub(crate) fn have_jobs(&self) -> bool {
        self.units.borrow().values().any(|unit| !unit.stages.is_empty())
    }

    /// Returns `true` if a job of them is certain to run.
    pub(crate) fn are_certain(&self) -> bool {
        self.units.borrow().values().any(|unit| unit.is_certain)
    }

    pub(crate) fn names(&self) -> Vec<UnitName> {
        self.units.borrow().keys().cloned().collect()
    }

    /// Returns `true` if GitLab makes several jobs of one of theirs.
    pub(crate) fn have_copies(&self) -> bool {
        self.units.borrow().values().any(|unit| unit.has_copies)
    }

    /// Returns the stages of their jobs with artifacts.
    pub(crate) fn artifact_stages(&self) -> BTreeSet<StageName> {
        self.units.borrow().values().flat_map(|unit| &unit.artifact_stages).cloned().collect()
    }

    /// Returns the stages of their jobs.
    pub(crate) fn used_stages(&self) -> BTreeSet<StageName> {
        self.units.borrow().values().flat_map(|unit| &unit.stages).cloned().collect()
    }

    /// Gives up if a pipeline with them differs from the one that they were in by more than the jobs of the others.
    pub(crate) fn expect(&self, now: &PipelineTotals) {
        let used = self.used_stages();
        let of_theirs = |stages: &[StageName]| -> Vec<StageName> {
            stages.iter().filter(|stage| used.contains(*stage)).cloned().collect()
        };
        let is_same = of_theirs(&now.stages) == of_theirs(&self.before.stages)
            && now.first_artifact_stage == self.before.first_artifact_stage
            && now.has_copies == self.before.has_copies;
        if !is_same {
            self.give_up();
        }
    }

    /// Gives up if the name of a job is that of one of their jobs, or may be.
    pub(crate) fn expect_other_name(&self, name: &str, own_unit: Option<&UnitName>, workspace: &Workspace) {
        let Some((prefix, _)) = name.split_once(':') else { return };
        if self.is_empty() || own_unit.is_some_and(|unit| unit.as_str() == prefix) {
            return;
        }
        if workspace.unit(prefix).is_some_and(|unit| self.contains(&unit.name)) {
            self.give_up();
        }
    }
}
