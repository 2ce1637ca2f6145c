//! The headers as they are written: shapes only. [`load`](super::load) gives them meaning.
//!
//! These structs are the file format, and `nestling schema` describes them; every change here is a change to what
//! users may write.

use indexmap::IndexMap;
use nestling_gitlab::yaml::{Located, Node};
use serde::Deserialize;

/// The header of the root's `nestling.yml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkspaceHeader {
    #[serde(default)]
    pub workspace: Option<WorkspaceFile>,
}

/// Keys under `workspace:`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WorkspaceFile {
    /// Directories that `use:` searches: a path of the repository, or `{ git, path }` for one of another revision.
    pub templates: Vec<Node>,
    /// Stages in order.
    pub stages: Vec<Located<String>>,
    /// Globs of paths that select nothing.
    pub ignore: Vec<Located<String>>,
    /// Globs of paths that select every unit.
    pub everything: Vec<Located<String>>,
    /// The policy for changed paths that no unit claims.
    pub unclaimed: Option<Located<String>>,
    /// Readers of manifests that state dependencies between units, and graphs: `cargo`, `{ file: graph.json }`, `{ command: … }`.
    pub depends_from: Vec<Node>,
    /// Number of dependency levels that a change propagates through: 1 for the units that depend on the changed one directly, 0
    /// for none. Without it, however many.
    pub depends_on_depth: Option<Node>,
    /// Rules that make units of directories.
    pub units: Vec<UnitRule>,
    /// Values for templates.
    pub vars: Option<Node>,
    /// The environment catalogue.
    pub environments: IndexMap<String, Located<EnvironmentFile>>,
    /// Policy of each kind of pipeline.
    pub pipelines: IndexMap<String, Node>,
    /// The GitLab that reads the output: `version`, and limits that differ from its defaults.
    pub gitlab: Option<Node>,
    /// Jobs that are left out where they have passed with the same content: `false`, or a [`ReuseFile`].
    #[serde(deserialize_with = "written")]
    pub reuse: Option<Node>,
    /// Accepted warnings.
    pub allow: Vec<Node>,
}

/// Pipelines whose records of passed jobs count, and for how long.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReuseFile {
    /// `members` or `protected`.
    #[serde(default)]
    pub trust: Option<Located<String>>,
    /// The age up to which a record counts, such as `7 days`.
    #[serde(default)]
    pub within: Option<Located<String>>,
    /// Set if jobs with reports are left out on the default branch, too.
    #[serde(default)]
    pub reports: Option<bool>,
}

/// A directory of templates that is not in the planned files.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplatesFile {
    /// The revision to read it from, such as `refs/remotes/origin/main`.
    #[serde(default)]
    pub git: Option<Located<String>>,
    /// Another repository on disk, from this one's root, such as `../ci-templates`.
    #[serde(default)]
    pub repository: Option<Located<String>>,
    /// The directory there.
    pub path: Located<String>,
}

/// A rule of the workspace: every directory that matches is a unit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping such as `{ match: \"services/*\", use: … }`")]
pub(crate) struct UnitRule {
    /// Directory globs, `!` for exceptions, and files that mark a directory: one of them or a list.
    #[serde(rename = "match")]
    pub matches: Node,
    /// Templates: a name, a use, or a list of either.
    #[serde(default, rename = "use")]
    pub uses: Option<Node>,
    /// Units that each of them depends on.
    #[serde(default)]
    pub depends_on: Option<Node>,
    /// Paths that affect each of them.
    #[serde(default)]
    pub changes: Vec<Located<String>>,
}

/// The header of a directory's `nestling.yml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnitHeader {
    pub unit: Option<UnitFile>,
}

/// Keys under `unit:`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct UnitFile {
    /// Its name, if that is not the directory.
    pub name: Option<Located<String>>,
    /// Units that it depends on: a name or glob, or `{ unit, order }`.
    pub depends_on: Option<Node>,
    /// Paths that affect it.
    pub changes: Vec<Located<String>>,
    /// Templates: a name, a use, or a list of either.
    #[serde(rename = "use")]
    pub uses: Option<Node>,
    /// A CDK assembly to deploy.
    pub cdk: Option<Node>,
    /// Accepted warnings.
    pub allow: Vec<Node>,
}

