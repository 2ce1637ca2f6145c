//! The plan as JSON, version 1: for scripts, bots and dashboards. `docs/plan.schema.json` describes it.
//!
//! The structs are the format. New fields may be added without a new version; no field is removed or changes its meaning.

mod job;
mod read;

pub use job::{JobEnvironmentV1, JobV1, NeedV1, PresenceV1, StartV1};
pub(super) use read::kind as reason_kind;

use crate::plan::Plan;
use nestling_gitlab::diagnostic::{Diagnostic, Sources};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// A plan: the units with their reasons, the jobs of the child pipeline, and the environments that they change.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "Nestling's plan, version 1")]
#[non_exhaustive]
pub struct PlanV1 {
    /// The version of this format: 1.
    pub version: u32,
    /// The version of Nestling that made the plan.
    pub nestling: String,
    /// The pipeline that is planned.
    pub pipeline: PipelineV1,
    /// The older side of the comparison; null if there is none.
    pub base: Option<CommitV1>,
    /// The newer side: the commit or work tree that is planned.
    pub head: CommitV1,
    /// Number of commits of a shallow clone along first parents; null if the history is complete.
    pub clone_depth: Option<usize>,
    /// The changes between the two.
    pub changes: ChangesV1,
    /// True if the plan has everything that the workspace's policy selects: no option names units, paths, a base commit, an
    /// environment or another kind of pipeline.
    pub whole: bool,
    /// The variables of the workspace that `--var` set, with their values as they were written.
    pub vars: BTreeMap<String, String>,
    /// All units of the workspace in order of name, selected or not; then those that were removed since base.
    pub units: Vec<UnitV1>,
    /// The stages in the order in which they run.
    pub stages: Vec<String>,
    /// The jobs in the order in which they are written, with those that their rules leave out.
    pub jobs: Vec<JobV1>,
    /// The jobs with environments that are in the pipeline or may be, in the order of the jobs.
    pub environments: Vec<EnvironmentV1>,
    /// The parts of CDK assemblies that became no job, by unit, in the order of the assembly.
    pub cdk: Vec<CdkLineV1>,
    /// Errors, warnings and notes. With an error, `generate` writes no pipeline.
    pub diagnostics: Vec<DiagnosticV1>,
}

/// The pipeline that is planned.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct PipelineV1 {
    /// A short description, such as `merge request !7 of feature`.
    pub description: String,
    /// `merge_request`, `branch` or `tag`.
    pub kind: String,
    /// `CI_PIPELINE_SOURCE`, or `local` on a developer's machine.
    pub source: String,
    /// The branch; the source branch of a merge request.
    pub branch: Option<String>,
    /// The project's default branch, if it is known.
    pub default_branch: Option<String>,
    /// The tag.
    pub tag: Option<String>,
    /// The number (IID) of the merge request.
    pub merge_request: Option<String>,
}

/// One side of the comparison.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct CommitV1 {
    /// The commit; for a work tree, the one that is checked out. Null before the first commit.
    pub commit: Option<String>,
    /// True if the files are those on disk, committed or not.
    pub work_tree: bool,
    /// The way it was determined: `CI_MERGE_REQUEST_DIFF_BASE_SHA`, `merge base with origin/main`.
    pub provenance: String,
    /// The predefined variable that names it, if any.
    pub variable: Option<String>,
    /// True if it was missing in the clone and was fetched.
    pub fetched: bool,
}

/// The changes between base and head.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct ChangesV1 {
    /// `paths` if the paths below select units; `everything` or `nothing` if they do not matter.
    pub extent: String,
    /// The reason for `everything` or `nothing`.
    pub reason: Option<String>,
    /// The paths that differ, in byte order.
    pub paths: Vec<PathV1>,
}

/// A path that differs.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct PathV1 {
    /// The path from the repository's root, as it is. Bytes that are not UTF-8 are U+FFFD.
    pub path: String,
    /// The bytes of a path that is not UTF-8, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// `added`, `modified`, `deleted` or `type changed`.
    pub status: String,
}

