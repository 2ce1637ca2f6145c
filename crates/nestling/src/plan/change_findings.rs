//! Warnings about what changed: a base that is unknown, and paths that no unit claims.

use super::rules::{BASE_UNKNOWN, CHANGES_FROM};
use crate::changes::{ChangeSet, Everything, Extent};
use crate::select::Selection;
use crate::workspace::rules::UNCLAIMED;
use crate::workspace::{Unclaimed, Workspace};
use nestling_gitlab::diagnostic::{Diagnostic, Severity};

/// Warns of changed paths that no unit claims, where the workspace wants that.
pub(crate) fn unclaimed_paths(workspace: &Workspace, selection: &Selection) -> Option<Diagnostic> {
    let paths = &selection.unclaimed;
    let first = paths.first().filter(|_| workspace.unclaimed == Unclaimed::Warn)?;
    let message = match paths.len() {
        1 => format!("`{first}` changed, but does not belong to a unit"),
        count => format!("{count} changed paths do not belong to a unit, such as `{first}`"),
    };
    let help = "claim them with `changes` of a unit, or with `everything` or `ignore` of the workspace; \
        `nestling affected --format json` lists all";
    Some(Diagnostic::new(&UNCLAIMED, Severity::Warning, message).with_help(help))
}

/// Warns that every unit is selected because base is unknown.
pub(crate) fn base_unknown(changes: &ChangeSet) -> Option<Diagnostic> {
    let Extent::Everything(Everything::UnknownBase(why)) = &changes.extent else { return None };
    let message = format!("all units are selected, since the base commit is unknown: {why}");
    let problem = Diagnostic::new(&BASE_UNKNOWN, Severity::Warning, message);
    Some(match why.help() {
        Some(help) => problem.with_help(help),
        None => problem,
    })
}

/// Warns of paths of a given list that are neither at base nor at head: one that is misread selects nothing.
pub(crate) fn unknown_paths(changes: &ChangeSet) -> Option<Diagnostic> {
    let first = changes.unknown_paths.first()?;
    let sides = if changes.base.is_some() { "neither at base nor at head" } else { "not at head" };
    let message = match changes.unknown_paths.len() {
        1 => format!("`{first}` of the list of changed paths is {sides}"),
        count => format!("{count} entries of the list of changed paths are {sides}, such as `{first}`"),
    };
    let help = match changes.base {
        Some(_) => {
            "write paths relative to the root of the repository, one per line, as `git diff --name-only` does"
        }
        None => {
            "set the base commit with `--base REV`, or write the status of each path, as `git diff --name-status` does"
        }
    };
    Some(Diagnostic::new(&CHANGES_FROM, Severity::Warning, message).with_help(help))
}
