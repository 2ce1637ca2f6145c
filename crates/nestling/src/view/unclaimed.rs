//! Changed paths that no unit claims, in a line.

use super::fit::counted;
use crate::plan::Plan;
use crate::select::Selection;
use crate::workspace::{Unclaimed, Workspace};

/// Number of paths that are named.
const PATHS: usize = 3;

/// Returns the number of changed paths that no unit claims and the first of them; `None` where there is none, where the workspace
/// says that they matter to nobody, and where a warning says the same.
pub fn unclaimed(workspace: &Workspace, selection: &Selection) -> Option<String> {
    if matches!(workspace.unclaimed, Unclaimed::Nothing | Unclaimed::Warn) { None } else { line(selection) }
}

fn line(selection: &Selection) -> Option<String> {
    let paths = &selection.unclaimed;
    if paths.is_empty() {
        return None;
    }
    let named: Vec<String> = paths.iter().take(PATHS).map(ToString::to_string).collect();
    let others = match paths.len().saturating_sub(PATHS) {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    let count = counted(paths.len(), "changed path");
    Some(format!("Unclaimed: {count} in no unit ({}{others})", named.join(", ")))
}

/// Returns how base and head were determined, and the paths that no unit claims: a line each.
pub(crate) fn provenance(plan: &Plan) -> String {
    let unclaimed = unclaimed(&plan.workspace, &plan.selection);
    let lines: Vec<String> = std::iter::once(plan.changes.provenance()).chain(unclaimed).collect();
    lines.join("\n")
}

/// Returns the same for a report, which counts warnings and shows none.
pub(crate) fn reported_provenance(plan: &Plan) -> String {
    let is_mentioned = plan.workspace.unclaimed != Unclaimed::Nothing;
    let unclaimed = line(&plan.selection).filter(|_| is_mentioned);
    let lines: Vec<String> = std::iter::once(plan.changes.provenance()).chain(unclaimed).collect();
    lines.join("\n")
}
