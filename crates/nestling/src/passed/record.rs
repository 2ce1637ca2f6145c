//! Makes the record of a pipeline, from its plan and the statuses of its jobs.

use super::answers::{ApiAnswers, ApiJob};
use super::format::{PassedJobV1, PassedV1, UnpassedJobV1, VERSION};
use nestling_gitlab::facts::CiVariables;
use serde::Deserialize;
use std::collections::{HashMap, HashSet};

/// The pipeline that is recorded.
#[derive(Debug)]
#[non_exhaustive]
pub struct Recording<'a> {
    /// Its plan: the text of `plan.json`.
    pub plan: &'a str,
    /// The answers about it.
    pub answers: &'a ApiAnswers,
    /// GitLab's predefined variables in a job of the parent pipeline.
    pub variables: &'a CiVariables,
}

impl<'a> Recording<'a> {
    /// Creates the recording of a pipeline.
    pub fn new(plan: &'a str, answers: &'a ApiAnswers, variables: &'a CiVariables) -> Self {
        Self { plan, answers, variables }
    }
}

/// A pipeline cannot be recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The plan is none.
    #[error("the plan cannot be read")]
    Plan(#[source] serde_json::Error),
    /// A variable of GitLab is missing.
    #[error("`{0}` is not set: a record is written in a job of the parent pipeline")]
    Variable(&'static str),
    /// The plan is that of another commit.
    #[error("the plan is for commit {plan}, but the pipeline for {pipeline}")]
    OtherCommit {
        /// The commit of the plan.
        plan: String,
        /// The commit of the pipeline.
        pipeline: String,
    },
    /// The pipeline runs code of a fork.
    #[error("pipelines of a fork's merge request are not recorded")]
    Fork,
}

#[derive(Deserialize)]
struct Plan {
    head: Head,
    units: Vec<PlanUnit>,
    jobs: Vec<PlanJob>,
    #[serde(default)]
    whole: bool,
}

#[derive(Deserialize)]
struct Head {
    commit: Option<String>,
    work_tree: bool,
}

#[derive(Deserialize)]
struct PlanUnit {
    name: String,
    verdict: String,
}

#[derive(Deserialize)]
struct PlanJob {
    name: String,
    unit: Option<String>,
    fingerprint: Option<String>,
    #[serde(default)]
    copy_names: Vec<String>,
}

/// Makes the record of a pipeline: of the jobs with a fingerprint, those all of whose copies have passed and were not allowed to
/// fail. A job without a status has not passed.
///
/// # Errors
/// The plan cannot be read or is of another commit, the variables are those of no pipeline, or the pipeline is one of a fork.
pub fn record(recording: &Recording<'_>) -> Result<PassedV1, RecordError> {
    let plan: Plan = serde_json::from_str(recording.plan).map_err(RecordError::Plan)?;
    let variable = |name: &'static str| recording.variables.get(name).ok_or(RecordError::Variable(name));
    let project = variable("CI_PROJECT_ID")?;
    let commit = variable("CI_COMMIT_SHA")?;
    let source_project = recording.variables.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID");
    if source_project.is_some_and(|source| source != project) {
        return Err(RecordError::Fork);
    }
    let of_plan = plan.head.commit.filter(|_| !plan.head.work_tree).unwrap_or_else(|| "none".to_owned());
    if of_plan != commit {
        return Err(RecordError::OtherCommit { plan: of_plan, pipeline: commit.to_owned() });
    }
    let pipeline = variable("CI_PIPELINE_ID")?;
    let pipeline: u64 = pipeline.parse().map_err(|_| RecordError::Variable("CI_PIPELINE_ID"))?;
    let passed = passed_jobs(recording.answers, pipeline);
    // The reference of a merge request's pipeline depends on its kind, and no variable has it.
    let reference = passed.values().flatten().next().map(|job| job.r#ref.as_str());
    let jobs: Vec<PassedJobV1> = plan.jobs.iter().filter_map(|job| passed_job(job, &passed)).collect();
    let unpassed = unpassed(&plan.jobs, &jobs);
    let is_selected = |unit: &&PlanUnit| matches!(unit.verdict.as_str(), "selected" | "everything");
    Ok(PassedV1 {
        format: VERSION,
        project: project.to_owned(),
        pipeline,
        pipeline_url: recording.variables.get("CI_PIPELINE_URL").unwrap_or_default().to_owned(),
        commit: commit.to_owned(),
        r#ref: reference.unwrap_or(variable("CI_COMMIT_REF_NAME")?).to_owned(),
        protected: recording.variables.get("CI_COMMIT_REF_PROTECTED") == Some("true"),
        source: variable("CI_PIPELINE_SOURCE")?.to_owned(),
        time: recording.variables.get("CI_PIPELINE_CREATED_AT").unwrap_or_default().to_owned(),
        units: plan.units.iter().filter(is_selected).map(|unit| unit.name.clone()).collect(),
        jobs,
        unpassed,
        failed: failed(&plan.jobs, recording.answers, pipeline),
        whole: plan.whole,
    })
}

/// Returns the jobs of the child pipelines that have passed, by their names. A name that two pipelines have is left out.
fn passed_jobs(answers: &ApiAnswers, pipeline: u64) -> HashMap<&str, Option<&ApiJob>> {
    let mut by_name: HashMap<&str, Option<&ApiJob>> = HashMap::new();
    let children = answers.children(pipeline);
    for job in children.iter().filter_map(|child| answers.jobs.get(child)).flatten() {
        let has_passed = job.status == "success" && !job.allow_failure;
        by_name.entry(&job.name).and_modify(|known| *known = None).or_insert(has_passed.then_some(job));
    }
    by_name
}

/// Returns the fingerprints of the jobs of which a copy has failed.
fn failed(jobs: &[PlanJob], answers: &ApiAnswers, pipeline: u64) -> Vec<String> {
    let of_children = answers.children(pipeline);
    let of_gitlab = of_children.iter().filter_map(|child| answers.jobs.get(child)).flatten();
    let failed: HashSet<&str> =
        of_gitlab.filter(|job| job.status == "failed").map(|job| job.name.as_str()).collect();
    let has_failed = |job: &&PlanJob| {
        std::iter::once(&job.name).chain(&job.copy_names).any(|name| failed.contains(name.as_str()))
    };
    jobs.iter().filter(has_failed).filter_map(|job| job.fingerprint.clone()).collect()
}

/// Returns the jobs with a fingerprint that are not among those that have passed.
fn unpassed(jobs: &[PlanJob], passed: &[PassedJobV1]) -> Vec<UnpassedJobV1> {
    let passed: HashSet<&str> = passed.iter().map(|job| job.job.as_str()).collect();
    let others = jobs.iter().filter(|job| !passed.contains(job.name.as_str()));
    let unpassed =
        |job: &PlanJob| Some(UnpassedJobV1 { fingerprint: job.fingerprint.clone()?, job: job.name.clone() });
    others.filter_map(unpassed).collect()
}

fn passed_job(job: &PlanJob, passed: &HashMap<&str, Option<&ApiJob>>) -> Option<PassedJobV1> {
    let (fingerprint, unit) = (job.fingerprint.clone()?, job.unit.clone()?);
    let one = [job.name.clone()];
    let names = if job.copy_names.is_empty() { one.as_slice() } else { &job.copy_names };
    let ids: Option<Vec<u64>> =
        names.iter().map(|name| passed.get(name.as_str()).copied().flatten().map(|job| job.id)).collect();
    Some(PassedJobV1 { fingerprint, unit, job: job.name.clone(), ids: ids? })
}
