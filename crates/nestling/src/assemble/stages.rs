//! One order of stages from the workspace's list and the lists of all units.

use super::known_units::KnownUnits;
use super::stage_order::{Relation, StageOrder};
use crate::assemble::rules::STAGES_ORDER;
use crate::unit::UnitJobs;
use nestling_gitlab::configuration::Staged;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::name::StageName;
use std::collections::BTreeSet;

/// GitLab's stages where nobody lists any (<https://docs.gitlab.com/ci/yaml/#stages>).
const DEFAULT_STAGES: [&str; 3] = ["build", "test", "deploy"];

/// Merges lists of stages: each of them says which stage comes before which, and the result says the same. The order of the
/// workspace's list is kept; beyond that, a stage that is new follows the one that it has before it in its list.
/// Two lists that disagree on an order are a problem with both places.
///
/// Where the workspace lists none, a unit without a list has GitLab's own: `build`, `test`, `deploy`. Known units
/// have no list.
pub(super) fn merge(
    workspace: &[Staged],
    units: &[UnitJobs],
    known: &KnownUnits,
) -> (Vec<StageName>, Vec<Diagnostic>) {
    let mut merging = Merging::default();
    merging.add(workspace);
    for unit in units.iter().filter(|unit| !unit.stages.is_empty()) {
        merging.add(&unit.stages);
    }
    let has_unlisted =
        known.have_jobs() || units.iter().any(|unit| unit.stages.is_empty() && !unit.jobs.is_empty());
    if merging.order.is_empty() || (workspace.is_empty() && has_unlisted) {
        merging.add_defaults();
    }
    let mut names = merging.order.sorted();
    names.retain(|name| name.as_str() != StageName::PRE && name.as_str() != StageName::POST);
    (names, merging.problems)
}

#[derive(Default)]
struct Merging {
    order: StageOrder,
    problems: Vec<Diagnostic>,
    reported: BTreeSet<Origin>,
}

impl Merging {
    fn add(&mut self, list: &[Staged]) {
        let stages = self.order.insert(list.iter().map(|staged| &staged.name));
        for (pair, staged) in stages.windows(2).zip(list.iter().skip(1)) {
            let relation = Relation { before: pair[0], after: pair[1], origin: staged.origin };
            let Err(opposite) = self.order.relate(relation) else { continue };
            // A list that is added again for another unit disagrees at the same places.
            if !self.reported.insert(staged.origin) {
                continue;
            }
            // A place in another list explains more than one in the same list.
            let is_elsewhere = |other: &&Relation| list.iter().all(|staged| staged.origin != other.origin);
            let opposite = opposite.iter().find(is_elsewhere).or(opposite.first());
            let problem = self.disagreement(relation, opposite);
            self.problems.push(problem);
        }
    }

    /// As [`Self::add`], for GitLab's own list, which gives way to every other.
    fn add_defaults(&mut self) {
        let names: Vec<StageName> =
            DEFAULT_STAGES.iter().filter_map(|name| StageName::parse(name).ok()).collect();
        let stages = self.order.insert(names.iter());
        for pair in stages.windows(2) {
            let relation = Relation { before: pair[0], after: pair[1], origin: Origin::generated() };
            // A unit's own list takes precedence.
            let _ = self.order.relate(relation);
        }
    }

    fn disagreement(&self, relation: Relation, opposite: Option<&Relation>) -> Diagnostic {
        let after = self.order.name(relation.after);
        let Some(opposite) = opposite else {
            let message = format!("duplicate stage `{after}`");
            let problem = Diagnostic::error(&STAGES_ORDER, relation.origin, message);
            return problem.with_help("keep one of them");
        };
        let before = self.order.name(relation.before);
        let message = format!("stage `{after}` comes after `{before}` here, and before it elsewhere");
        let (first, second) = (self.order.name(opposite.before), self.order.name(opposite.after));
        Diagnostic::error(&STAGES_ORDER, relation.origin, message)
            .with_label(opposite.origin, format!("here `{first}` comes before `{second}`"))
            .with_help("list the stages once, in `workspace: { stages: […] }`")
    }
}

#[cfg(test)]
mod tests;
