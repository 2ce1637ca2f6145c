//! What would have selected a unit, and why none of it did: the nearest first.

use crate::changes::Extent;
use crate::plan::Plan;
use crate::workspace::{Sign, Unit};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Sources;

/// How many paths or units of a kind are told.
const TOLD: usize = 3;

pub(super) fn why_not(plan: &Plan, unit: &Unit, sources: &Sources) -> Vec<String> {
    let changed = match &plan.changes.extent {
        Extent::Nothing(reason) => return vec![format!("no unit is: {reason}")],
        Extent::Everything(_) => return vec!["it was left out with --only or --except".to_owned()],
        Extent::Paths(changed) => changed,
    };
    let paths: Vec<&RepoPath> = changed.iter().map(|change| &change.path).collect();
    let mut lines = same(plan, unit);
    lines.extend(inside(plan, unit, &paths, sources));
    if let Some(paths) = plan.selection.paths.get(&unit.name).filter(|paths| !paths.is_empty()) {
        lines.push(format!("{} concerns it, and it was left out with --only or --except", paths[0]));
    }
    if paths.is_empty() {
        lines.push("nothing changed".to_owned());
    } else if !paths.iter().any(|path| path.is_in(&unit.dir)) {
        let changed = match paths.len() {
            1 => "the changed path is not".to_owned(),
            all => format!("none of the {all} changed paths is"),
        };
        lines.push(format!("{changed} in {}/", unit.dir.to_directory()));
        lines.extend(nearest(unit, &paths));
    }
    for rule in unit.changes.iter().filter(|rule| rule.sign == Sign::Include) {
        if !paths.iter().any(|path| rule.glob.matches(path)) {
            lines.push(format!("none matches `{}` ({})", rule.written, sources.place(rule.origin)));
        }
    }
    lines.extend(dependencies(plan, unit, sources));
    lines
}

/// Files that it is made from changed, and what it says did not.
fn same(plan: &Plan, unit: &Unit) -> Vec<String> {
    let files = plan.selection.same.get(&unit.name).into_iter().flatten();
    files
        .take(TOLD)
        .map(|path| format!("{path}, which it is made from, changed, and its jobs are the same as at base"))
        .collect()
}

/// Changed paths in its directory that do not count for it.
fn inside(plan: &Plan, unit: &Unit, paths: &[&RepoPath], sources: &Sources) -> Vec<String> {
    let mut lines = Vec::new();
    for path in paths.iter().filter(|path| path.is_in(&unit.dir)) {
        let ignored =
            plan.workspace.ignore.iter().map(|ignored| &ignored.glob).find(|glob| glob.matches(path));
        let spared = unit.changes.iter().rev().find(|rule| rule.glob.matches(path));
        if let Some(glob) = ignored {
            lines.push(format!("{path} is in it, and `ignore: {glob}` leaves it out"));
        } else if let Some(owner) = plan.workspace.owner(path).filter(|owner| owner.name != unit.name) {
            lines.push(format!("{path} is in it, and in the unit {}, which is nearer", owner.name));
        } else if let Some(rule) = spared.filter(|rule| rule.sign == Sign::Exclude) {
            let place = sources.place(rule.origin);
            lines.push(format!("{path} is in it, and `{}` leaves it out ({place})", rule.written));
        }
    }
    let more = lines.len().saturating_sub(TOLD);
    lines.truncate(TOLD);
    if more > 0 {
        lines.push(format!("and {more} more changed paths in it do not count"));
    }
    lines
}

/// The changed path that shares the most folders with its directory, if any.
fn nearest(unit: &Unit, paths: &[&RepoPath]) -> Option<String> {
    let folders = |path: &RepoPath| {
        let ours = unit.dir.as_bytes().split(|byte| *byte == b'/');
        ours.zip(path.as_bytes().split(|byte| *byte == b'/')).take_while(|(a, b)| a == b).count()
    };
    // The first of the nearest: paths are in byte order.
    let nearest = paths.iter().rev().max_by_key(|path| folders(path))?;
    (folders(nearest) > 0).then(|| format!("the nearest is {nearest}"))
}

fn dependencies(plan: &Plan, unit: &Unit, sources: &Sources) -> Vec<String> {
    let mut lines = Vec::new();
    for dependency in unit.depends_on.iter().take(TOLD) {
        let (name, place) = (&dependency.unit, sources.place(dependency.origin));
        lines.push(match plan.workspace.depth {
            Some(depth) if plan.selection.is_selected(name) => {
                format!("{name}, which it depends on ({place}), is selected, and `depends_on_depth: {depth}` ends there")
            }
            _ => format!("{name}, which it depends on ({place}), is not selected either"),
        });
    }
    if unit.depends_on.len() > TOLD {
        lines.push(format!("nor are the {} others that it depends on", unit.depends_on.len() - TOLD));
    }
    lines
}
