//! From a unit back to what changed.

use super::Step;
use crate::changes::Change;
use crate::plan::Plan;
use crate::select::Reason;
use crate::workspace::Unit;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::name::UnitName;

/// How many jobs that need each other a chain follows.
const DEPTH: usize = 20;

/// The chains that bring a unit in, one for each reason.
pub(super) fn chains(plan: &Plan, unit: &Unit, sources: &Sources) -> Vec<Vec<Step>> {
    let verdict = plan.verdict(&unit.name);
    verdict.reasons().iter().map(|reason| chain(plan, unit, reason, sources, 0)).collect()
}

fn chain(plan: &Plan, unit: &Unit, reason: &Reason, sources: &Sources, depth: usize) -> Vec<Step> {
    match reason {
        Reason::Changes { path, glob, .. } => {
            let rule = unit.changes.iter().find(|rule| rule.written == *glob);
            let text = format!("`changes: {glob}` matches {path}");
            let matched = match rule {
                Some(rule) => Step::at(text, sources.place(rule.origin)),
                None => Step::new(text),
            };
            vec![matched, Step::new(changed(plan, path))]
        }
        Reason::Definition { path, differences, .. } => {
            let mut steps: Vec<Step> = differences.iter().map(|it| Step::new(it.to_string())).collect();
            steps.push(Step::new(format!("{}, and {} is made from it", changed(plan, path), unit.name)));
            steps
        }
        Reason::DependsOn { chain } => depends_on(plan, unit, chain, sources),
        Reason::NeededBy { job } if depth < DEPTH => {
            let Some(job) = plan.pipeline.job(job.as_str()) else {
                return vec![Step::new(reason.to_string())];
            };
            let mut steps = vec![Step::at(reason.to_string(), sources.place(job.origin))];
            if let Some(by) = job.unit.as_ref().and_then(|name| plan.workspace.unit(name.as_str())) {
                steps.extend(first(plan, by, sources, depth + 1));
            }
            steps
        }
        reason => vec![Step::new(reason.to_string())],
    }
}

/// What brings a unit in first of all, as part of another's chain.
fn first(plan: &Plan, unit: &Unit, sources: &Sources, depth: usize) -> Vec<Step> {
    let verdict = plan.verdict(&unit.name);
    let Some(reason) = verdict.reasons().first() else { return Vec::new() };
    chain(plan, unit, reason, sources, depth)
}

/// Each link with the place where it is stated, then why the last unit is in.
fn depends_on(plan: &Plan, unit: &Unit, chain: &[UnitName], sources: &Sources) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut from = unit;
    for name in chain {
        let text = format!("{} depends on {name}", from.name);
        let stated = from.depends_on.iter().find(|dependency| dependency.unit == *name);
        steps.push(match stated {
            Some(dependency) => Step::at(text, sources.place(dependency.origin)),
            // Links of a very long chain are left out.
            None => Step::new(format!("{text}, by way of others")),
        });
        let Some(next) = plan.workspace.unit(name.as_str()) else { return steps };
        from = next;
    }
    let verdict = plan.verdict(&from.name);
    let own = verdict.reasons().iter().find(|reason| !matches!(reason, Reason::DependsOn { .. }));
    if let Some(reason) = own {
        steps.extend(self::chain(plan, from, reason, sources, DEPTH));
    }
    steps
}

/// `libs/core/a.rs was modified`.
fn changed(plan: &Plan, path: &RepoPath) -> String {
    match change(plan, path) {
        Some(change) => format!("{path} was {}", change.status),
        None => format!("{path} changed"),
    }
}

pub(super) fn change<'a>(plan: &'a Plan, path: &RepoPath) -> Option<&'a Change> {
    plan.changes.paths()?.iter().find(|change| change.path == *path)
}
