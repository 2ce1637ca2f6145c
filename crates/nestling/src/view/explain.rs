//! Explains why a unit, a job or a path is selected or not: from the change to the job, and from the job to the change.

mod cause;
mod defaults;
mod effect;
mod why_not;
mod presence;
mod job;
mod path;
mod text;
mod unit;

pub(crate) use why_not::nearest_reason;

use crate::plan::Plan;
use crate::workspace::Unit;
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use nestling_gitlab::pipeline::need::parallel_base;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

/// The explanation of a unit, a job or a path: the output of `explain --format json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(title = "Nestling's explanation, version 1")]
#[non_exhaustive]
pub struct Explanation {
    /// The version of this format.
    pub version: u32,
    /// The unit, job or path.
    pub subject: Subject,
    /// The answer in a few words: `is selected`, `is not in this pipeline`.
    pub answer: String,
    /// True if the unit is selected, the job is in the pipeline, or the path selects something.
    pub included: bool,
    /// The chains of reasons, each from the nearest reason to the changed path.
    pub because: Vec<Vec<Step>>,
    /// If it is not included: the reasons, the nearest first.
    pub why_not: Vec<String>,
    /// The cases that decide about a job, in order: the first whose condition holds decides.
    pub decisions: Vec<Decision>,
    /// The rules of a job, one by one, as they are evaluated in this pipeline.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<ExplainedRule>,
    /// The presence of a job in other kinds of pipelines, with all units.
    pub other_pipelines: Vec<OtherPipeline>,
    /// Its consequences.
    pub effects: Vec<Effect>,
    /// Layers of a unit's jobs that are not in its own file, and uses of templates that have no effect.
    pub notes: Vec<Step>,
    /// The changed paths that affect a unit.
    pub changed_paths: Vec<String>,
    /// The place of its declaration, as `path:line:column`.
    pub declared_at: Option<String>,
    /// The fingerprint of a unit or a job: a hash of what it is made from. Missing where files are not committed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// The reason why a job has no fingerprint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_fingerprint: Option<String>,
    /// Set if a pipeline has the job, or a reason why not.
    #[serde(skip)]
    is_known: bool,
    /// Set if nothing in this kind of pipeline has a job of this name.
    #[serde(skip)]
    is_unknown_here: bool,
}

/// The unit, job or path that is explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Subject {
    /// `unit`, `job` or `path`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

/// One step of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Step {
    /// The reason.
    pub text: String,
    /// The place that states it, as `path:line:column`.
    pub place: Option<String>,
}

/// A case that decides about a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Decision {
    /// The copies that `parallel` makes and that it decides about; empty if it is all of them.
    pub copies: Vec<String>,
    /// The condition in words; null if it always holds.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// The outcome: `automatic`, `manual`, `left out`, ….
    pub outcome: String,
    /// The rule, as `path:line:column`; null for a job without rules.
    pub place: Option<String>,
}

/// A rule of a job with its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct ExplainedRule {
    /// The rule as written, on one line.
    pub text: String,
    /// `decides`, `otherwise` (decides where no earlier rule applies), `maybe`, `no` (does not apply) or `unreached`.
    pub verdict: &'static str,
    /// The verdict as a sentence, with the condition under which the rule would apply.
    pub sentence: String,
    /// The outcome of a rule that can decide: `automatic`, `manual`, `left out`, ….
    pub outcome: Option<String>,
    /// The variables of its `if` with their values.
    pub values: Vec<RuleValue>,
    /// The place of the rule, as `path:line:column`.
    pub place: String,
}

/// The value of a variable that a rule reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct RuleValue {
    /// The name of the variable.
    pub name: String,
    /// Its value in words: a quoted string, with a remark if a file has it, `not set`, or `not known before the pipeline is created`.
    pub value: String,
}

/// The presence of a job in another kind of pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct OtherPipeline {
    /// A description of the pipeline.
    pub pipeline: String,
    /// The job for one of the environments of a written job, if that is what the pipeline has of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// `in`, `out`, or `maybe` if the condition decides.
    pub state: &'static str,
    /// For `maybe`: the condition in words.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// Start of the job, if that is not automatic.
    pub start: Option<String>,
    /// The reason why its rules leave the job out.
    pub reason: Option<String>,
}

