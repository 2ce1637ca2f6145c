//! The formats, version 1: of records as pipelines write them, and of what verification makes of them. New fields may be added
//! without a new version; no field is removed or changes its meaning.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Version of both formats.
pub(super) const VERSION: u32 = 1;

/// The record of one pipeline: the jobs of it that have passed, by their fingerprints. Verdicts only, never artifacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Nestling's record of passed jobs, version 1")]
#[non_exhaustive]
pub struct PassedV1 {
    /// The version of this format: 1.
    pub format: u32,
    /// The id of the project (`CI_PROJECT_ID`).
    pub project: String,
    /// The id of the parent pipeline (`CI_PIPELINE_ID`).
    pub pipeline: u64,
    /// The page of the pipeline.
    pub pipeline_url: String,
    /// The commit (`CI_COMMIT_SHA`).
    pub commit: String,
    /// The branch, the tag, or the reference of the merge request.
    pub r#ref: String,
    /// True if the reference is protected. Verification asks GitLab, and never believes this.
    pub protected: bool,
    /// `CI_PIPELINE_SOURCE` of the parent.
    pub source: String,
    /// The time of the record, as GitLab writes times.
    pub time: String,
    /// The units that the pipeline selected.
    pub units: Vec<String>,
    /// The jobs that have passed.
    pub jobs: Vec<PassedJobV1>,
    /// The fingerprints of the jobs that have failed: older records of them do not count any more.
    #[serde(default)]
    pub failed: Vec<String>,
    /// The jobs with a fingerprint that had not passed when the record was made: those that failed, and all others.
    #[serde(default)]
    pub unpassed: Vec<UnpassedJobV1>,
    /// True if no option narrowed the pipeline: then a later pipeline can be compared with it.
    #[serde(default)]
    pub whole: bool,
}

/// A job that has passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct PassedJobV1 {
    /// Its fingerprint.
    pub fingerprint: String,
    /// Its unit.
    pub unit: String,
    /// Its name.
    pub job: String,
    /// The ids of the jobs that GitLab made of it: one, or one for each copy of `parallel`.
    pub ids: Vec<u64>,
}

/// A job that had not passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct UnpassedJobV1 {
    /// Its fingerprint.
    pub fingerprint: String,
    /// Its name.
    pub job: String,
}

/// The records that GitLab's API confirms, and those that it does not, with the reason: the file `verified.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Nestling's verified records of passed jobs, version 1")]
#[non_exhaustive]
pub struct VerifiedV1 {
    /// The version of this format: 1.
    pub format: u32,
    /// The id of the project.
    pub project: String,
    /// The passed jobs, according to GitLab.
    pub jobs: Vec<VerifiedJobV1>,
    /// The pipelines of these jobs.
    pub pipelines: Vec<VerifiedPipelineV1>,
    /// The jobs that have failed, or may have, according to records or GitLab. These are not verified: they only make more jobs run.
    #[serde(default)]
    pub failed: Vec<FailedJobV1>,
    /// The records that do not count.
    pub refused: Vec<RefusedV1>,
}

/// A job that has failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct FailedJobV1 {
    /// Its fingerprint.
    pub fingerprint: String,
    /// The id of the parent pipeline.
    pub pipeline: u64,
    /// The time when it ended, according to GitLab: seconds since 1970. Null if only a record reports the failure.
    #[serde(default)]
    pub finished: Option<u64>,
    /// True if GitLab does not report how it ended.
    #[serde(default)]
    pub unknown: bool,
}

impl VerifiedV1 {
    /// Returns why nothing here counts for a project: another format, or another project. `None` where it may.
    pub fn unusable(&self, project: Option<&str>) -> Option<String> {
        if self.format != VERSION {
            return Some(format!("its format is {}, but this version reads {VERSION}", self.format));
        }
        let other = project.filter(|project| *project != self.project)?;
        Some(format!("it belongs to project {}, not to {other}", self.project))
    }
}

/// A pipeline with a record, and the jobs of its child pipelines, according to GitLab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct VerifiedPipelineV1 {
    /// The id of the parent pipeline.
    pub id: u64,
    /// The names of the jobs that have passed.
    pub passed: Vec<String>,
    /// The names of all other jobs.
    pub others: Vec<String>,
    /// The names of those other jobs that are neither manual nor allowed to fail: failed, canceled, skipped, or not done yet.
    #[serde(default)]
    pub open: Vec<String>,
    /// The commit.
    #[serde(default)]
    pub commit: String,
    /// The branch, the tag, or the reference of the merge request.
    #[serde(default)]
    pub r#ref: String,
    /// True for a tag.
    #[serde(default)]
    pub tag: bool,
    /// The source of the parent pipeline.
    #[serde(default)]
    pub source: String,
    /// True if no option narrowed the pipeline (by the record), and all of its child pipelines were created (by GitLab).
    #[serde(default)]
    pub whole: bool,
}

/// A passed job, according to GitLab. Its fingerprint is not verified yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct VerifiedJobV1 {
    /// The fingerprint of the record.
    pub fingerprint: String,
    /// The trigger job of the parent pipeline that started the job's pipeline.
    #[serde(default)]
    pub trigger: String,
    /// Its unit.
    pub unit: String,
    /// Its name.
    pub job: String,
    /// The names of the jobs that GitLab made of it: its own, or those of its copies.
    pub names: Vec<String>,
    /// The page of the job, or of its first copy.
    pub url: String,
    /// The id of the parent pipeline.
    pub pipeline: u64,
    /// The page of the parent pipeline.
    pub pipeline_url: String,
    /// The commit.
    pub commit: String,
    /// The branch, the tag, or the reference of the merge request.
    pub r#ref: String,
    /// True for a tag.
    pub tag: bool,
    /// True if the branch is protected, according to GitLab.
    pub protected: bool,
    /// The source of the parent pipeline.
    pub source: String,
    /// The time when the job, or its first copy to do so, ended: seconds since 1970.
    pub finished: u64,
    /// The units that the pipeline selected.
    pub units: Vec<String>,
}

/// A record that does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct RefusedV1 {
    /// The file, or the pipeline that it is of.
    pub record: String,
    /// The fingerprint of a single job; null for a whole record.
    pub fingerprint: Option<String>,
    /// The job; null for a whole record.
    pub job: Option<String>,
    /// The reason.
    pub why: String,
}

/// Returns the JSON schema of records (draft 2020-12).
pub fn passed_schema() -> serde_json::Value {
    schemars::schema_for!(PassedV1).to_value()
}

/// Returns the JSON schema of verified records (draft 2020-12).
pub fn verified_schema() -> serde_json::Value {
    schemars::schema_for!(VerifiedV1).to_value()
}
