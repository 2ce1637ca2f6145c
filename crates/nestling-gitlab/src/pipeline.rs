//! The model of a GitLab pipeline: jobs whose bodies stay as they were written, with typed views where rules need
//! them. The body is the only truth: a view is read from it on demand and never stored beside it.

pub mod rules;
pub mod reuse_rules;
pub mod keywords;
mod value;
pub mod fragment;
pub mod merge;
pub mod extends;
pub(crate) mod reference;
pub mod defaults;
pub mod need;
pub mod scope;
pub mod guard;
pub mod expression;
pub mod interpolation;
pub mod component_values;
pub mod inputs;
pub mod moa;
pub mod rule;
pub mod known;
pub mod parent_source;
pub mod environment;
pub mod matrix;
pub(crate) mod needed_copies;
pub mod expand;
pub mod presence;
pub mod image_reference;
pub mod duration;
pub mod date_time;

use crate::diagnostic::Origin;
use crate::name::{EnvironmentName, JobName, StageName, UnitName};
use crate::yaml::Map;

/// One pipeline, ready to be checked and written.
///
/// ```
/// use nestling_gitlab::lint::{Options, lint_file};
/// use nestling_gitlab::{diagnostic::Sources, instance::Gitlab};
///
/// let text = "stages: [build, ship]\nbuild: { stage: build, script: make }\nship: { stage: ship, script: make ship }";
/// let options = Options { gitlab: &Gitlab::default(), files: None, pipeline: None };
/// let pipeline = lint_file(".gitlab-ci.yml", text, &options, &Sources::default()).pipeline;
/// let job = pipeline.job("ship").expect("it is in the file");
/// assert_eq!(job.stage(), "ship");
/// assert_eq!(job.body.get("script").and_then(|script| script.text()), Some("make ship"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Pipeline {
    /// The stages in order, without `.pre` and `.post`.
    pub stages: Vec<StageName>,
    /// `workflow:name` and the like, from the workspace's own jobs document; `rules` are always added on emitting.
    pub workflow: Map,
    /// The keywords beside the jobs of a plain file, as they were written. The jobs have been given what they say; they are kept
    /// to be checked, and never emitted.
    pub globals: Map,
    /// `include:` entries of the workspace that GitLab itself has to read; almost always empty.
    pub includes: Vec<crate::yaml::Node>,
    /// The jobs in the order in which they are written. Names are unique.
    pub jobs: Vec<Job>,
}

/// A job of the final pipeline: defaults folded in, `extends` and `!reference` resolved, names scoped.
///
/// [`Pipeline`] has an example.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its final name.
    pub name: JobName,
    /// The key that names it.
    pub origin: Origin,
    /// The unit that it belongs to; `None` for a job of the workspace.
    pub unit: Option<UnitName>,
    /// The catalogue entry that it was fanned out for.
    pub environment: Option<EnvironmentName>,
    /// Everything that GitLab reads of it, in the order written.
    pub body: Map,
}

impl Pipeline {
    /// The job with this final name.
    pub fn job(&self, name: &str) -> Option<&Job> {
        self.jobs.iter().find(|job| job.name.as_str() == name)
    }
}

impl Job {
    /// The stage it runs in: `test` where it names none.
    pub fn stage(&self) -> &str {
        self.body.get("stage").and_then(|stage| stage.text()).unwrap_or(StageName::DEFAULT)
    }
}
