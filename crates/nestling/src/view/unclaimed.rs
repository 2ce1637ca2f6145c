//! Changed paths that no unit claims, in a line.

use super::fit::counted;
use crate::plan::Plan;
use crate::select::Selection;
use crate::workspace::{Unclaimed, Workspace};

/// How many paths are named.
const PATHS: usize = 3;

/// Returns the number of changed paths that no unit claims and the first of them; `None` where there is none, or the workspace
/// says that they matter to nobody.
pub fn unclaimed(workspace: &Workspace, selection: &Selection) -> Option<String> {
    let paths = &selection.unclaimed;
    if paths.is_empty() || workspace.unclaimed == Unclaimed::Nothing {
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
