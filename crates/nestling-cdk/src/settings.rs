//! The header of a unit with an assembly: `unit: { cdk: … }`.

use super::assembly::last_part;
use super::rules::CDK_HEADER;
use super::shell::is_word;
use indexmap::IndexMap;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::yaml::{self, Located, Node};
use serde::Deserialize;

/// The header as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CdkFile {
    /// The directory of the assembly, from the unit's own; `cdk.out`.
    assembly: Option<Located<String>>,
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
    /// The images that take the place of CodeBuild's.
    images: IndexMap<String, Located<String>>,
    /// The role that jobs assume.
    role: Option<Located<String>>,
    /// The audience of the token that they assume it with; `false` for none.
    oidc: Option<Node>,
    /// The image of the docker service.
    docker: Option<Located<String>>,
    /// The GitLab projects of further repositories.
    sources: IndexMap<String, Located<String>>,
    /// `false` if merge requests do not show their changes to stages that they do not deploy.
    diff: Option<Located<bool>>,
    /// The stage of jobs outside of pipelines; `deploy`.
    stage: Option<Located<String>>,
}

/// A CDK stage with settings of its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StageFile {
    environment: Located<String>,
    #[serde(default)]
    url: Option<Located<String>>,
    #[serde(default)]
    role: Option<Located<String>>,
    #[serde(default)]
    stop: Option<bool>,
}

/// The header, checked, with defaults filled in.
#[derive(Debug, Clone)]
pub struct CdkSettings {
    /// Where the header is.
    pub origin: Origin,
    /// The directory of the assembly, from the unit's own.
    pub assembly: Located<String>,
    /// Where jobs get the assembly from.
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
    /// The CDK command line.
    pub cli: String,
    /// The image of the jobs that call it.
    pub image: Node,
    /// The images that take the place of CodeBuild's.
    pub images: IndexMap<String, Located<String>>,
    /// The role that jobs assume; by default the variable `AWS_ROLE_ARN`, which GitLab can keep for each environment.
    pub role: Option<Located<String>>,
    /// The audience of the token; `None` for no token.
    pub audience: Option<String>,
    /// The image of the docker service.
    pub docker: String,
    /// The GitLab projects of further repositories.
    pub sources: IndexMap<String, Located<String>>,
    /// Set if merge requests show their changes to stages that they do not deploy.
    pub diff: bool,
    /// The stage of jobs outside of pipelines.
    pub stage: String,
}

/// Where jobs get the assembly from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssemblySource {
    /// The artifact of a job of the parent pipeline.
    Parent(String),
    /// The checkout: it is in the repository.
    Checkout,
}

/// The settings of a CDK stage.
#[derive(Debug, Clone)]
pub struct StagePolicy {
    /// Where they are written.
    pub origin: Origin,
    /// The catalogue's environment; `None` to leave the stage out.
    pub environment: Option<Located<String>>,
    /// Its URL, which takes precedence over the header's.
    pub url: Option<Located<String>>,
    /// Its role, which takes precedence over the header's.
    pub role: Option<Located<String>>,
    /// Set if a stop job destroys it; by default where it is deployed for merge requests.
    pub stop: Option<bool>,
}

/// The word that leaves a stage out.
const SKIP: &str = "skip";

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
        let stages = keep(stages(file.stages.as_ref()), &mut problems);
        let synth = keep(commands(file.synth.as_ref()), &mut problems);
        let empty = Self::of_empty_header(node.origin);
        let audience = match &file.oidc {
            Some(oidc) => keep(audience(oidc), &mut problems),
            None => empty.audience,
        };
        // Scripts are written from them as they are.
        problems.extend(unsafe_words(&file));
        let settings = Self {
            origin: node.origin,
            assembly: file.assembly.unwrap_or(empty.assembly),
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
            image: file.image.unwrap_or(empty.image),
            images: file.images,
            role: file.role,
            audience,
            docker: file.docker.map_or(empty.docker, |docker| docker.value),
            sources: file.sources,
            diff: file.diff.map_or(empty.diff, |diff| diff.value),
            stage: file.stage.map_or(empty.stage, |stage| stage.value),
        };
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }

    /// Returns the settings of an empty header.
    pub fn of_empty_header(origin: Origin) -> Self {
        Self {
            origin,
            assembly: Located { origin, value: "cdk.out".to_owned() },
            from: AssemblySource::Parent("synth".to_owned()),
            synth: Vec::new(),
            pipeline: None,
            stages: IndexMap::new(),
            environment: None,
            url: None,
            cli: "npx --yes aws-cdk@2".to_owned(),
            image: Node::string(origin, "node:22"),
            images: IndexMap::new(),
            role: None,
            audience: Some("https://sts.amazonaws.com".to_owned()),
            docker: "docker:28-dind".to_owned(),
            sources: IndexMap::new(),
            diff: true,
            stage: "deploy".to_owned(),
        }
    }

    /// Returns the settings of a construct path: under the path itself, or under the last part of it.
    pub(crate) fn stage(&self, path: &str) -> Option<&StagePolicy> {
        self.stages.get(path).or_else(|| self.stages.get(last_part(path)))
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

fn stages(node: Option<&Node>) -> Result<IndexMap<String, StagePolicy>, Vec<Diagnostic>> {
    let mut stages = IndexMap::new();
    let Some(node) = node else { return Ok(stages) };
    let Some(map) = node.as_map() else {
        let message = "`stages` must be a mapping of stages to environments";
        let problem = Diagnostic::error(&CDK_HEADER, node.origin, message);
        return Err(vec![problem.with_help("write `stages: { Staging: staging, Prod: production }`")]);
    };
    for entry in &map.entries {
        stages.insert(entry.key.text().to_owned(), stage(&entry.value, entry.key.origin)?);
    }
    Ok(stages)
}

/// Reads `ENVIRONMENT`, `skip`, or a mapping with more.
fn stage(value: &Node, origin: Origin) -> Result<StagePolicy, Vec<Diagnostic>> {
    if let Some(text) = value.text() {
        let written = Located { origin: value.origin, value: text.to_owned() };
        let environment = (text != SKIP).then_some(written);
        return Ok(StagePolicy { origin, environment, url: None, role: None, stop: None });
    }
    let file: StageFile = yaml::from_node(value, &CDK_HEADER)?;
    let environment = Some(file.environment);
    Ok(StagePolicy { origin, environment, url: file.url, role: file.role, stop: file.stop })
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
        problems.push(problem.with_help("use letters, digits, `.`, `_`, `-` and `/` alone"));
    }
    for project in file.sources.values().filter(|project| !is_word(&project.value)) {
        let message = format!("`{}` is not the path of a project", project.value);
        problems.push(Diagnostic::error(&CDK_HEADER, project.origin, message));
    }
    problems
}