/// An accepted warning, with the reason.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping such as `{ rule: retry, reason: … }`")]
pub(crate) struct AllowFile {
    /// The id of the rule.
    pub rule: Located<String>,
    /// Globs of files, jobs, or subjects of a CDK report: one or a list. Without it, all findings of the rule.
    #[serde(default, rename = "where")]
    pub places: Option<Node>,
    /// The reason, for the next reader.
    pub reason: Located<String>,
}

/// A template or a component, with inputs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UseFile {
    /// The template's name.
    #[serde(default)]
    pub template: Option<Located<String>>,
    /// The path of a component, in place of a template.
    #[serde(default)]
    pub component: Option<Located<String>>,
    /// Its inputs.
    #[serde(default)]
    pub inputs: Option<Node>,
    /// Inputs that differ for an environment of the catalogue, over all others.
    #[serde(default)]
    pub environments: IndexMap<String, Node>,
}

/// A dependency with an order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DependencyFile {
    /// The name of a unit, or a glob of names.
    pub unit: Located<String>,
    /// Set if its jobs must finish before those of the unit start.
    #[serde(default)]
    pub order: bool,
}

/// An entry of the environment catalogue. Its strings may contain `${{ }}`, which is evaluated for each job.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct EnvironmentFile {
    /// Pipelines that deploy to it: a condition or a list of them, any of which holds.
    pub when: Option<Node>,
    /// Name in GitLab; by default the key and the unit's slug.
    pub name: Option<Located<String>>,
    /// URL of the environment.
    pub url: Option<Node>,
    /// `production`, `staging`, `testing`, `development` or `other`.
    pub deployment_tier: Option<Node>,
    /// Time after which GitLab stops it.
    pub auto_stop_in: Option<Node>,
    /// A Kubernetes dashboard.
    pub kubernetes: Option<Node>,
    /// Set if somebody starts the deploy job.
    pub manual: bool,
    /// Set if the pipeline waits for that person.
    pub blocking: bool,
    /// The environment that the unit must have been deployed to before, in the same pipeline: its name, or an
    /// [`AfterFile`].
    pub after: Option<Node>,
    /// The jobs that may not run at the same time.
    pub resource_group: Option<Node>,
    /// Variables of the deploying jobs.
    pub variables: Option<Node>,
    /// Runner tags of the deploying jobs.
    pub tags: Option<Node>,
    /// `start`, `prepare`, `verify` or `access`, for jobs without an `action` of their own.
    pub action: Option<Node>,
    /// Default `stop` block of its deploy jobs; `false` for none.
    pub stop: Option<Node>,
    /// Inputs for the templates that have them, while they render for this environment.
    pub inputs: Option<Node>,
    /// Set if nothing is deployed while `$CI_DEPLOY_FREEZE` is set.
    pub freeze: bool,
}

/// The environment before another one, where it may be missing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AfterFile {
    /// Its name.
    pub environment: Located<String>,
    /// Set if the later one continues where variables keep this one out.
    #[serde(default)]
    pub optional: bool,
}

/// A policy that needs an argument.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyFile {
    /// A revision, or a glob of tags: what differs from it counts as changed. `passed` is the newest pipeline of the branch that
    /// passed.
    pub since: Located<String>,
}

/// A condition of an environment that needs an argument.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(crate) enum ConditionFile {
    /// Branches whose name matches.
    Branch(Located<String>),
    /// Tags whose name matches.
    Tag(Located<String>),
    /// An expression of `rules:if`.
    If(Located<String>),
}

/// The header of a template file, as GitLab's own `spec:` header.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplateHeader {
    #[serde(default)]
    pub spec: Option<SpecFile>,
    /// The policy about its jobs that have passed with the same content.
    #[serde(default, deserialize_with = "written")]
    pub reuse: Option<Node>,
}

/// Keys under `spec:`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SpecFile {
    /// Purpose of the template.
    pub description: Option<Located<String>>,
    /// The typed inputs, in GitLab's syntax.
    pub inputs: Option<Node>,
    /// The values of the component that `$[[ component.NAME ]]` names.
    pub component: Option<Node>,
    /// Files with further inputs, which GitLab reads and a template cannot have.
    pub include: Option<Node>,
}

/// Reads a value that is there even where it is empty.
fn written<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Node>, D::Error> {
    Node::deserialize(deserializer).map(Some)
}
