//! The header of a unit with an assembly: `unit: { cdk: … }`.

mod purposes;
mod stage;

use super::assembly::last_part;
use super::cli::{self, LockedCli, OF_PROJECT};
use super::rules::CDK_HEADER;
use super::shell::is_word;
use indexmap::IndexMap;
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::yaml::{self, Located, Node};
use serde::Deserialize;

pub use purposes::{Purpose, Roles, RunnerTags};
pub use stage::StagePolicy;

/// The header as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CdkFile {
    /// The directory of the assembly, from the unit's own; `cdk.out`.
    assembly: Option<Located<String>>,
    /// The directory of the assembly of the base commit, as `assembly`; by default what is committed there.
    base: Option<Located<String>>,
    /// The parent pipeline's job that leaves the assembly as its artifact; `none` if it is in the repository.
    from: Option<Located<String>>,
    /// Commands that make the assembly, which `generate` runs for affected units.
    synth: Option<Node>,
    /// One of several pipelines: its construct path, the beginning or the end of it.
    pipeline: Option<Located<String>>,
    /// The environment of each CDK stage, or of each stack of the app itself.
    stages: Option<Node>,
    /// The environment of everything that `stages` does not name.
    environment: Option<Located<String>>,
    /// The output that is the URL, or a string with `${Output}` in it.
    url: Option<Located<String>>,
    /// The CDK command line.
    cli: Option<Located<String>>,
    /// The image of the jobs that call it.
    image: Option<Node>,
    /// The images that replace CodeBuild's.
    images: IndexMap<String, Located<String>>,
    /// The role that jobs assume.
    role: Option<Located<String>>,
    /// The roles that jobs of single purposes assume.
    roles: Roles,
    /// The runners of jobs of single purposes.
    tags: RunnerTags,
    /// The audience of the token that they assume it with; `false` for none.
    oidc: Option<Node>,
    /// The image of the docker service.
    docker: Option<Located<String>>,
    /// The GitLab projects of further repositories.
    sources: IndexMap<String, Located<String>>,
    /// `false` if merge requests do not show their changes to stages that they do not deploy.
    diff: Option<Located<bool>>,
    /// `true`, or a mapping with a role, if scheduled pipelines look for drift.
    drift: Option<Node>,
    /// The stage of jobs outside of pipelines; `deploy`.
    stage: Option<Located<String>>,
}

/// The header, checked, with defaults filled in.
#[derive(Debug, Clone)]
pub struct CdkSettings {
    /// Place of the header.
    pub origin: Origin,
    /// The directory of the assembly, from the unit's own.
    pub assembly: Located<String>,
    /// The directory of the assembly of the base commit, in the work tree.
    pub base: Option<Located<String>>,
    /// Source of the assembly for jobs.
    pub from: AssemblySource,
    /// Commands that make the assembly; empty where somebody else does.
    pub synth: Vec<Located<String>>,
    /// One of several pipelines.
    pub pipeline: Option<Located<String>>,
    /// The settings of each CDK stage, by construct path or the last part of it.
    pub stages: IndexMap<String, StagePolicy>,
    /// The environment of everything that `stages` does not name.
    pub environment: Option<Located<String>>,
    /// The URL.
    pub url: Option<Located<String>>,
    /// The CDK command line; `npx cdk` is the project's own.
    pub cli: String,
    /// The command line that the project has locked.
    pub locked_cli: Option<LockedCli>,
    /// The keys of the app's `cdk.json` that say how the command line works.
    pub app_settings: Vec<String>,
    /// The image of the jobs that call it.
    pub image: Node,
    /// The images that replace CodeBuild's.
    pub images: IndexMap<String, Located<String>>,
    /// The role that jobs assume; by default the variable `AWS_ROLE_ARN`, which GitLab can keep for each environment.
    pub role: Option<Located<String>>,
    /// The roles that jobs of single purposes assume, which take precedence over `role`.
    pub roles: Roles,
    /// The runners of jobs of single purposes.
    pub tags: RunnerTags,
    /// The audience of the token; `None` for no token.
    pub audience: Option<String>,
    /// The image of the docker service.
    pub docker: String,
    /// The GitLab projects of further repositories.
    pub sources: IndexMap<String, Located<String>>,
    /// Set if merge requests show their changes to stages that they do not deploy.
    pub diff: bool,
    /// Set if scheduled pipelines look for drift, and deploy nothing.
    pub drift: bool,
    /// The stage of jobs outside of pipelines.
    pub stage: String,
}

/// Source of the assembly for jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssemblySource {
    /// The artifact of a job of the parent pipeline.
    Parent(String),
    /// The checkout: it is in the repository.
    Checkout,
}

impl CdkSettings {
    /// Returns the error for an assembly of a removed unit that is neither at base nor in the work tree.
    pub fn missing_assembly(&self, directory: &RepoPath) -> Diagnostic {
        let message =
            format!("its assembly `{directory}` is neither in the repository at base nor in the work tree");
        Diagnostic::error(&CDK_HEADER, self.assembly.origin, message)
    }

