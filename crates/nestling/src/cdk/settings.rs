//! What a unit's header says about its assembly: `unit: { cdk: … }`.

use super::shell::is_word;
use crate::cdk::rules::CDK_HEADER;
use indexmap::IndexMap;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::yaml::{self, Located, Map, Node};
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
    /// Which of several pipelines: its construct path, or the end of it.
    pipeline: Option<Located<String>>,
    /// Where each CDK stage, or stack of the app itself, is deployed to.
    stages: Option<Node>,
    /// Where what `stages` does not name is deployed to.
    environment: Option<Located<String>>,
    /// The output that is the address, or a text with `${Output}` in it.
    url: Option<Located<String>>,
    /// How the CDK command line is called.
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
    /// Whether merge requests show what they would change in stages that they do not deploy.
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
pub struct Settings {
    /// Where the header is.
    pub origin: Origin,
    /// The directory of the assembly, from the unit's own.
    pub assembly: Located<String>,
    /// Where jobs get the assembly from.
    pub from: Source,
    /// Commands that make the assembly; empty where somebody else does.
    pub synth: Vec<Located<String>>,
    /// Which of several pipelines.
    pub pipeline: Option<Located<String>>,
    /// What is known of each CDK stage, by construct path or the end of it.
    pub stages: IndexMap<String, StagePolicy>,
    /// Where what `stages` does not name is deployed to.
    pub environment: Option<Located<String>>,
    /// The address.
    pub url: Option<Located<String>>,
    /// How the CDK command line is called.
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
    /// Whether merge requests show what they would change.
    pub diff: bool,
    /// The stage of jobs outside of pipelines.
    pub stage: String,
}

/// Where jobs get the assembly from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The artifact of a job of the parent pipeline.
    Parent(String),
    /// The checkout: it is in the repository.
    Checkout,
}

/// What jobs are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The unit is deployed.
    Deploy,
    /// The unit is gone: what it deployed has to be destroyed, wherever nobody has said otherwise.
    TearDown,
}

/// Where a CDK stage goes.
#[derive(Debug, Clone)]
pub struct StagePolicy {
    /// Where it is written.
    pub origin: Origin,
    /// The catalogue's environment; `None` to leave the stage out.
    pub environment: Option<Located<String>>,
    /// Its address, over the header's.
    pub url: Option<Located<String>>,
    /// Its role, over the header's.
    pub role: Option<Located<String>>,
    /// Whether it has a stop job that destroys it; by default where it is deployed for merge requests.
    pub stop: Option<bool>,
}

/// The word that leaves a stage out.
const SKIP: &str = "skip";

impl Settings {
    /// Reads a header.
    ///
    /// # Errors
    /// Unknown keys and values that cannot be, each at its place.
    pub fn read(node: &Node) -> Result<Self, Vec<Diagnostic>> {
        let file: CdkFile = yaml::from_node(node, &CDK_HEADER)?;
        let mut problems = Vec::new();
        let origin = node.origin;
        let text = |value: &Option<Located<String>>, default: &str| {
            value.as_ref().map_or_else(|| default.to_owned(), |value| value.value.clone())
        };
        let stages = keep(stages(file.stages.as_ref()), &mut problems);
        let synth = keep(commands(file.synth.as_ref()), &mut problems);
        let audience = keep(audience(file.oidc.as_ref()), &mut problems);
        problems.extend(not_words(&file));
        let settings = Self {
            origin,
            assembly: file
                .assembly
                .clone()
                .unwrap_or_else(|| Located { origin, value: "cdk.out".to_owned() }),
            from: match text(&file.from, "synth").as_str() {
                "none" => Source::Checkout,
                job => Source::Parent(job.to_owned()),
            },
            synth,
            pipeline: file.pipeline,
            stages,
            environment: file.environment,
            url: file.url,
            cli: text(&file.cli, "npx --yes aws-cdk@2"),
            image: file.image.unwrap_or_else(|| Node::string(origin, "node:22")),
            images: file.images,
            role: file.role,
            audience,
            docker: text(&file.docker, "docker:28-dind"),
            sources: file.sources,
            diff: file.diff.is_none_or(|diff| diff.value),
            stage: text(&file.stage, "deploy"),
        };
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }

    /// The settings of a header that says nothing, for looking at an assembly by itself.
    pub fn bare(origin: Origin) -> Self {
        let empty = Node::map(origin, Map::default());
        Self::read(&empty).unwrap_or_else(|_| Self::with_nothing(origin))
    }