/// A unit and its selection.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct UnitV1 {
    /// Its name.
    pub name: String,
    /// Its directory; `.` for the root.
    pub directory: String,
    /// The bytes of a directory that is not UTF-8, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory_bytes: Option<String>,
    /// `everything`, `selected`, `needed` (only for the jobs that others need), `removed` (since base; it has only the jobs
    /// that stop its environments) or `skipped`.
    pub verdict: String,
    /// The reasons, the most direct first.
    pub reasons: Vec<ReasonV1>,
    /// Its fingerprint: a hash of the files that select it, at the commit. Missing where files are not committed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Jobs that its templates or its fragment define and that are not in this pipeline.
    pub left_out: Vec<LeftOutV1>,
    /// The place of its declaration.
    pub origin: OriginV1,
}

/// A reason for a unit.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct ReasonV1 {
    /// `own_directory`, `changes`, `link`, `moved`, `definition`, `template`, `depends_on`, `depended_on`, `deleted`,
    /// `moved_to`, `needed_by`, `workspace_file`, `everything_glob`, `all`, `asked`; others may come.
    pub kind: String,
    /// The reason as a sentence.
    pub text: String,
    /// The changed path, if one is the reason.
    pub path: Option<String>,
    /// The bytes of a path that is not UTF-8, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// The chain of units to the changed one, for `depends_on`; the other unit, for `depended_on` and `moved_to`.
    pub through: Vec<String>,
    /// The job that needs one of the unit's jobs, for `needed_by`.
    pub job: Option<String>,
}

/// An omitted job.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct LeftOutV1 {
    /// Its name within the unit.
    pub job: String,
    /// The reason.
    pub reason: String,
}

/// A job with an environment.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct EnvironmentV1 {
    /// Its name as GitLab gets it, with unexpanded variables.
    pub name: String,
    /// `start`, `stop`, `prepare`, `verify` or `access`.
    pub action: String,
    /// `deployment_tier`.
    pub tier: Option<String>,
    /// The URL, with unexpanded variables.
    pub url: Option<String>,
    /// The job.
    pub job: String,
    /// Its unit.
    pub unit: Option<String>,
    /// True if the job is manual under every rule that adds it.
    pub manual: bool,
    /// True if the job is manual under any rule that adds it.
    pub may_be_manual: bool,
    /// The condition under which GitLab makes the job, in words; null if it is certain.
    #[serde(rename = "if")]
    pub condition: Option<String>,
}

/// A part of a CDK assembly that became no job.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct CdkLineV1 {
    /// The id, by which `allow` can name it.
    pub id: String,
    /// The unit.
    pub unit: String,
    /// `replaced`, `role`, `variable`, `runner`, `source`, `trigger`, `unsupported`, `setting`, `stack`, `unseen` or `trust`; others may
    /// come.
    pub kind: String,
    /// True if it requires an action.
    pub open: bool,
    /// The action, job or stack that it belongs to.
    pub subject: String,
    /// A description of the part and of its replacement.
    pub text: String,
    /// The place of its definition.
    pub origin: OriginV1,
}

/// An error, a warning or a note.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct DiagnosticV1 {
    /// The stable id of the rule.
    pub rule: String,
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// The message.
    pub message: String,
    /// The places, the most important first.
    pub places: Vec<PlaceV1>,
    /// Further facts.
    pub notes: Vec<String>,
    /// The units that it belongs to.
    pub units: Vec<String>,
    /// The kinds of pipelines that it was found in, as `--as` takes them; empty if it was found in all that were checked.
    pub kinds: Vec<String>,
    /// The way out.
    pub help: Option<String>,
}

/// A place with a label.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct PlaceV1 {
    /// The place.
    pub origin: OriginV1,
    /// The label; may be empty.
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
    /// The column in characters, from 1; null if only the line is known.
    pub column: Option<u32>,
}

/// Returns a plan in this format.
pub fn plan_v1(plan: &Plan) -> PlanV1 {
    read::plan(plan, &plan.diagnostics, &plan.sources)
}

/// Returns diagnostics in this format, for `check --format json`.
pub fn diagnostics_v1(problems: &[Diagnostic], sources: &Sources) -> Vec<DiagnosticV1> {
    problems.iter().map(|problem| read::diagnostic(problem, sources)).collect()
}

/// Returns the JSON schema of the format (draft 2020-12).
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(PlanV1).to_value()
}
