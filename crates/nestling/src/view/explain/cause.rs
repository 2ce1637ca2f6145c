//! Chains of reasons from a unit back to the changed path.

use super::Step;
use crate::changes::Change;
use crate::plan::Plan;
use crate::select::Reason;
use crate::workspace::Unit;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::name::UnitName;

/// The maximal number of needs that a chain follows.
const DEPTH: usize = 20;

/// Returns the chains of a unit, one for each reason.
pub(super) fn chains(plan: &Plan, unit: &Unit, sources: &Sources) -> Vec<Vec<Step>> {
    let verdict = plan.verdict(&unit.name);
    verdict.reasons().iter().map(|reason| chain(plan, unit, reason, sources, 0)).collect()
}

fn chain(plan: &Plan, unit: &Unit, reason: &Reason, sources: &Sources, depth: usize) -> Vec<Step> {
    match reason {
        Reason::Changes { path, glob, .. } => {
            let rule = unit.changes.iter().find(|rule| rule.written == *glob);
            let text = format!("`changes: {glob}` matches {path}");
            let place = rule.map(|rule| sources.place(rule.origin));
            vec![Step { text, place }, Step::new(changed(plan, path))]
        }
        Reason::Definition { path, differences, .. } => {
            let mut steps: Vec<Step> =
                differences.iter().map(|difference| Step::new(difference.to_string())).collect();
            steps.push(Step::new(format!("{}, and {} is generated from it", changed(plan, path), unit.name)));
            steps
        }
        Reason::DependsOn { chain } => depends_on(plan, unit, chain, sources),
        Reason::NeededBy { job } if depth < DEPTH => {
            let Some(job) = plan.pipeline.job(job.as_str()) else {
                return vec![Step::new(reason.to_string())];
            };
            let mut steps = vec![Step::with_place(reason.to_string(), sources.place(job.origin))];
            let needing_unit = job.unit.as_ref().and_then(|name| plan.workspace.unit(name.as_str()));
            if let Some(needing_unit) = needing_unit {
                steps.extend(first_chain(plan, needing_unit, sources, depth + 1));
            }
            steps
        }
        reason => vec![Step::new(reason.to_string())],
    }
}

/// Returns the chain of a unit's first reason, as part of another unit's chain.
fn first_chain(plan: &Plan, unit: &Unit, sources: &Sources, depth: usize) -> Vec<Step> {
    let verdict = plan.verdict(&unit.name);
    let Some(reason) = verdict.reasons().first() else { return Vec::new() };
    chain(plan, unit, reason, sources, depth)
}

/// Returns each dependency with the place that states it, then the reason of the last unit.
fn depends_on(plan: &Plan, unit: &Unit, chain: &[UnitName], sources: &Sources) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut dependent = unit;
    for name in chain {
        let text = format!("{} depends on {name}", dependent.name);
        let dependency = dependent.depends_on.iter().find(|dependency| dependency.unit == *name);
        steps.push(match dependency {
            Some(dependency) => Step::with_place(text, sources.place(dependency.origin)),
            // A very long chain omits links in its middle.
            None => Step::new(format!("{text} indirectly")),
        });
        let Some(next) = plan.workspace.unit(name.as_str()) else { return steps };
        dependent = next;
    }
    let reasons = plan.verdict(&dependent.name).reasons();
    let own_reason = reasons.iter().find(|reason| !matches!(reason, Reason::DependsOn { .. }));
    if let Some(reason) = own_reason {
        steps.extend(self::chain(plan, dependent, reason, sources, DEPTH));
    }
    steps
}

/// Returns `libs/core/a.rs was modified`.
fn changed(plan: &Plan, path: &RepoPath) -> String {
    match change(plan, path) {
        Some(change) => format!("{path} was {}", change.status),
        None => format!("{path} changed"),
    }
}

pub(super) fn change<'a>(plan: &'a Plan, path: &RepoPath) -> Option<&'a Change> {
    plan.changes.paths()?.iter().find(|change| change.path == *path)
}
