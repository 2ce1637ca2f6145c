//! The plan as JSON, version 1: for scripts, bots and dashboards. `docs/plan.schema.json` describes it.
//!
//! The structs are the format. Fields are added without a new version; none is taken away or changes its meaning.

mod read;

pub(super) use read::kind as reason_kind;

use crate::plan::Plan;
use nestling_gitlab::diagnostic::{Diagnostic, Sources};
use schemars::JsonSchema;
use serde::Serialize;

/// A plan: which units are in and why, the jobs of the child pipeline, the environments that they touch.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "Nestling's plan, version 1")]
#[non_exhaustive]
pub struct PlanV1 {
    /// The version of this format: 1.
    pub version: u32,
    /// The version of Nestling that made the plan.
    pub nestling: String,
    /// The pipeline that it is for.
    pub pipeline: PipelineV1,
    /// The older side of the comparison; null where there is nothing to compare with.
    pub base: Option<CommitV1>,
    /// The newer side: what the plan was made from.
    pub head: CommitV1,
    /// How many commits the clone has along first parents, where its history is cut off; null where it is whole.
    pub clone_depth: Option<usize>,
    /// What changed between the two.
    pub changes: ChangesV1,
    /// Every unit of the workspace in order of name, selected or not; then those that are gone since base.
    pub units: Vec<UnitV1>,
    /// The stages in the order in which they run.
    pub stages: Vec<String>,
    /// The jobs in the order in which they are written.
    pub jobs: Vec<JobV1>,
    /// What the jobs do to environments, in the order of the jobs.
    pub environments: Vec<EnvironmentV1>,
    /// What of CDK assemblies became no job, by unit, in the order in which it was found.
    pub cdk: Vec<CdkLineV1>,
    /// What is wrong. While one of them is an error, `generate` writes nothing.
    pub diagnostics: Vec<DiagnosticV1>,
}

/// The pipeline that a plan is for.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct PipelineV1 {
    /// In a few words: `merge request !7 of feature`.
    pub description: String,
    /// `merge_request`, `branch` or `tag`.
    pub kind: String,
    /// `CI_PIPELINE_SOURCE`, or `local` on a developer's machine.
    pub source: String,
    /// The branch; the source branch of a merge request.
    pub branch: Option<String>,
    /// The project's default branch, where it is known.
    pub default_branch: Option<String>,
    /// The tag.
    pub tag: Option<String>,
    /// The number of the merge request.
    pub merge_request: Option<String>,
}

/// One side of the comparison.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct CommitV1 {
    /// The commit; of a work tree, the one that is checked out. Null before the first commit.
    pub commit: Option<String>,
    /// Whether the files are those on disk, committed or not.
    pub work_tree: bool,
    /// How it was found, for people: `CI_MERGE_REQUEST_DIFF_BASE_SHA`, `merge base with origin/main`.
    pub provenance: String,
    /// The predefined variable that said so, if one did.
    pub variable: Option<String>,
    /// Whether the clone lacked it and it was fetched.
    pub fetched: bool,
}

/// What changed.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct ChangesV1 {
    /// `paths`: what differs counts; `everything` or `nothing`: whatever differs.
    pub extent: String,
    /// Why everything or nothing counts as changed.
    pub reason: Option<String>,
    /// The paths that differ, in byte order. Bytes that are not UTF-8 are escaped.
    pub paths: Vec<PathV1>,
}

/// A path that differs.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct PathV1 {
    /// The path from the repository's root.
    pub path: String,
    /// `added`, `modified`, `deleted` or `type changed`.
    pub status: String,
}

/// A unit with what selection says of it.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct UnitV1 {
    /// Its name.
    pub name: String,
    /// Its directory.
    pub directory: String,
    /// `everything`, `selected`, `needed` (only for single jobs that others need), `removed` (gone since base: only
    /// jobs that stop its environments are in) or `skipped`.
    pub verdict: String,
    /// Why, the most direct reason first.
    pub reasons: Vec<ReasonV1>,
    /// Jobs that its templates or its fragment write and that this pipeline does not get.
    pub left_out: Vec<LeftOutV1>,
    /// Where it is declared.
    pub origin: OriginV1,
}

