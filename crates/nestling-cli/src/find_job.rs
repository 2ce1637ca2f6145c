//! Finds a job by a name on the command line.

use crate::exit::Failure;
use nestling::{Job, Plan};
use nestling_gitlab::diagnostic::Suggestion;

/// Finds a job by its full name, or by its name within its unit if only one unit has such a job.
///
/// # Errors
/// No unit has the job, or several do.
pub(crate) fn find_job<'a>(name: &str, plan: &'a Plan) -> Result<&'a Job, Failure> {
    if let Some(job) = plan.pipeline.job(name) {
        return Ok(job);
    }
    let jobs = &plan.pipeline.jobs;
    let same_name: Vec<&Job> = jobs.iter().filter(|job| ends_with(job, name)).collect();
    match same_name.as_slice() {
        [job] => return Ok(job),
        [job, ..] => {
            let failure = Failure::usage(format!("{} units have a job `{name}`", same_name.len()));
            return Err(failure.with_help(format!("write `{}`", job.name)));
        }
        [] => {}
    }
    let suggestion = Suggestion::among(name, jobs.iter().map(|job| job.name.as_str()))
        .or_else(|| Suggestion::among(name, jobs.iter().filter_map(name_in_unit)));
    let failure = Failure::usage(format!("job `{name}` is not in this pipeline"));
    Err(failure.with_help(suggestion.help_or("`nestling preview --all` lists the jobs of all units")))
}

/// Returns `true` if the job's name ends with `name`, at the border of a part: `build` finds `services/api:build`, and
/// `api:build` does as well.
fn ends_with(job: &Job, name: &str) -> bool {
    let Some(start) = job.name.as_str().strip_suffix(name) else { return false };
    job.unit.is_some() && start.ends_with([':', '/'])
}

/// Returns the name without the unit; `None` for a job of the workspace.
fn name_in_unit(job: &Job) -> Option<&str> {
    let unit = job.unit.as_ref()?;
    job.name.as_str().strip_prefix(unit.as_str())?.strip_prefix(':')
}
