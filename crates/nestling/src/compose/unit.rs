//! What a unit renders, folded into complete jobs under their short names.

use crate::compose::rules::WORKFLOW_IN_UNIT;
use indexmap::IndexMap;
use nestling_gitlab::configuration::{
    Configuration, ConfiguredJob, RemoteIncludes, Staged, Surroundings, fold,
};
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::name::{EnvironmentName, UnitName};
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeMap;

/// The jobs of one unit, complete but for their final names.
#[derive(Debug, Clone, Default)]
pub struct UnitJobs {
    /// The unit; `None` for the workspace's own jobs.
    pub unit: Option<UnitName>,
    /// `stages:` as the unit's files list them.
    pub stages: Vec<Staged>,
    /// The jobs by short name, in the order written; hidden ones are gone.
    pub jobs: IndexMap<String, UnitJob>,
    /// Jobs that were fanned out over environments, with the short names of what became of them.
    pub fans: BTreeMap<String, Vec<String>>,
    /// Jobs that this pipeline does not get, and why.
    pub left_out: Vec<LeftOut>,
    /// `workflow:` of the workspace; units have none.
    pub workflow: Map,
    /// `include:` entries that GitLab itself has to read; units have none.
    pub includes: Vec<Node>,
}

/// A job under its short name.
#[derive(Debug, Clone)]
pub struct UnitJob {
    /// Where its key was written.
    pub origin: Origin,
    /// Everything in it.
    pub body: Map,
    /// The catalogue entry that it was fanned out for.
    pub environment: Option<EnvironmentName>,
}

/// A job that was written and that this pipeline does not get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its short name.
    pub job: String,
    /// Why.
    pub reason: String,
}

impl UnitJobs {
    fn new(unit: Option<UnitName>, configuration: Configuration) -> Self {
        let Configuration { stages, jobs, workflow, includes, .. } = configuration;
        let jobs = jobs.into_iter().map(|(name, job)| (name, UnitJob::from(job))).collect();
        Self { unit, stages, jobs, workflow, includes, ..Self::default() }
    }
}

impl From<ConfiguredJob> for UnitJob {
    fn from(job: ConfiguredJob) -> Self {
        Self { origin: job.origin, body: job.body, environment: None }
    }
}

/// Folds what the templates and the fragment of a unit rendered to into jobs, later ones over earlier ones as GitLab
/// merges includes.
///
/// Problems are returned beside the jobs that could be made all the same.
pub fn unit_jobs(
    unit: &UnitName,
    rendered: Vec<Node>,
    surroundings: &Surroundings<'_>,
) -> (UnitJobs, Vec<Diagnostic>) {
    let (mut configuration, mut problems) = fold(rendered, surroundings, RemoteIncludes::Refuse);
    if let Some(key) = configuration.workflow_key {
        let message = format!("`{unit}` sets `workflow`, which would decide over every unit's jobs");
        let problem = Diagnostic::error(&WORKFLOW_IN_UNIT, key, message);
        problems.push(problem.with_help("move it below the `---` of the root's `nestling.yml`"));
        configuration.workflow = Map::default();
    }
    (UnitJobs::new(Some(unit.clone()), configuration), problems)
}

/// Folds the workspace's own jobs. What they include from elsewhere stays for GitLab to read.
pub fn workspace_jobs(rendered: Vec<Node>, surroundings: &Surroundings<'_>) -> (UnitJobs, Vec<Diagnostic>) {
    let (configuration, problems) = fold(rendered, surroundings, RemoteIncludes::Keep);
    (UnitJobs::new(None, configuration), problems)
}
