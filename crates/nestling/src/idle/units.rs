//! Units that nothing comes of, and settings of dependencies where there are none.

use crate::workspace::idle_rules::KEY_UNUSED;
use crate::workspace::{Body, Unit, Workspace};
use nestling_gitlab::diagnostic::{Diagnostic, Severity};
use nestling_gitlab::name::UnitName;
use std::collections::BTreeSet;

pub(super) fn without_effect(workspace: &Workspace) -> Vec<Diagnostic> {
    let units = &workspace.units;
    let needed = needed_units(workspace);
    let is_idle = |unit: &&Unit| {
        let has_jobs = !unit.uses.is_empty() || unit.fragment.is_some() || unit.cdk.is_some();
        !has_jobs && !needed.contains(&unit.name)
    };
    let idle = units.iter().filter(is_idle).map(without_jobs);
    idle.chain(depth_without_dependencies(workspace)).chain(nested_workspaces(workspace)).collect()
}

/// Number of directories that a note names.
const NAMED: usize = 3;

/// Notes the directories that are left out because their `nestling.yml` has the header of a workspace.
fn nested_workspaces(workspace: &Workspace) -> Option<Diagnostic> {
    let nested = &workspace.nested;
    let named: Vec<String> = nested.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
    let others = nested.len().saturating_sub(NAMED);
    let message = match (nested.len(), others) {
        (0, _) => return None,
        (1, _) => format!("{} is a separate workspace, not a unit of this one", named.concat()),
        (_, 0) => format!("{} are separate workspaces, not units of this one", named.join(", ")),
        _ => format!("{} and {others} more are separate workspaces, not units of this one", named.join(", ")),
    };
    let note = Diagnostic::warning(&KEY_UNUSED, workspace.origin(), message);
    let note = Diagnostic { severity: Severity::Note, ..note };
    Some(note.with_help("a unit's `nestling.yml` has `unit:` instead of `workspace:`"))
}

fn without_jobs(unit: &Unit) -> Diagnostic {
    let message = "a unit has no jobs, and no unit depends on it";
    Diagnostic::warning(&KEY_UNUSED, unit.declaration.origin(), message)
        .for_unit(&unit.name)
        .with_help("add jobs: `use:` a template, or write them below a line `---` in its `nestling.yml`")
}

fn depth_without_dependencies(workspace: &Workspace) -> Option<Diagnostic> {
    let origin = workspace.depth_origin?;
    if workspace.units.iter().any(|unit| !unit.depends_on.is_empty()) {
        return None;
    }
    let message = "`depends_on_depth` has no effect: no unit depends on another";
    Some(Diagnostic::warning(&KEY_UNUSED, origin, message).with_help("remove it"))
}

/// Warns of units with a file in which there is no job, but keywords or comments.
pub(super) fn with_keywords_alone(
    workspace: &Workspace,
    with_jobs: &BTreeSet<UnitName>,
    incomplete: &BTreeSet<UnitName>,
) -> Vec<Diagnostic> {
    let needed = needed_units(workspace);
    let units = own_files_without_jobs(workspace, with_jobs, incomplete);
    let idle =
        units.filter(|unit| !needed.contains(&unit.name) && unit.fragment.as_ref().is_some_and(has_no_job));
    idle.map(without_jobs).collect()
}

/// Keywords beside the jobs that bring none.
const WITHOUT_JOBS: [&str; 9] = [
    "default",
    "variables",
    "stages",
    "workflow",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
];

/// Returns `true` if nothing in a body can become a job. Control lines may bring jobs of other files.
fn has_no_job(body: &Body) -> bool {
    let is_control = |line: &str| line.starts_with("#%") || line.contains("{%");
    let is_keyword = |line: &str| {
        let name = line.split(':').next().unwrap_or_default().trim_matches(['"', '\'', ' ']);
        WITHOUT_JOBS.contains(&name)
    };
    !body.text.lines().any(is_control) && keys(&body.text).all(is_keyword)
}

fn needed_units(workspace: &Workspace) -> BTreeSet<&UnitName> {
    let dependencies = workspace.units.iter().flat_map(|unit| &unit.depends_on);
    dependencies.map(|dependency| &dependency.unit).collect()
}

fn own_files_without_jobs<'w>(
    workspace: &'w Workspace,
    with_jobs: &BTreeSet<UnitName>,
    incomplete: &BTreeSet<UnitName>,
) -> impl Iterator<Item = &'w Unit> {
    workspace.units.iter().filter(|unit| {
        let has_other_sources = !unit.uses.is_empty() || unit.cdk.is_some();
        !has_other_sources && !with_jobs.contains(&unit.name) && !incomplete.contains(&unit.name)
    })
}

/// Warns of units with jobs of their own that are all hidden.
pub(super) fn with_hidden_jobs_alone(
    workspace: &Workspace,
    with_jobs: &BTreeSet<UnitName>,
    incomplete: &BTreeSet<UnitName>,
) -> Vec<Diagnostic> {
    let units = own_files_without_jobs(workspace, with_jobs, incomplete);
    let hidden = units.filter(|unit| unit.fragment.as_ref().is_some_and(|body| are_hidden(&body.text)));
    let problem = |unit: &Unit| {
        let message = "a unit has only hidden jobs: GitLab does not run jobs whose name starts with a dot";
        let problem = Diagnostic::warning(&KEY_UNUSED, unit.declaration.origin(), message);
        problem.for_unit(&unit.name).with_help("remove the dot, or extend it in a job")
    };
    hidden.map(problem).collect()
}

/// Returns `true` if the jobs of a string are hidden, as far as the beginnings of its lines tell.
fn are_hidden(text: &str) -> bool {
    let mut keys = keys(text).peekable();
    keys.peek().is_some() && keys.all(|key| key.starts_with('.'))
}

/// Returns the lines of a string that begin with a key of the outermost mapping, without the quote before it.
fn keys(text: &str) -> impl Iterator<Item = &str> {
    let is_key = |line: &&str| {
        line.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '"' | '\'' | '$' | '{'))
    };
    text.lines().filter(is_key).map(|line| line.trim_start_matches(['"', '\'']))
}
