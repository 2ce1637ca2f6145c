//! Keys and globs of headers that have no effect, for `check`: they are looked for in all files and all rendered units, which
//! no other command has to read.

mod directories;
mod paths;
mod units;
mod values;
mod imported;
mod inputs;
mod comparisons;
mod job_globs;
mod unselecting;
mod optional_needs;
mod walked;
mod catalogue;
mod revisions;
mod hidden_templates;
mod unread_files;

pub(crate) use revisions::unknown_revisions;
pub(crate) use walked::WalkedJobs;

use crate::plan::Plan;
use crate::workspace::{Templates, Workspace};
use nestling_files::files::{Files, ReadError, Revisions};
use nestling_gitlab::diagnostic::{Diagnostic, Sources};

/// Warns of what has no effect in a workspace of which every unit was planned.
///
/// # Errors
/// A directory cannot be listed.
pub(crate) fn find(
    files: &dyn Files,
    revisions: &dyn Revisions,
    plan: &Plan,
) -> Result<Vec<Diagnostic>, ReadError> {
    let directories = &plan.workspace.template_directories;
    let mut problems = directories::missing(files, revisions, directories, &plan.diagnostics)?;
    problems.extend(paths::without_effect(files, &plan.workspace)?);
    problems.extend(units::without_effect(&plan.workspace));
    problems.extend(unread_files::find(files, &plan.workspace, &plan.sources)?);
    problems.extend(values::unread(&plan.workspace, &plan.sources));
    problems.extend(hidden_templates::hidden(files, &plan.workspace, &plan.sources)?);
    let templates = Templates::new(files, revisions, directories, &plan.sources);
    problems.extend(inputs::unread(&plan.workspace, &templates));
    problems.extend(imported::lost_lines(&plan.workspace, &templates, &plan.sources));
    problems.extend(comparisons::never_true(&plan.workspace, &templates, &plan.sources));
    Ok(problems)
}

/// Warns of what has no effect on the jobs of any kind of pipeline that `check` walks through.
///
/// # Errors
/// A directory cannot be listed.
pub(crate) fn find_walked(
    files: &dyn Files,
    workspace: &Workspace,
    jobs: &WalkedJobs,
    sources: &Sources,
) -> Result<Vec<Diagnostic>, ReadError> {
    let mut problems = jobs.unused_inputs(workspace);
    problems.extend(catalogue::without_effect(workspace, jobs));
    problems.extend(units::with_hidden_jobs_alone(workspace, &jobs.units, &jobs.incomplete));
    problems.extend(units::with_keywords_alone(workspace, &jobs.units, &jobs.incomplete));
    problems.extend(jobs.unmet_optional_needs());
    problems.extend(jobs.globs.unmatched(files, workspace, sources)?);
    problems.extend(unselecting::globs(&jobs.globs, files, workspace)?);
    Ok(problems)
}
