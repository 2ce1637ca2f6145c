//! Facts of a job that several views show: short name, needs, environment, stage.

use crate::view::planned::PlannedJob;
use nestling_gitlab::name::StageName;
use nestling_gitlab::pipeline::environment::{Environment, environment};
use nestling_gitlab::pipeline::need::{Need, needs};
use nestling_gitlab::pipeline::{Job, Pipeline};
use std::collections::BTreeMap;

/// Returns the job's name without its unit.
pub(crate) fn short(job: &Job) -> &str {
    within(job, job.name.as_str())
}

/// Returns `name` without the unit of `job`, if it has that prefix.
pub(crate) fn within<'a>(job: &Job, name: &'a str) -> &'a str {
    job.unit.as_ref().and_then(|unit| name.strip_prefix(unit.as_str())?.strip_prefix(':')).unwrap_or(name)
}

/// Returns the final names of the jobs that a job needs, or `None` if it waits for all earlier stages.
pub(crate) fn needed(job: &Job) -> Option<Vec<&str>> {
    Some(needs(&job.body)?.iter().filter_map(Need::job).collect())
}

/// Returns the job's environment, if it has a name.
pub(crate) fn deploys_to(job: &Job) -> Option<Environment<'_>> {
    environment(&job.body).filter(|environment| !environment.name_text().is_empty())
}

/// Returns jobs by stage, `.pre` first and `.post` last, without empty stages.
pub(crate) fn by_stage<'a>(
    pipeline: &'a Pipeline,
    jobs: impl IntoIterator<Item = PlannedJob<'a>>,
) -> Vec<(&'a str, Vec<PlannedJob<'a>>)> {
    let mut stages: Vec<(&str, Vec<PlannedJob<'_>>)> = vec![(StageName::PRE, Vec::new())];
    stages.extend(pipeline.stages.iter().map(|stage| (stage.as_str(), Vec::new())));
    stages.push((StageName::POST, Vec::new()));
    let stage_index: BTreeMap<&str, usize> =
        stages.iter().enumerate().map(|(index, (name, _))| (*name, index)).collect();
    let mut undefined_stages: Vec<(&str, Vec<PlannedJob<'_>>)> = Vec::new();
    for planned in jobs {
        match stage_index.get(planned.job.stage()) {
            Some(index) => stages[*index].1.push(planned),
            // An undefined stage is an error of `check`; a view shows the job nevertheless.
            None => undefined_stages.push((planned.job.stage(), vec![planned])),
        }
    }
    stages.extend(undefined_stages);
    stages.retain(|(_, jobs)| !jobs.is_empty());
    stages
}
