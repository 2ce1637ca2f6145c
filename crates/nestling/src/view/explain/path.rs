//! Explains a path, changed or not.

use super::cause::change;
use super::effect;
use super::{Effect, Explanation, Step};
use crate::changes::{Change, ChangeSet, Extent, Status};
use crate::plan::Plan;
use crate::select::{
    BaseComparison, Narrowing, Reason, Selection, UnitIndex, Verdict, affects_everything, select,
};
use crate::workspace::{RootGlob, Unclaimed};
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use std::collections::BTreeSet;

pub(super) fn explain(plan: &Plan, path: &RepoPath, made: &BTreeSet<UnitName>) -> Explanation {
    let mut explanation = Explanation::of("path", path);
    let changed = change(plan, path);
    explanation.answer = match (changed, &plan.changes.extent) {
        (Some(change), _) => format!("was {}", change.status),
        (None, Extent::Paths(_)) => "did not change; if it did:".to_owned(),
        (None, Extent::Everything(reason)) => format!("has no effect here: {reason}"),
        (None, Extent::Nothing(reason)) => format!("has no effect here: {reason}"),
    };
    if let Some(RootGlob { glob, .. }) = first_match(&plan.workspace.ignore, path) {
        explanation.why_not.push(format!("`ignore: {glob}` matches it: it selects nothing"));
        return explanation;
    }
    if let Some(RootGlob { glob, .. }) = first_match(&plan.workspace.everything, path) {
        let step = Step::new(format!("`everything: {glob}` matches it: it selects all units"));
        explanation.because.push(vec![step]);
    } else if let Some(Reason::Link { link, .. }) = affects_everything(&plan.workspace, path) {
        let step = Step::new(format!("the link {link} of `everything` leads to it: it selects all units"));
        explanation.because.push(vec![step]);
    }
    explanation.included = changed.is_some();
    claiming_units(plan, path, &mut explanation);
    generated_units(plan, path, made, changed.is_some(), &mut explanation);
    dependent_units(plan, path, changed.is_some(), &mut explanation);
    if explanation.effects.is_empty() && explanation.because.is_empty() && explanation.why_not.is_empty() {
        explanation.included = false;
        let is_nested = plan.workspace.is_of_nested(path);
        if plan.workspace.unclaimed == Unclaimed::Everything && !is_nested {
            explanation.included = changed.is_some();
            let step = "no unit claims it, and with `unclaimed: everything` it selects all units";
            explanation.because.push(vec![Step::new(step)]);
            return explanation;
        }
        let of_nested = "it belongs to a workspace in a directory above it";
        explanation
            .why_not
            .push(if is_nested { of_nested } else { "it does not belong to a unit" }.to_owned());
        if let Some(owner) = plan.workspace.owner(path) {
            let line = format!("it is in the directory of {}, whose `changes` exclude it", owner.name);
            explanation.why_not.push(line);
        }
    }
    explanation
}

fn first_match<'a>(globs: &'a [RootGlob], path: &RepoPath) -> Option<&'a RootGlob> {
    globs.iter().find(|root_glob| root_glob.glob.matches(path))
}

/// Adds the units that the path belongs to by their directories and globs.
fn claiming_units(plan: &Plan, path: &RepoPath, explanation: &mut Explanation) {
    for (index, reason) in UnitIndex::new(&plan.workspace).claims(path) {
        let unit = &plan.workspace.units[index].name;
        let text = match reason {
            Reason::Changes { glob, .. } => format!("`changes: {glob}` of {unit} matches it"),
            Reason::Link { link, .. } => format!("the link {link} leads to it"),
            _ => format!("it is in the directory of {unit}"),
        };
        explanation.effects.push(effect_on(plan, unit, text));
    }
    for removed in plan.removed.iter().filter(|removed| path.is_in(&removed.unit.dir)) {
        let unit = &removed.unit.name;
        let text = format!("it was in the directory of {unit}, which was removed");
        explanation.effects.push(effect_on(plan, unit, text));
    }
}

fn effect_on(plan: &Plan, unit: &UnitName, text: String) -> Effect {
    effect::effect(Some(unit), text, &effect::jobs(plan, unit))
}

/// Adds the units that are generated from the path, with the differences that its change made.
fn generated_units(
    plan: &Plan,
    path: &RepoPath,
    made: &BTreeSet<UnitName>,
    changed: bool,
    explanation: &mut Explanation,
) {
    let mut unchanged = Vec::new();
    for unit in made {
        let is_unchanged = plan.selection.same.get(unit).is_some_and(|files| files.contains(path));
        let text = if !changed {
            format!("{unit} is generated from it and would be compared")
        } else if let Some(reason) = definition_reason(plan, unit) {
            generated(unit, reason)
        } else if is_unchanged {
            unchanged.push(unit.as_str());
            continue;
        } else {
            continue;
        };
        explanation.effects.push(effect_on(plan, unit, text));
    }
    if !unchanged.is_empty() {
        let units = unchanged.join(", ");
        explanation.why_not.push(format!("generated from it, with the same jobs as at base: {units}"));
    }
}

/// Returns the reason of a unit that one of its files gives: a template, an included file, its own.
fn definition_reason<'a>(plan: &'a Plan, unit: &UnitName) -> Option<&'a Reason> {
    let reasons = plan.verdict(unit).reasons();
    reasons.iter().find(|reason| matches!(reason, Reason::Definition { .. } | Reason::Template { .. }))
}

fn generated(unit: &UnitName, reason: &Reason) -> String {
    let Reason::Definition { differences, .. } = reason else {
        return format!("{unit} is generated from it and cannot be compared");
    };
    let differences: Vec<String> = differences.iter().map(ToString::to_string).collect();
    format!("{unit} is generated from it: {}", differences.join(", "))
}

/// Adds the units that depend on those that are explained already.
fn dependent_units(plan: &Plan, path: &RepoPath, changed: bool, explanation: &mut Explanation) {
    let direct: BTreeSet<String> =
        explanation.effects.iter().filter_map(|effect| effect.unit.clone()).collect();
    let hypothetical = if changed { None } else { Some(selection_of(plan, path)) };
    let selection = hypothetical.as_ref().unwrap_or(&plan.selection);
    for (unit, verdict) in &selection.verdicts {
        if direct.contains(unit.as_str()) {
            continue;
        }
        let Some(chain) = dependency_chain(verdict) else { continue };
        if !chain.last().is_some_and(|last| direct.contains(last.as_str())) {
            continue;
        }
        let names: Vec<&str> = chain.iter().map(UnitName::as_str).collect();
        let text = format!("{unit} depends on {}", names.join(", which depends on "));
        explanation.effects.push(effect_on(plan, unit, text));
    }
}

fn dependency_chain(verdict: &Verdict) -> Option<&[UnitName]> {
    verdict.reasons().iter().find_map(|reason| match reason {
        Reason::DependsOn { chain } => Some(chain.as_slice()),
        _ => None,
    })
}

/// Returns the selection if this path alone had changed.
fn selection_of(plan: &Plan, path: &RepoPath) -> Selection {
    let change = Change { path: path.clone(), status: Status::Modified };
    let changes = ChangeSet { extent: Extent::Paths(vec![change]), ..plan.changes.clone() };
    select(&changes, &plan.workspace, &BaseComparison::default(), &Narrowing::default())
}
