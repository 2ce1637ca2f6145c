//! A job in the format.

use super::OriginV1;
use schemars::JsonSchema;
use serde::Serialize;

/// A job of the child pipeline.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct JobV1 {
    /// Its final name.
    pub name: String,
    /// Its name within the unit.
    pub short_name: String,
    /// Its unit; null for a job of the workspace.
    pub unit: Option<String>,
    /// Its stage.
    pub stage: String,
    /// `automatic`, `manual`, `delayed` or `on_failure`; `automatic` if its rules differ: `presence.starts` has each start.
    pub start: String,
    /// The job's presence in the pipeline.
    pub presence: PresenceV1,
    /// Number of jobs that GitLab makes of it, by `parallel`: the highest possible number if that depends on a condition.
    pub copies: usize,
    /// The target of a trigger job: the path of a project, or `child pipeline`.
    pub trigger: Option<String>,
    /// The jobs that it needs; null if it waits for all jobs of earlier stages.
    pub needs: Option<Vec<NeedV1>>,
    /// The environment of the job.
    pub environment: Option<JobEnvironmentV1>,
    /// Its fingerprint: a hash of its unit's files, of the job, of the jobs that it needs, and of the parent pipeline. Missing where
    /// its result does not depend on known content alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// The reason why it runs although `reuse` is on; missing if it is off or without `--passed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_reused: Option<String>,
    /// The names of the jobs that GitLab makes of it by `parallel`; empty if it is one job.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copy_names: Vec<String>,
    /// The place of its definition.
    pub origin: OriginV1,
}

/// The presence of a job in the pipeline.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PresenceV1 {
    /// `in`, `out`, or `maybe` if it depends on values that are not known before GitLab creates the pipeline.
    pub state: String,
    /// `on_success`, `on_failure`, `always`, `manual` or `delayed`; null if the job is out, or if its rules differ.
    pub start: Option<String>,
    /// Its possible starts in order, if they differ: the first whose condition holds is its start. Empty if there is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub starts: Vec<StartV1>,
    /// For `maybe`: the condition under which the job is in the pipeline, in words.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// The rule that decides, as `path:line:column`; null for a job without rules.
    pub rule: Option<String>,
}

/// A possible start of a job.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StartV1 {
    /// `automatic`, `manual`, `delayed` or `on_failure`.
    pub start: String,
    /// The condition, in words; null if it is the start otherwise, or that of some of the copies.
    #[serde(rename = "if")]
    pub condition: Option<String>,
}

/// A need of a job.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct NeedV1 {
    /// The job's name; null for another pipeline as a whole.
    pub job: Option<String>,
    /// True if the pipeline may lack that job.
    pub optional: bool,
    /// True if its artifacts are downloaded.
    pub artifacts: bool,
    /// The project or the pipeline of the job, if it is another one.
    pub elsewhere: Option<String>,
}

/// The environment of a job.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct JobEnvironmentV1 {
    /// Its name as GitLab gets it, with unexpanded variables.
    pub name: String,
    /// `start`, `stop`, `prepare`, `verify` or `access`.
    pub action: String,
    /// The entry of the environment catalogue that the job was generated for.
    pub catalogue: Option<String>,
}
