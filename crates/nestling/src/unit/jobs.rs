//! The jobs of one unit under their short names.

use super::declared_target::DeclaredTarget;
use crate::environments::{Conditions, LeftOut};
use indexmap::IndexMap;
use nestling_gitlab::configuration::{Configuration, ConfiguredJob, Staged};
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::name::{EnvironmentName, UnitName};
use nestling_gitlab::pipeline::defaults::Defaults;
use nestling_gitlab::pipeline::keywords::has_work;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// The jobs of one unit, complete but for their final names.
#[derive(Debug, Clone, Default)]
pub(crate) struct UnitJobs {
    /// The unit; `None` for the workspace's own jobs.
    pub unit: Option<UnitName>,
    /// `stages:` as the unit's files list them.
    pub stages: Vec<Staged>,
    /// The jobs by short name, in the order written; hidden ones are gone.
    pub jobs: IndexMap<String, UnitJob>,
    /// `default:` and `variables:` of the unit's files, which the jobs have been given.
    pub defaults: Defaults,
    /// Jobs that were fanned out over environments, with the short names of what became of them.
    pub fans: BTreeMap<String, Vec<String>>,
    /// Jobs of a fan that conditions may keep out where others of the fan are in.
    pub further_conditional: BTreeSet<String>,
    /// Jobs that this pipeline does not get, and why.
    pub left_out: Vec<LeftOut>,
    /// Targets of the jobs, in every environment that they may be sent to.
    pub targets: Vec<DeclaredTarget>,
    /// `workflow:` of the workspace; units have none.
    pub workflow: Map,
    /// `include:` entries that GitLab itself has to read; units have none.
    pub includes: Vec<Node>,
}

/// A job under its short name.
#[derive(Debug, Clone)]
pub(crate) struct UnitJob {
    /// Place of its key.
    pub origin: Origin,
    /// Everything in it.
    pub body: Map,
    /// The catalogue entry that it was fanned out for.
    pub environment: Option<EnvironmentName>,
    /// The short name of the deploy whose artifacts it gets as well; none for all but stop jobs.
    pub artifacts_of: Option<String>,
    /// Conditions of the catalogue that are in its `rules`.
    pub conditions: Conditions,
    /// Set if it has `needs` for the sake of the deploy before it, and none of its own.
    pub promoted: Option<Promoted>,
    /// The jobs that its needs by role (`build?`, `^build`) mean.
    pub role_needs: Vec<RoleNeed>,
}

/// A job that a need by role means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RoleNeed {
    /// The job: its short name in the same unit, or `unit:job`.
    pub name: String,
    /// Place of the role. All jobs that it refers to have needs of this origin.
    pub origin: Origin,
    /// Set for `^build`, which means jobs of any number of units.
    pub of_dependencies: bool,
}

/// A deploy that waits for the one to the environment before it, where it would have waited for all earlier stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Promoted {
    /// Through the deploy before it, it waits for the stages too.
    Held,
    /// The deploy before it may be missing.
    Optional,
}

impl UnitJobs {
    pub(super) fn new(unit: Option<UnitName>, configuration: Configuration) -> Self {
        let Configuration { stages, jobs, defaults, workflow, includes, .. } = configuration;
        let mut jobs: IndexMap<String, UnitJob> =
            jobs.into_iter().map(|(name, job)| (name, UnitJob::from(job))).collect();
        if let Some(pages) = jobs.get_mut("pages").filter(|_| unit.is_some()) {
            keep_publishing(pages);
        }
        Self { unit, stages, jobs, defaults, workflow, includes, ..Self::default() }
    }
}

/// Says that a job publishes a site, which GitLab takes from the name `pages` alone. In the pipeline it gets another name
/// (<https://docs.gitlab.com/ci/yaml/#pages>).
fn keep_publishing(job: &mut UnitJob) {
    let says_nothing = job.body.get("pages").is_none_or(Node::is_null);
    if says_nothing && has_work(&job.body) && !job.body.contains("trigger") {
        job.body.set("pages", Node::plain(job.origin, "true"));
    }
}

impl From<ConfiguredJob> for UnitJob {
    fn from(job: ConfiguredJob) -> Self {
        Self {
            origin: job.origin,
            body: job.body,
            environment: None,
            artifacts_of: None,
            conditions: Conditions::default(),
            promoted: None,
            role_needs: Vec::new(),
        }
    }
}