    /// Reads a header.
    ///
    /// # Errors
    /// Unknown keys and impossible values, each at its place.
    pub fn read(node: &Node) -> Result<Self, Vec<Diagnostic>> {
        let file: CdkFile = yaml::from_node(node, &CDK_HEADER)?;
        let mut problems = Vec::new();
        let stages = keep(stage::stages(file.stages.as_ref()), &mut problems);
        let synth = keep(commands(file.synth.as_ref()), &mut problems);
        let empty = Self::of_empty_header(node.origin);
        let audience = match &file.oidc {
            Some(oidc) => keep(audience(oidc), &mut problems),
            None => empty.audience,
        };
        let drift = keep(stage::drift(file.drift.as_ref()), &mut problems);
        let mut roles = file.roles.clone();
        roles.look_for_drift_as(drift.role);
        // Scripts are written from them as they are.
        problems.extend(unsafe_words(&file));
        let settings = Self {
            origin: node.origin,
            assembly: file.assembly.unwrap_or(empty.assembly),
            base: file.base,
            from: match file.from {
                Some(from) if from.value == "none" => AssemblySource::Checkout,
                Some(from) => AssemblySource::Parent(from.value),
                None => empty.from,
            },
            synth,
            pipeline: file.pipeline,
            stages,
            environment: file.environment,
            url: file.url,
            cli: file.cli.map_or(empty.cli, |cli| cli.value),
            locked_cli: None,
            app_settings: Vec::new(),
            image: file.image.unwrap_or(empty.image),
            images: file.images,
            role: file.role,
            roles,
            tags: file.tags,
            audience,
            docker: file.docker.map_or(empty.docker, |docker| docker.value),
            sources: file.sources,
            diff: file.diff.map_or(empty.diff, |diff| diff.value),
            drift: drift.is_on,
            stage: file.stage.map_or(empty.stage, |stage| stage.value),
        };
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }

    /// Adds what the files of the app say of the command line. `directory` is the app's in the repository.
    #[must_use]
    pub fn with_app(mut self, files: &dyn Files, directory: &RepoPath) -> Self {
        self.locked_cli = cli::locked(files, directory);
        self.app_settings = cli::app_settings(files, directory);
        self
    }

    /// Returns the settings of an empty header.
    pub fn of_empty_header(origin: Origin) -> Self {
        Self {
            origin,
            assembly: Located { origin, value: "cdk.out".to_owned() },
            base: None,
            from: AssemblySource::Parent("synth".to_owned()),
            synth: Vec::new(),
            pipeline: None,
            stages: IndexMap::new(),
            environment: None,
            url: None,
            cli: OF_PROJECT.to_owned(),
            locked_cli: None,
            app_settings: Vec::new(),
            image: Node::string(origin, "node:22"),
            images: IndexMap::new(),
            role: None,
            roles: Roles::default(),
            tags: RunnerTags::default(),
            audience: Some("https://sts.amazonaws.com".to_owned()),
            docker: "docker:28-dind".to_owned(),
            sources: IndexMap::new(),
            diff: true,
            drift: false,
            stage: "deploy".to_owned(),
        }
    }

    /// Returns the settings of a construct path: under the path itself, or under the last part of it.
    pub(crate) fn stage(&self, path: &str) -> Option<&StagePolicy> {
        self.stages.get(self.stage_key(path)?)
    }

    /// Returns the key of `stages` that is for a construct path.
    pub(crate) fn stage_key<'a>(&self, path: &'a str) -> Option<&'a str> {
        [path, last_part(path)].into_iter().find(|key| self.stages.contains_key(*key))
    }
}

/// Keeps a value, or the errors in it.
fn keep<T: Default>(result: Result<T, Vec<Diagnostic>>, problems: &mut Vec<Diagnostic>) -> T {
    match result {
        Ok(value) => value,
        Err(own) => {
            problems.extend(own);
            T::default()
        }
    }
}

fn commands(node: Option<&Node>) -> Result<Vec<Located<String>>, Vec<Diagnostic>> {
    let Some(node) = node else { return Ok(Vec::new()) };
    let mut commands = Vec::new();
    for item in node.items_or_self() {
        let Some(text) = item.text() else {
            let message = "`synth` must be a command or a list of commands";
            let problem = Diagnostic::error(&CDK_HEADER, node.origin, message);
            return Err(vec![problem.with_help("write `synth: npx cdk synth --quiet`")]);
        };
        commands.push(Located { origin: item.origin, value: text.to_owned() });
    }
    Ok(commands)
}

/// Reads `oidc: https://audience`, or `oidc: false`.
fn audience(node: &Node) -> Result<Option<String>, Vec<Diagnostic>> {
    if node.as_bool() == Some(false) {
        return Ok(None);
    }
    let Some(text) = node.as_str() else {
        let message = "`oidc` must be the token's audience, or `false`";
        return Err(vec![Diagnostic::error(&CDK_HEADER, node.origin, message)]);
    };
    Ok(Some(text.to_owned()))
}

/// Returns the errors of names that go into scripts unquoted.
fn unsafe_words(file: &CdkFile) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for assembly in file.assembly.iter().filter(|assembly| !is_word(&assembly.value)) {
        let message = format!("the directory `{}` cannot be used in a script", assembly.value);
        let problem = Diagnostic::error(&CDK_HEADER, assembly.origin, message);
        problems.push(problem.with_help("use only letters, digits, `.`, `_`, `-` and `/`"));
    }
    for project in file.sources.values().filter(|project| !is_word(&project.value)) {
        let message = format!("`{}` is not the path of a project", project.value);
        problems.push(Diagnostic::error(&CDK_HEADER, project.origin, message));
    }
    problems
}