/// Why a unit is in.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct ReasonV1 {
    /// `own_directory`, `changes`, `moved`, `definition`, `template`, `depends_on`, `depended_on`, `deleted`,
    /// `moved_to`, `needed_by`, `workspace_file`, `everything_glob`, `all`, `asked`; others may come.
    pub kind: String,
    /// The reason for people.
    pub text: String,
    /// The path that changed, where one is the reason.
    pub path: Option<String>,
    /// The units on the way to the one that changed, for `depends_on`; the other unit, for `depended_on` and
    /// `moved_to`.
    pub through: Vec<String>,
    /// The job that needs one of the unit's jobs, for `needed_by`.
    pub job: Option<String>,
}

/// A job that is not in.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct LeftOutV1 {
    /// Its name within the unit.
    pub job: String,
    /// Why it is not in.
    pub reason: String,
}

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
    /// `automatic`, `manual`, `delayed` or `on_failure`.
    pub start: String,
    /// What it waits for; null where it waits for all jobs of earlier stages.
    pub needs: Option<Vec<NeedV1>>,
    /// What it does to an environment.
    pub environment: Option<JobEnvironmentV1>,
    /// Where it was written.
    pub origin: OriginV1,
}

/// What a job waits for.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct NeedV1 {
    /// The job's name; null for another pipeline as a whole.
    pub job: Option<String>,
    /// Whether the pipeline may do without it.
    pub optional: bool,
    /// Whether its artifacts are downloaded.
    pub artifacts: bool,
    /// The project or the pipeline that it runs in, where that is another.
    pub elsewhere: Option<String>,
}

/// What a job does to an environment.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct JobEnvironmentV1 {
    /// Its name as GitLab gets it, variables unexpanded.
    pub name: String,
    /// `start`, `stop`, `prepare`, `verify` or `access`.
    pub action: String,
    /// The entry of the workspace's catalogue that the job was made for.
    pub catalogue: Option<String>,
}

/// A job that touches an environment.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct EnvironmentV1 {
    /// Its name as GitLab gets it, variables unexpanded.
    pub name: String,
    /// `start`, `stop`, `prepare`, `verify` or `access`.
    pub action: String,
    /// `deployment_tier`.
    pub tier: Option<String>,
    /// The address, variables unexpanded.
    pub url: Option<String>,
    /// The job.
    pub job: String,
    /// Its unit.
    pub unit: Option<String>,
    /// Whether a person starts the job.
    pub manual: bool,
}

/// Something of a CDK assembly that became no job.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct CdkLineV1 {
    /// The unit.
    pub unit: String,
    /// `replaced`, `role`, `variable`, `runner`, `source`, `trigger`, `unsupported`, `setting` or `stack`; others may
    /// come.
    pub kind: String,
    /// Whether somebody has to do something about it.
    pub open: bool,
    /// Whose it is: an action, a job, a stack.
    pub subject: String,
    /// What it is, and what becomes of it.
    pub text: String,
    /// Where it is written.
    pub origin: OriginV1,
}

/// Something that is wrong.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct DiagnosticV1 {
    /// The stable id of the rule.
    pub rule: String,
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// What is wrong.
    pub message: String,
    /// Where, the most important place first.
    pub places: Vec<PlaceV1>,
    /// Further facts.
    pub notes: Vec<String>,
    /// The units that it was found for.
    pub units: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

/// A place with what is there.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct PlaceV1 {
    /// The place.
    pub origin: OriginV1,
    /// What is there; may be empty.
    pub text: String,
}

/// A place in a file.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct OriginV1 {
    /// The file's path from the repository's root, or a name such as `nestling/node` for a built-in template.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1; null where only the line is known.
    pub column: Option<u32>,
}

/// The plan in this format. `problems` is everything that is wrong, what `check` found included.
pub fn plan_v1(plan: &Plan) -> PlanV1 {
    read::plan(plan, &plan.diagnostics, &plan.sources)
}

/// Problems in this format, for `check --format json`.
pub fn diagnostics_v1(problems: &[Diagnostic], sources: &Sources) -> Vec<DiagnosticV1> {
    problems.iter().map(|problem| read::diagnostic(problem, sources)).collect()
}

/// The JSON schema of the format (draft 2020-12).
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(PlanV1).to_value()
}
