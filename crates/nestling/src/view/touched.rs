//! The environments that a pipeline changes: the effect of a merge at a glance.

use crate::plan::Plan;
use crate::view::planned::{Count, PlannedJob, Start, possible_jobs};
use nestling_gitlab::name::{JobName, UnitName};
use nestling_gitlab::pipeline::environment::environment;
use nestling_gitlab::yaml::Node;
use std::fmt;

/// A job with an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Touched {
    /// The environment's name as GitLab gets it, with unexpanded variables.
    pub name: String,
    /// The action of the job: `start`, `stop`, `prepare`, `verify` or `access`.
    pub action: String,
    /// The tier, if it is set.
    pub tier: Option<String>,
    /// The URL, with unexpanded variables.
    pub url: Option<String>,
    /// The job.
    pub job: JobName,
    /// Its unit.
    pub unit: Option<UnitName>,
    /// Start of the job.
    pub start: Starts,
    /// The condition under which GitLab makes the job; `None` if it is certain.
    pub condition: Option<String>,
    /// Set if the job may be manual, by some of its rules.
    pub(crate) may_be_manual: bool,
    pub(crate) count: Count,
}

/// Start of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Starts {
    /// Without anybody's action.
    Automatic,
    /// By a user, under every rule that adds the job.
    Manual,
    /// By itself, some time after its turn came.
    Delayed(String),
    /// By itself, if an earlier job has failed.
    OnFailure,
    /// In several ways, by a condition that only GitLab knows or by the copy of the job: in words.
    Varies(String),
}

/// In words: `automatic`, `manual`, `after 1 hour`, `on failure`, `manual if $GATE is set, otherwise automatic`.
impl fmt::Display for Starts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Automatic => f.write_str("automatic"),
            Self::Manual => f.write_str("manual"),
            Self::Delayed(time) => write!(f, "after {time}"),
            Self::OnFailure => f.write_str("on failure"),
            Self::Varies(words) => f.write_str(words),
        }
    }
}

/// Returns the jobs with environments that GitLab makes or may make, in the pipeline's order.
pub fn touched(plan: &Plan) -> Vec<Touched> {
    possible_jobs(plan).filter_map(of_job).collect()
}

fn of_job(planned: PlannedJob<'_>) -> Option<Touched> {
    let job = planned.job;
    let environment = environment(&job.body)?;
    Some(Touched {
        name: environment.name()?.text()?.to_owned(),
        action: environment.action().to_owned(),
        tier: environment.get("deployment_tier").and_then(Node::text).map(str::to_owned),
        url: environment.get("url").and_then(Node::text).map(str::to_owned),
        job: job.name.clone(),
        unit: job.unit.clone(),
        start: match planned.start() {
            Start::Automatic => Starts::Automatic,
            Start::Manual => Starts::Manual,
            Start::Delayed(time) => Starts::Delayed(time.to_owned()),
            Start::OnFailure => Starts::OnFailure,
            Start::Varies => Starts::Varies(planned.varied_start().unwrap_or_default()),
        },
        condition: planned.condition(),
        may_be_manual: planned.may_be_manual(),
        count: planned.count(),
    })
}
