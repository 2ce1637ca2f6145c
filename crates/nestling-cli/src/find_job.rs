//! The job that a person means.

use crate::exit::Failure;
use nestling::{Job, Plan};
use nestling_gitlab::diagnostic::did_you_mean;

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
    let near = did_you_mean(name, jobs.iter().map(|job| job.name.as_str()))
        .or_else(|| did_you_mean(name, jobs.iter().filter_map(short)));
    Err(match (alike.first(), near) {
        (Some(job), _) => Failure::usage(format!("{} units have a job `{name}`", alike.len()))
            .with_help(format!("write `{}`", job.name)),
        (None, Some(near)) => failure.with_help(format!("did you mean `{near}`?")),
        (None, None) => failure.with_help("`nestling preview` lists the jobs; `--all` takes in every unit"),
    })
}
