//! One order of stages from the workspace's list and the lists of all units.

use super::unit::UnitJobs;
use crate::diagnostic::Diagnostic;
use crate::name::StageName;
use crate::workspace::Staged;
use std::collections::BTreeMap;

/// GitLab's stages where nobody lists any (<https://docs.gitlab.com/ci/yaml/#stages>).
const CUSTOMARY: [&str; 3] = ["build", "test", "deploy"];

/// Merges lists of stages. The first list, the workspace's, stands as it is; each further list puts what is new
/// behind the stage that it has before it. Two lists that disagree on an order are a problem with both places.
pub(crate) fn merge(workspace: &[Staged], units: &[UnitJobs]) -> (Vec<StageName>, Vec<Diagnostic>) {
    let mut merged: Vec<Staged> = workspace.to_vec();
    let mut problems = Vec::new();
    for list in units.iter().map(|unit| &unit.stages).filter(|list| !list.is_empty()) {
        insert(&mut merged, list, &mut problems);
    }
    let mut names: Vec<StageName> = merged.into_iter().map(|stage| stage.name).collect();
    if names.is_empty() {
        names = CUSTOMARY.iter().filter_map(|name| StageName::parse(name).ok()).collect();
    }
    names.retain(|name| name.as_str() != StageName::PRE && name.as_str() != StageName::POST);
    (names, problems)
}

fn insert(merged: &mut Vec<Staged>, list: &[Staged], problems: &mut Vec<Diagnostic>) {
    let mut last: Option<usize> = None;
    for (at, stage) in list.iter().enumerate() {
        match merged.iter().position(|known| known.name == stage.name) {
            Some(position) => {
                if let Some(before) = last.filter(|last| *last > position) {
                    problems.push(disagreement(&merged[before], &merged[position], stage));
                }
                last = Some(last.map_or(position, |last| last.max(position)));
            }
            None => {
                let behind = last.map_or_else(|| first_known(merged, &list[at..]), |last| last + 1);
                merged.insert(behind, stage.clone());
                last = Some(behind);
            }
        }
    }
}

/// Where a list that starts with new stages goes: before the first stage that is known, else at the end.
fn first_known(merged: &[Staged], list: &[Staged]) -> usize {
    let places: BTreeMap<&str, usize> =
        merged.iter().enumerate().map(|(at, s)| (s.name.as_str(), at)).collect();
    list.iter().find_map(|stage| places.get(stage.name.as_str()).copied()).unwrap_or(merged.len())
}

fn disagreement(before: &Staged, after: &Staged, here: &Staged) -> Diagnostic {
    Diagnostic::error(
        "stages-order",
        here.origin,
        format!("stage `{}` comes after `{}` here, and before it elsewhere", after.name, before.name),
    )
    .with_label(after.origin, "here it comes first")
    .with_help("list the stages once, in `workspace: { stages: […] }`")
}