    /// What [`Settings::bare`] cannot fail to be.
    fn with_nothing(origin: Origin) -> Self {
        Self {
            origin,
            assembly: Located { origin, value: "cdk.out".to_owned() },
            from: Source::Checkout,
            synth: Vec::new(),
            pipeline: None,
            stages: IndexMap::new(),
            environment: None,
            url: None,
            cli: "npx --yes aws-cdk@2".to_owned(),
            image: Node::string(origin, "node:22"),
            images: IndexMap::new(),
            role: None,
            audience: None,
            docker: "docker:28-dind".to_owned(),
            sources: IndexMap::new(),
            diff: true,
            stage: "deploy".to_owned(),
        }
    }

    /// What is written for a construct path: under the path itself, or under the end of it.
    pub fn stage(&self, path: &str) -> Option<(&str, &StagePolicy)> {
        let short = path.rsplit('/').next().unwrap_or(path);
        let found = self.stages.get_key_value(path).or_else(|| self.stages.get_key_value(short));
        found.map(|(key, policy)| (key.as_str(), policy))
    }
}

fn keep<T: Default>(result: Result<T, Vec<Diagnostic>>, problems: &mut Vec<Diagnostic>) -> T {
    result.unwrap_or_else(|found| {
        problems.extend(found);
        T::default()
    })
}

fn stages(node: Option<&Node>) -> Result<IndexMap<String, StagePolicy>, Vec<Diagnostic>> {
    let mut stages = IndexMap::new();
    let Some(node) = node else { return Ok(stages) };
    let Some(map) = node.as_map() else {
        let problem =
            Diagnostic::error(&CDK_HEADER, node.origin, "`stages` has to be a map of stages to environments");
        return Err(vec![problem.with_help("write `stages: { Staging: staging, Prod: production }`")]);
    };
    for entry in &map.entries {
        let (key, value) = (entry.key.text(), &entry.value);
        let origin = entry.key.origin;
        let policy = |environment| StagePolicy { origin, environment, url: None, role: None, stop: None };
        let found = match value.text() {
            Some(SKIP) => policy(None),
            Some(text) => policy(Some(Located { origin: value.origin, value: text.to_owned() })),
            None => {
                let file: StageFile = yaml::from_node(value, &CDK_HEADER)?;
                let environment = Some(file.environment);
                StagePolicy { origin, environment, url: file.url, role: file.role, stop: file.stop }
            }
        };
        stages.insert(key.to_owned(), found);
    }
    Ok(stages)
}

fn commands(node: Option<&Node>) -> Result<Vec<Located<String>>, Vec<Diagnostic>> {
    let Some(node) = node else { return Ok(Vec::new()) };
    let items = node.as_seq().unwrap_or_else(|| std::slice::from_ref(node));
    let read = |item: &Node| item.text().map(|text| Located { origin: item.origin, value: text.to_owned() });
    items.iter().map(read).collect::<Option<Vec<_>>>().ok_or_else(|| {
        let problem =
            Diagnostic::error(&CDK_HEADER, node.origin, "`synth` has to be a command or a list of commands");
        vec![problem.with_help("write `synth: npx cdk synth --quiet`")]
    })
}

/// `oidc: https://audience`, or `oidc: false`.
fn audience(node: Option<&Node>) -> Result<Option<String>, Vec<Diagnostic>> {
    match node {
        None => Ok(Some("https://sts.amazonaws.com".to_owned())),
        Some(node) if node.as_bool() == Some(false) => Ok(None),
        Some(node) => match node.as_str() {
            Some(text) => Ok(Some(text.to_owned())),
            None => {
                let message = "`oidc` has to be the token's audience, or `false`";
                Err(vec![Diagnostic::error(&CDK_HEADER, node.origin, message)])
            }
        },
    }
}

/// Names that go into scripts as they are.
fn not_words(file: &CdkFile) -> Vec<Diagnostic> {
    let assembly = file.assembly.iter().filter(|text| !is_word(&text.value)).map(|text| {
        Diagnostic::error(
            &CDK_HEADER,
            text.origin,
            format!("the directory `{}` cannot be in a script", text.value),
        )
        .with_help("letters, digits, `.`, `_`, `-` and `/` are fine")
    });
    let sources = file.sources.values().filter(|text| !is_word(&text.value)).map(|text| {
        Diagnostic::error(&CDK_HEADER, text.origin, format!("`{}` is no path of a project", text.value))
    });
    assembly.chain(sources).collect()
}
