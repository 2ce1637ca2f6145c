//! The warnings that comments and headers allow, taken out of what a plan and its check report.

use crate::catalog;
use crate::workspace::Workspace;
use nestling_gitlab::check::{Allow, AllowOutcome, Entries, Scope};
use nestling_gitlab::diagnostic::{Diagnostic, Sources};
use nestling_gitlab::pipeline::Pipeline;

/// Removes the allowed warnings from the diagnostics of a pipeline.
pub(crate) fn allowed(
    workspace: &Workspace,
    pipeline: &Pipeline,
    sources: &Sources,
    problems: Vec<Diagnostic>,
) -> AllowOutcome {
    let mut entries = vec![Entries { scope: Scope::Workspace, list: &workspace.allow }];
    for unit in workspace.units.iter().filter(|unit| !unit.allow.is_empty()) {
        let scope = Scope::Unit { name: unit.name.clone(), directory: unit.dir.clone() };
        entries.push(Entries { scope, list: &unit.allow });
    }
    let catalog = catalog::rules();
    let allow = Allow { sources, catalog: &catalog, entries: &entries, pipeline };
    allow.apply(problems)
}
