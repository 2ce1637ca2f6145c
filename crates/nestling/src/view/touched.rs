//! What a pipeline does to environments: the effect of a merge at a glance.

use nestling_gitlab::name::{JobName, UnitName};
use nestling_gitlab::pipeline::environment::environment;
use nestling_gitlab::pipeline::rule::is_manual;
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::yaml::Node;

/// A job that does something to an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Touched {
    /// The environment's name as GitLab gets it, variables unexpanded.
    pub name: String,
    /// What the job does: `start`, `stop`, `prepare`, `verify` or `access`.
    pub action: String,
    /// The tier, where one is set.
    pub tier: Option<String>,
    /// The address, variables unexpanded.
    pub url: Option<String>,
    /// The job.
    pub job: JobName,
    /// Its unit.
    pub unit: Option<UnitName>,
    /// Whether a person starts it.
    pub start: Starts,
}

/// How a job starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Starts {
    /// By itself.
    Automatic,
    /// By a person's click, in every case its rules allow.
    Manual,
}

/// The jobs of a pipeline that touch environments, in the pipeline's order.
pub fn touched(pipeline: &Pipeline) -> Vec<Touched> {
    pipeline.jobs.iter().filter_map(of_job).collect()
}

fn of_job(job: &Job) -> Option<Touched> {
    let environment = environment(&job.body)?;
    let text = |key: &str| environment.get(key).and_then(Node::text).map(str::to_owned);
    Some(Touched {
        name: environment.name()?.text()?.to_owned(),
        action: environment.action().to_owned(),
        tier: text("deployment_tier"),
        url: text("url"),
        job: job.name.clone(),
        unit: job.unit.clone(),
        start: if is_manual(&job.body) { Starts::Manual } else { Starts::Automatic },
    })
}