/// A unit that is selected as a consequence, with its jobs in this pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Effect {
    /// The unit; null for the workspace's own jobs.
    pub unit: Option<String>,
    /// The connection.
    pub text: String,
    /// Its jobs.
    pub jobs: Vec<String>,
    /// The number of jobs that GitLab creates of each of them that has `parallel`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub copies: BTreeMap<String, usize>,
}

/// Returns the JSON schema of the format (draft 2020-12).
pub fn explanation_schema() -> serde_json::Value {
    schemars::schema_for!(Explanation).to_value()
}

/// The subject of a question.
#[derive(Debug)]
pub enum Asked<'a> {
    /// A unit of head, or one that was removed since base.
    Unit(&'a Unit),
    /// A job by its name within its unit; a job of the workspace has no unit.
    Job {
        /// Its unit.
        unit: Option<&'a Unit>,
        /// Its short name.
        job: &'a str,
    },
    /// A path, changed or not, with the units that are generated from it.
    Path {
        /// The path.
        path: RepoPath,
        /// The units.
        made: BTreeSet<UnitName>,
    },
}

impl<'a> Asked<'a> {
    /// Finds a unit by name or directory, or a job as `UNIT:JOB` or as a job of the workspace, also by the name of a copy that
    /// `parallel` makes. Returns `None` if the text can only be a path.
    pub fn find(plan: &'a Plan, text: &'a str) -> Option<Self> {
        let wanted = text.trim_end_matches('/').trim_start_matches("./");
        if let Some(unit) = find_unit(plan, wanted) {
            return Some(Self::Unit(unit));
        }
        if let Some((unit, job)) = wanted.split_once(':')
            && let Some(unit) = find_unit(plan, unit)
        {
            return Some(Self::Job { unit: Some(unit), job: job_of_copy(plan, Some(unit), job) });
        }
        let wanted = job_of_copy(plan, None, wanted);
        let job = plan.pipeline.job(wanted)?;
        job.unit.is_none().then_some(Self::Job { unit: None, job: wanted })
    }
}

/// Returns the name of the job that a copy is made of; any other name as it is.
fn job_of_copy<'t>(plan: &Plan, unit: Option<&Unit>, name: &'t str) -> &'t str {
    let full_name = |name: &str| unit.map_or_else(|| name.to_owned(), |unit| format!("{}:{name}", unit.name));
    let Some((base, _)) = parallel_base(name) else { return name };
    if presence::find_copy(plan, &full_name(name)).is_some() { base } else { name }
}

/// Finds a unit by its name, or else by its directory.
fn find_unit<'a>(plan: &'a Plan, name: &str) -> Option<&'a Unit> {
    let named = plan.units().find(|unit| unit.name.as_str() == name);
    named.or_else(|| plan.units().find(|unit| unit.dir.as_str() == Some(name)))
}

/// Explains a unit, a job or a path.
pub fn explain(plan: &Plan, asked: &Asked<'_>) -> Explanation {
    let sources = &plan.sources;
    match asked {
        Asked::Unit(unit) => unit::explain(plan, unit, sources),
        Asked::Job { unit, job } => job::explain(plan, *unit, job, sources),
        Asked::Path { path, made } => path::explain(plan, path, made),
    }
}

impl Explanation {
    fn of(kind: &'static str, name: &dyn Display) -> Self {
        Self {
            version: 1,
            subject: Subject { kind, name: name.to_string() },
            answer: String::new(),
            included: false,
            because: Vec::new(),
            why_not: Vec::new(),
            decisions: Vec::new(),
            rules: Vec::new(),
            other_pipelines: Vec::new(),
            effects: Vec::new(),
            notes: Vec::new(),
            changed_paths: Vec::new(),
            declared_at: None,
            fingerprint: None,
            no_fingerprint: None,
            is_known: false,
            is_unknown_here: false,
        }
    }
}

impl Step {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), place: None }
    }

    fn with_place(text: impl Into<String>, place: String) -> Self {
        Self { text: text.into(), place: Some(place) }
    }
}

#[cfg(test)]
mod tests;
