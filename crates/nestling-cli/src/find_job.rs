//! The job that a person means.

use crate::exit::Failure;
use nestling::{Job, Plan};
use nestling_gitlab::diagnostic::Suggestion;

/// The job of this name, in full or within its unit where only one unit has such a job.
pub(crate) fn find_job<'a>(name: &str, plan: &'a Plan) -> Result<&'a Job, Failure> {
    let jobs = &plan.pipeline.jobs;
    let ends = [format!(":{name}"), format!("/{name}")];
    let ends_so = |job: &&Job| job.unit.is_some() && ends.iter().any(|end| job.name.as_str().ends_with(end));
    let alike: Vec<&Job> = jobs.iter().filter(ends_so).collect();
    if let Some(job) = plan.pipeline.job(name) {
        return Ok(job);
    }
    if let [only] = alike.as_slice() {
        return Ok(only);
    }
    let failure = Failure::usage(format!("there is no job `{name}` in this pipeline"));
    let short = |job: &'a Job| {
        let unit = job.unit.as_ref()?;
        job.name.as_str().strip_prefix(unit.as_str())?.strip_prefix(':')
    };
    if let Some(job) = alike.first() {
        let failure = Failure::usage(format!("{} units have a job `{name}`", alike.len()));
        return Err(failure.with_help(format!("write `{}`", job.name)));
    }
    let suggestion = Suggestion::among(name, jobs.iter().map(|job| job.name.as_str()))
        .or_else(|| Suggestion::among(name, jobs.iter().filter_map(short)));
    Err(failure
        .with_help(suggestion.help_or("`nestling preview` lists the jobs; `--all` takes in every unit")))
}
