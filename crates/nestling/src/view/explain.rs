//! Why a unit, a job or a path is in, or why it is not: from the change to the job, and from the job to the change.

mod cause;
mod defaults;
mod effect;
mod why_not;
mod job;
mod path;
mod text;
mod unit;

use crate::plan::Plan;
use crate::workspace::Unit;
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Display;

/// What there is to say of a unit, a job or a path; written with `--format json` as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(title = "Nestling's explanation, version 1")]
#[non_exhaustive]
pub struct Explanation {
    /// The version of this format.
    pub version: u32,
    /// What is explained.
    pub subject: Subject,
    /// The answer in a few words: `is selected`, `is not in this pipeline`.
    pub answer: String,
    /// Whether the unit or the job is in, or the path selects something.
    pub included: bool,
    /// The chains that lead to it, each from the nearest reason to what changed.
    pub because: Vec<Vec<Step>>,
    /// Where it is not in: what would have brought it in, the nearest first.
    pub why_not: Vec<String>,
    /// What follows from it.
    pub effects: Vec<Effect>,
    /// Layers of a unit's jobs that are not written in its own file, and uses of templates that do not count.
    pub notes: Vec<Step>,
    /// The changed paths that concern a unit.
    pub changed_paths: Vec<String>,
    /// Where it is written, as `path:line:column`.
    pub declared_at: Option<String>,
}

/// What is explained.
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
    /// What holds.
    pub text: String,
    /// Where that is written, as `path:line:column`.
    pub place: Option<String>,
}

/// A unit that something brings in, with its jobs in this pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Effect {
    /// The unit; null for the workspace's own jobs.
    pub unit: Option<String>,
    /// By which way.
    pub text: String,
    /// Its jobs.
    pub jobs: Vec<String>,
}

/// The JSON schema of the format (draft 2020-12).
pub fn explanation_schema() -> serde_json::Value {
    schemars::schema_for!(Explanation).to_value()
}

/// What somebody asks about.
#[derive(Debug)]
pub enum Asked<'a> {
    /// A unit, at head or gone since base.
    Unit(&'a Unit),
    /// A job by its name within the unit; without a unit, the workspace's.
    Job {
        /// Its unit.
        unit: Option<&'a Unit>,
        /// Its short name.
        job: &'a str,
    },
    /// A path, changed or not, with the units that are made from it.
    Path {
        /// The path.
        path: RepoPath,
        /// The units.
        made: BTreeSet<UnitName>,
    },
}

impl<'a> Asked<'a> {
    /// The unit or the job that a text means: a unit's name or directory, `UNIT:JOB`, or a job of the workspace. `None`
    /// where it can only be a path.
    pub fn find(plan: &'a Plan, text: &'a str) -> Option<Self> {
        let wanted = text.trim_end_matches('/').trim_start_matches("./");
        let by_name = |name: &str| {
            let named = plan.units().find(|unit| unit.name.as_str() == name);
            named.or_else(|| plan.units().find(|unit| unit.dir.as_str() == Some(name)))
        };
        if let Some(unit) = by_name(wanted) {
            return Some(Self::Unit(unit));
        }
        if let Some((unit, job)) = wanted.split_once(':')
            && let Some(unit) = by_name(unit)
        {
            return Some(Self::Job { unit: Some(unit), job });
        }
        let own = plan.pipeline.job(wanted).filter(|job| job.unit.is_none());
        own.map(|_| Self::Job { unit: None, job: wanted })
    }
}

/// Explains it.
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
            effects: Vec::new(),
            notes: Vec::new(),
            changed_paths: Vec::new(),
            declared_at: None,
        }
    }
}

impl Step {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), place: None }
    }

    fn at(text: impl Into<String>, place: String) -> Self {
        Self { text: text.into(), place: Some(place) }
    }
}

#[cfg(test)]
mod tests;
