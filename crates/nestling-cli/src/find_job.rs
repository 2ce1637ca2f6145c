//! Finds a job by a name on the command line.

use crate::exit::Failure;
use nestling::{Job, Plan};
use nestling_gitlab::diagnostic::Suggestion;
use nestling_gitlab::pipeline::presence::State;

/// Finds a job by its full name, or by its name within its unit if only one unit has such a job. The name may be that of a copy
/// that `parallel` makes.
///
/// # Errors
/// No unit has the job, or several do.
pub(crate) fn find_job<'a>(name: &str, plan: &'a Plan) -> Result<&'a Job, Failure> {
    if let Some(job) = plan.pipeline.job(name) {
        return Ok(job);
    }
    let names: Vec<(&Job, &str)> = all_names(plan).collect();
    if let Some((job, _)) = names.iter().find(|(_, own)| *own == name) {
        return Ok(job);
    }
    let mut same_name: Vec<&Job> = Vec::new();
    for (job, own) in &names {
        if ends_with(job, own, name) && same_name.iter().all(|other| other.name != job.name) {
            same_name.push(job);
        }
    }
    match same_name.as_slice() {
        [job] => return Ok(job),
        [job, ..] => {
            let failure = Failure::usage(format!("{} units have a job `{name}`", same_name.len()));
            return Err(failure.with_help(format!("write `{}`", job.name)));
        }
        [] => {}
    }
    // A job that its rules leave out is not in this pipeline either.
    let jobs = plan.pipeline.jobs.iter().zip(&plan.presence);
    let jobs: Vec<&Job> =
        jobs.filter(|(_, presence)| presence.state() != State::Out).map(|(job, _)| job).collect();
    let suggestion = Suggestion::among(name, jobs.iter().map(|job| job.name.as_str()))
        .or_else(|| Suggestion::among(name, jobs.iter().filter_map(|job| name_in_unit(job))));
    let failure = Failure::usage(format!("job `{name}` is not in this pipeline"));
    Err(failure.with_help(suggestion.help_or("`nestling preview --all` lists the jobs of all units")))
}

/// Returns each job with its name, and with the names of its copies.
fn all_names(plan: &Plan) -> impl Iterator<Item = (&Job, &str)> {
    plan.pipeline.jobs.iter().zip(&plan.presence).flat_map(|(job, presence)| {
        let copies = presence.copies().iter().map(|(copy, _)| copy.name.as_str());
        std::iter::once(job.name.as_str())
            .chain(copies.filter(|copy| *copy != job.name.as_str()))
            .map(move |name| (job, name))
    })
}

/// Returns `true` if the job's name ends with `name`, at the border of a part: `build` finds `services/api:build`, and
/// `api:build` does as well.
fn ends_with(job: &Job, own: &str, name: &str) -> bool {
    let Some(start) = own.strip_suffix(name) else { return false };
    job.unit.is_some() && start.ends_with([':', '/'])
}

/// Returns the name without the unit; `None` for a job of the workspace.
fn name_in_unit(job: &Job) -> Option<&str> {
    let unit = job.unit.as_ref()?;
    job.name.as_str().strip_prefix(unit.as_str())?.strip_prefix(':')
}
