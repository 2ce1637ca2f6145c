//! Notes on the units of a plan, from which a later plan of the same pipeline knows them.

use super::linked::Links;
use super::roles::uses_roles;
use crate::assemble::KnownUnit;
use crate::template::RenderingWork;
use crate::unit::{Made, Promoted, UnitRenderer};
use crate::workspace::{Body, Declaration, KnownTemplate, Order, Unit, Workspace, templates_of};
use nestling_gitlab::name::UnitName;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Kind of plan: with or without notes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Noting {
    /// Without.
    #[default]
    Nothing,
    /// With notes on each unit that was rendered.
    Units,
}

/// Notes on a plan.
#[derive(Debug)]
pub(crate) struct PlanNotes {
    /// The units that were rendered.
    pub units: BTreeMap<UnitName, UnitNotes>,
    /// The units that have to do with others.
    pub links: Links,
    /// Set if the jobs of units that have nothing to do with each other do not depend on each other.
    pub is_separable: bool,
}

/// Notes on a unit.
#[derive(Debug)]
pub(crate) struct UnitNotes {
    /// The templates that it is rendered from; `None` if they do not tell what it is made from, or if there is something to report.
    pub templates: Option<Rc<[KnownTemplate]>>,
    weight: usize,
    work: RenderingWork,
    waits_for_stages: bool,
}

impl UnitNotes {
    pub(super) fn of(
        renderer: &UnitRenderer<'_>,
        unit: &Unit,
        made: &Made,
        weight: usize,
        work: RenderingWork,
    ) -> Self {
        let waits_for_stages = made.jobs.jobs.values().any(|job| job.promoted == Some(Promoted::Optional));
        // What it reads beside its templates is in no key, and its own stages mix with those of the others.
        let is_plain = work.questions == 0
            && unit.cdk.is_none()
            && made.problems.is_empty()
            && made.report.lines.is_empty()
            && made.jobs.stages.is_empty()
            // Two units can have one target, or be given inputs in one place.
            && made.jobs.targets.is_empty()
            && gives_own_inputs(unit, renderer.workspace)
            // A role that means no job is looked for among the names of all units.
            && !uses_roles(&made.jobs);
        let templates = is_plain.then(|| templates_of(unit, renderer.templates, renderer.sources)).flatten();
        Self { templates: templates.map(Rc::from), weight, work, waits_for_stages }
    }

    /// Returns what a later plan has to know of the unit, without what its jobs say.
    pub(crate) fn known(&self) -> Option<KnownUnit> {
        let templates = Rc::clone(self.templates.as_ref()?);
        Some(KnownUnit { templates, weight: self.weight, work: self.work, ..KnownUnit::default() })
    }
}

impl PlanNotes {
    pub(super) fn new(
        renderer: &UnitRenderer<'_>,
        units: BTreeMap<UnitName, UnitNotes>,
        links: Links,
        work_of_root: RenderingWork,
    ) -> Self {
        let workspace = renderer.workspace;
        let waits_for_stages = units.values().any(|unit| unit.waits_for_stages);
        let is_separable = !waits_for_stages
            && !is_ordered(workspace)
            && !renderer.engine.mixes_units()
            && work_of_root.questions == 0
            && !workspace.body.as_ref().is_some_and(Body::includes);
        Self { units, links, is_separable }
    }
}

/// Returns `true` if all inputs of a unit's templates are given in its own file.
fn gives_own_inputs(unit: &Unit, workspace: &Workspace) -> bool {
    let own_file = match unit.declaration {
        Declaration::File(origin) => Some(origin.file),
        Declaration::Rule(_) => None,
    };
    let of_environments = unit.uses.iter().flat_map(|used| used.environments.values());
    let inputs = unit.uses.iter().map(|used| &used.inputs).chain(of_environments.map(|given| &given.inputs));
    let mut keys = inputs.flat_map(|inputs| &inputs.entries).map(|entry| entry.key.origin.file);
    keys.all(|file| Some(file) == own_file)
        && workspace.environments.entries.values().all(|entry| entry.inputs.is_empty())
}

/// Returns `true` if jobs of a unit wait for all jobs of others in earlier stages.
fn is_ordered(workspace: &Workspace) -> bool {
    let mut dependencies = workspace.units.iter().flat_map(|unit| &unit.depends_on);
    dependencies.any(|dependency| dependency.order == Order::Ordered)
}
