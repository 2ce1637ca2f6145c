//! Units that a plan leaves out, since an earlier one has shown their jobs: nothing that they are made from has changed, no other
//! unit has to do with them, and there was nothing to report.

use crate::template::RenderingWork;
use crate::workspace::{KnownTemplate, Workspace};
use nestling_gitlab::name::{StageName, UnitName};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What a unit adds to a pipeline of one kind, beside its jobs.
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
    /// Set if one of its jobs is certain to be in the pipeline, in a stage between `.pre` and `.post`.
    pub is_certain: bool,
}

/// The known units of one kind of pipeline.
///
/// A plan that leaves them out is the same as one with them, but for their jobs, unless it gives up: then what it has made is
/// not to be used.
#[derive(Debug, Default)]
pub(crate) struct KnownUnits {
    units: RefCell<BTreeMap<UnitName, Rc<KnownUnit>>>,
    /// The stages of the pipeline when it was made with them.
    stages: Vec<StageName>,
    has_given_up: Cell<bool>,
}

impl KnownUnits {
    pub(crate) fn new(
        units: impl IntoIterator<Item = (UnitName, Rc<KnownUnit>)>,
        stages: Vec<StageName>,
    ) -> Self {
        Self { units: RefCell::new(units.into_iter().collect()), stages, has_given_up: Cell::new(false) }
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

    /// Returns the stages of their jobs.
    pub(crate) fn used_stages(&self) -> BTreeSet<StageName> {
        self.units.borrow().values().flat_map(|unit| &unit.stages).cloned().collect()
    }

    /// Gives up if the stages of their jobs are in another order than they were, or missing.
    pub(crate) fn expect_stages(&self, stages: &[StageName]) {
        if self.is_empty() {
            return;
        }
        let used = self.used_stages();
        let of_theirs = |stages: &[StageName]| -> Vec<StageName> {
            stages.iter().filter(|stage| used.contains(*stage)).cloned().collect()
        };
        if of_theirs(stages) != of_theirs(&self.stages) {
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
