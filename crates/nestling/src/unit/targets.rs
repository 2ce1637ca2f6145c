//! The targets of a unit's jobs, in all environments that they may be sent to: not in those of this pipeline alone, since
//! a review app can replace what another pipeline has deployed.

use super::declared_target::{DeclaredTarget, TARGET, TargetedJob};
use super::deploying::Deploying;
use super::jobs::{UnitJob, UnitJobs};
use super::target::{Target, target};
use crate::workspace::Environment;
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::pipeline::environment::environment;
use nestling_gitlab::yaml::Node;

/// Returns the targets that the jobs of a unit declare.
///
/// Diagnosed: targets that are neither a string nor a mapping with a `name`.
pub(super) fn targets(unit: &UnitJobs, deploying: &Deploying<'_>) -> (Vec<DeclaredTarget>, Vec<Diagnostic>) {
    let mut targets = Vec::new();
    let mut problems = Vec::new();
    let mut keep = |result: Result<Option<DeclaredTarget>, Box<Diagnostic>>| match result {
        Ok(target) => targets.extend(target),
        Err(problem) => problems.push(*problem),
    };
    for (name, job) in unit.jobs.iter().filter(|(_, job)| job.body.contains(TARGET)) {
        match target(&job.body, deploying.catalogue()).0 {
            Target::Catalogue { entries, .. } => {
                entries.into_iter().for_each(|entry| keep(of_entry(name, job, entry, deploying)));
            }
            Target::Written(_) | Target::None => keep(of_written(name, job, deploying)),
        }
    }
    (targets, problems)
}

/// Reads the target of a job whose environment is written out, or that has none.
fn of_written(
    name: &str,
    job: &UnitJob,
    deploying: &Deploying<'_>,
) -> Result<Option<DeclaredTarget>, Box<Diagnostic>> {
    let title = environment(&job.body).and_then(|environment| environment.name());
    TargetedJob {
        name: name.to_owned(),
        body: &job.body,
        variables: None,
        title: title.and_then(Node::text).map(str::to_owned),
        entry: "",
        is_one_of_many: deploying.is_one_of_many(),
    }
    .read()
}

/// Reads the target that a job has in an environment of the catalogue.
fn of_entry(
    name: &str,
    job: &UnitJob,
    entry: &Environment,
    deploying: &Deploying<'_>,
) -> Result<Option<DeclaredTarget>, Box<Diagnostic>> {
    // What is wrong with the jobs there is reported in the pipelines that deploy there.
    let (Ok(rendered), Ok(title)) = (deploying.jobs_for(entry), deploying.title(entry)) else {
        return Ok(None);
    };
    let job = match &rendered {
        None => job,
        Some(jobs) => match jobs.jobs.get(name) {
            Some(job) => job,
            None => return Ok(None),
        },
    };
    let is_deployed = entry.is_deployed_in(deploying.facts());
    TargetedJob {
        name: format!("{name}:{}", entry.name),
        body: &job.body,
        variables: entry.job.get("variables").and_then(Node::as_map),
        title: Some(title),
        entry: entry.name.as_str(),
        is_one_of_many: is_deployed && deploying.is_one_of_many(),
    }
    .read()
}
