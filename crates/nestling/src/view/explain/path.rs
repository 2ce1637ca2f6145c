//! A path, changed or not.

use super::cause::change;
use super::effect;
use super::{Effect, Explanation, Step};
use crate::changes::{Change, ChangeSet, Extent, Status};
use crate::plan::Plan;
use crate::select::{BaseComparison, Narrowing, Reason, Selection, UnitIndex, select};
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use std::collections::BTreeSet;

pub(super) fn explain(plan: &Plan, path: &RepoPath, made: &BTreeSet<UnitName>) -> Explanation {
    let mut told = Explanation::of("path", path);
    let changed = change(plan, path);
    told.answer = match (changed, &plan.changes.extent) {
        (Some(change), _) => format!("was {}", change.status),
        (None, Extent::Paths(paths)) => {
            let which = match paths.len() {
                1 => "the changed path".to_owned(),
                all => format!("among the {all} changed paths"),
            };
            format!("is not {which}; if it were:")
        }
        (None, Extent::Everything(reason)) => format!("does not matter here: {reason}"),
        (None, Extent::Nothing(reason)) => format!("does not matter here: {reason}"),
    };
    if let Some(glob) =
        plan.workspace.ignore.iter().map(|ignored| &ignored.glob).find(|glob| glob.matches(path))
    {
        told.why_not.push(format!("`ignore: {glob}` leaves it out: it selects nothing"));
        return told;
    }
    if let Some(glob) = plan.workspace.everything.iter().map(|all| &all.glob).find(|glob| glob.matches(path))
    {
        told.because.push(vec![Step::new(format!("`everything: {glob}` matches it: it selects every unit"))]);
    }
    told.included = changed.is_some();
    claimed(plan, path, &mut told);
    made_from(plan, path, made, changed.is_some(), &mut told);
    spread(plan, path, changed.is_some(), &mut told);
    if told.effects.is_empty() && told.because.is_empty() && told.why_not.is_empty() {
        told.included = false;
        told.why_not.push("no unit claims it".to_owned());
        if let Some(owner) = plan.workspace.owner(path) {
            told.why_not.push(format!("it is in {}, whose `changes` leave it out", owner.name));
        }
    }
    told
}

/// The units that it belongs to, by their directories and globs.
fn claimed(plan: &Plan, path: &RepoPath, told: &mut Explanation) {
    for (at, reason) in UnitIndex::new(&plan.workspace).claims(path) {
        let unit = &plan.workspace.units[at].name;
        let text = match reason {
            Reason::Changes { glob, .. } => format!("`changes: {glob}` of {unit} matches it"),
            _ => format!("it is in {unit}"),
        };
        told.effects.push(Effect { jobs: effect::jobs(plan, unit), unit: Some(unit.to_string()), text });
    }
    for removed in plan.removed.iter().filter(|removed| path.is_in(&removed.unit.dir)) {
        let unit = &removed.unit.name;
        let text = format!("it was in {unit}, which is gone");
        told.effects.push(Effect { unit: Some(unit.to_string()), text, jobs: effect::jobs(plan, unit) });
    }
}

/// The units that are made from it, and whether that made a difference.
fn made_from(plan: &Plan, path: &RepoPath, made: &BTreeSet<UnitName>, changed: bool, told: &mut Explanation) {
    let mut same = Vec::new();
    for unit in made {
        let reasons = plan.verdict(unit).reasons();
        let differs = reasons
            .iter()
            .find(|reason| matches!(reason, Reason::Definition { .. } | Reason::Template { .. }));
        let is_same = plan.selection.same.get(unit).is_some_and(|files| files.contains(path));
        let text = match differs.filter(|_| changed) {
            Some(Reason::Definition { differences, .. }) => {
                let told: Vec<String> = differences.iter().map(ToString::to_string).collect();
                format!("{unit} is made from it: {}", told.join(", "))
            }
            Some(_) => format!("{unit} is made from it, and cannot be compared"),
            None if is_same => {
                same.push(unit.as_str());
                continue;
            }
            None if changed => continue,
            None => format!("{unit} is made from it, and would be compared"),
        };
        told.effects.push(Effect { unit: Some(unit.to_string()), text, jobs: effect::jobs(plan, unit) });
    }
    if !same.is_empty() {
        told.why_not.push(format!("made from it, with the same jobs as at base: {}", same.join(", ")));
    }
}

/// The units that depend on those.
fn spread(plan: &Plan, path: &RepoPath, changed: bool, told: &mut Explanation) {
    let direct: BTreeSet<String> = told.effects.iter().filter_map(|effect| effect.unit.clone()).collect();
    let alone = alone(plan, path);
    let selection = if changed { &plan.selection } else { &alone };
    for (unit, verdict) in &selection.verdicts {
        let chain = verdict.reasons().iter().find_map(|reason| match reason {
            Reason::DependsOn { chain } => Some(chain),
            _ => None,
        });
        let Some(chain) =
            chain.filter(|chain| chain.last().is_some_and(|last| direct.contains(last.as_str())))
        else {
            continue;
        };
        if direct.contains(unit.as_str()) {
            continue;
        }
        let names: Vec<&str> = chain.iter().map(UnitName::as_str).collect();
        let text = format!("{unit} depends on {}", names.join(", which depends on "));
        told.effects.push(Effect { unit: Some(unit.to_string()), text, jobs: effect::jobs(plan, unit) });
    }
}

/// What would be selected if this path alone had changed.
fn alone(plan: &Plan, path: &RepoPath) -> Selection {
    let change = Change { path: path.clone(), status: Status::Modified };
    let changes = ChangeSet { extent: Extent::Paths(vec![change]), ..plan.changes.clone() };
    select(&changes, &plan.workspace, &BaseComparison::default(), &Narrowing::default())
}
