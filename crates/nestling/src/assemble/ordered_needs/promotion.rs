//! Keeps for a deploy job that waits for an earlier environment what it would otherwise lose: the order of stages, and artifacts.

use super::units::UnitsOfPipeline;
use super::{OrderNeeds, stage_needs};
use crate::unit::Promoted;
use crate::workspace::Workspace;
use nestling_gitlab::name::UnitName;
use std::collections::BTreeSet;

/// Returns the needs that give promoted deploys the artifacts of the units that theirs depends on, and make those whose
/// earlier deploy may be missing wait for the stages before theirs.
///
/// Without `needs` a job gets the artifacts of every unit. Those of units that it has nothing to do with stay away: with
/// many units they would take more needs than GitLab allows.
pub(super) fn needs(
    workspace: &Workspace,
    units: &UnitsOfPipeline<'_>,
    promoted: &[Option<Promoted>],
) -> Vec<OrderNeeds> {
    let first_stage = units.all.iter().map(|staged| staged.stage).min();
    let mut needs = Vec::new();
    for (staged, promoted) in units.all.iter().zip(promoted) {
        let (Some(promoted), Some(unit)) = (promoted, &staged.job.unit) else { continue };
        let related = dependencies(workspace, unit).into_iter().flat_map(|unit| units.of_unit(unit));
        let carrying = related.filter(|staged| staged.job.body.contains("artifacts"));
        let origin = staged.job.body.get("needs").map_or(staged.job.origin, |needs| needs.origin);
        let mut of_stages = stage_needs::of(carrying, staged, origin);
        of_stages.retain(|need| need.get("artifacts").is_none());
        let after_stages = *promoted == Promoted::Optional && first_stage < Some(staged.stage);
        needs.push(OrderNeeds { job: staged.index, of_stages, for_order: Vec::new(), after_stages, origin });
    }
    needs
}

/// Returns the units that a unit depends on, and those that they depend on in turn.
fn dependencies<'w>(workspace: &'w Workspace, unit: &UnitName) -> BTreeSet<&'w UnitName> {
    let mut known = BTreeSet::new();
    let mut pending: Vec<&UnitName> = direct(workspace, unit).collect();
    while let Some(next) = pending.pop() {
        if known.insert(next) {
            pending.extend(direct(workspace, next));
        }
    }
    known
}

fn direct<'w>(workspace: &'w Workspace, unit: &UnitName) -> impl Iterator<Item = &'w UnitName> {
    let unit = workspace.unit(unit.as_str());
    unit.into_iter().flat_map(|unit| &unit.depends_on).map(|dependency| &dependency.unit)
}
