//! The reasons that could have selected a unit and did not, the nearest first.

use crate::changes::Extent;
use crate::plan::Plan;
use crate::view::fit::counted;
use crate::workspace::{Sign, Unit};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Sources;

/// The maximal number of paths or units of one kind.
const LISTED: usize = 3;

pub(super) fn why_not(plan: &Plan, unit: &Unit, sources: &Sources) -> Vec<String> {
    let changed = match &plan.changes.extent {
        Extent::Nothing(reason) => return vec![format!("no unit is selected: {reason}")],
        Extent::Everything(_) => return vec!["`--only` or `--except` excludes it".to_owned()],
        Extent::Paths(changed) => changed,
    };
    let paths: Vec<&RepoPath> = changed.iter().map(|change| &change.path).collect();
    let mut lines = same(plan, unit);
    lines.extend(inside(plan, unit, &paths, sources));
    if let Some(paths) = plan.selection.paths.get(&unit.name).filter(|paths| !paths.is_empty()) {
        lines.push(format!("{} affects it, but `--only` or `--except` excludes it", paths[0]));
    }
    if paths.is_empty() {
        lines.push("no path changed".to_owned());
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
            let place = sources.place(rule.origin);
            lines.push(format!("no changed path matches `{}` ({place})", rule.written));
        }
    }
    lines.extend(dependencies(plan, unit, sources));
    lines
}

/// Returns changed files of the unit's definition that left its jobs the same.
fn same(plan: &Plan, unit: &Unit) -> Vec<String> {
    let files = plan.selection.same.get(&unit.name).into_iter().flatten();
    files
        .take(LISTED)
        .map(|path| {
            format!("{path}, which it is generated from, changed, but its jobs are the same as at base")
        })
        .collect()
}

/// Returns changed paths in its directory that do not affect it.
fn inside(plan: &Plan, unit: &Unit, paths: &[&RepoPath], sources: &Sources) -> Vec<String> {
    let mut lines = Vec::new();
    for path in paths.iter().filter(|path| path.is_in(&unit.dir)) {
        let ignored = plan.workspace.ignore.iter().find(|ignored| ignored.glob.matches(path));
        let last_rule = unit.changes.iter().rev().find(|rule| rule.glob.matches(path));
        if let Some(ignored) = ignored {
            lines.push(format!("`ignore: {}` excludes {path}", ignored.glob));
        } else if let Some(owner) = plan.workspace.owner(path).filter(|owner| owner.name != unit.name) {
            lines.push(format!("{path} belongs to the inner unit {}", owner.name));
        } else if let Some(rule) = last_rule.filter(|rule| rule.sign == Sign::Exclude) {
            let place = sources.place(rule.origin);
            lines.push(format!("`{}` excludes {path} ({place})", rule.written));
        }
    }
    let more = lines.len().saturating_sub(LISTED);
    lines.truncate(LISTED);
    if more > 0 {
        lines.push(format!("and {} in its directory", counted(more, "more changed path")));
    }
    lines
}

/// Returns the changed path that shares the most leading directories with the unit, if it shares any.
fn nearest(unit: &Unit, paths: &[&RepoPath]) -> Option<String> {
    // `max_by_key` returns the last maximum; paths are in byte order, and the first is wanted.
    let nearest = paths.iter().rev().max_by_key(|path| shared_directories(unit, path))?;
    if shared_directories(unit, nearest) == 0 {
        return None;
    }
    Some(format!("the nearest is {nearest}"))
}

fn shared_directories(unit: &Unit, path: &RepoPath) -> usize {
    let unit_names = unit.dir.as_bytes().split(|byte| *byte == b'/');
    let path_names = path.as_bytes().split(|byte| *byte == b'/');
    unit_names.zip(path_names).take_while(|(unit_name, path_name)| unit_name == path_name).count()
}

fn dependencies(plan: &Plan, unit: &Unit, sources: &Sources) -> Vec<String> {
    let mut lines = Vec::new();
    for dependency in unit.depends_on.iter().take(LISTED) {
        let name = &dependency.unit;
        let place = sources.place(dependency.origin);
        lines.push(match plan.workspace.depth {
            Some(depth) if plan.selection.is_selected(name) => {
                format!(
                    "it depends on {name} ({place}), which is selected, but `depends_on_depth` is {depth}"
                )
            }
            _ => format!("it depends on {name} ({place}), which is not selected either"),
        });
    }
    if unit.depends_on.len() > LISTED {
        lines.push(format!("and on {} that are not", counted(unit.depends_on.len() - LISTED, "other unit")));
    }
    lines
}

/// Returns the nearest reason why a unit is skipped, on one line.
pub(crate) fn nearest_reason(plan: &Plan, unit: &Unit) -> Option<String> {
    let lines = why_not(plan, unit, &plan.sources);
    let shown: Vec<&str> = lines.iter().take(2).map(String::as_str).collect();
    if shown.is_empty() { None } else { Some(shown.join("; ")) }
}
