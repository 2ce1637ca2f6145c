//! `stages:` of a header: where each CDK stage is deployed, and what it has of its own.

use super::purposes::Roles;
use crate::rules::CDK_HEADER;
use indexmap::IndexMap;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::yaml::{self, Located, Node};
use serde::Deserialize;

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
    roles: Roles,
    #[serde(default)]
    stop: Option<bool>,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    alone: bool,
}

/// `drift:` as a mapping.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DriftFile {
    role: Located<String>,
}

/// `drift:` of a header.
#[derive(Debug, Default)]
pub(super) struct Drift {
    /// Set if scheduled pipelines look for it.
    pub is_on: bool,
    /// The role that they assume for that.
    pub role: Option<Located<String>>,
}

/// Reads `drift: true`, or `drift: { role: … }`.
pub(super) fn drift(node: Option<&Node>) -> Result<Drift, Vec<Diagnostic>> {
    let Some(node) = node else { return Ok(Drift::default()) };
    if let Some(is_on) = node.as_bool() {
        return Ok(Drift { is_on, role: None });
    }
    let file: DriftFile = yaml::from_node(node, &CDK_HEADER)?;
    Ok(Drift { is_on: true, role: Some(file.role) })
}

/// The settings of a CDK stage.
#[derive(Debug, Clone)]
pub struct StagePolicy {
    /// Place where they are written.
    pub origin: Origin,
    /// The catalogue's environment; `None` to leave the stage out.
    pub environment: Option<Located<String>>,
    /// Its URL, which takes precedence over the header's.
    pub url: Option<Located<String>>,
    /// Its role, which takes precedence over the header's.
    pub role: Option<Located<String>>,
    /// Its roles for single purposes, which take precedence over `role`.
    pub roles: Roles,
    /// Set if a stop job destroys it; by default where it is deployed for merge requests.
    pub stop: Option<bool>,
    /// Set if the assembly may lack it, such as a stage that only review apps are synthesized with.
    pub optional: bool,
    /// Set if it waits for nothing outside of it, wherever its pipeline has it.
    pub alone: bool,
}

impl StagePolicy {
    /// Returns the settings of a stage that is deployed to this environment, or left out, and has nothing of its own.
    pub fn of_environment(origin: Origin, environment: Option<Located<String>>) -> Self {
        Self {
            origin,
            environment,
            url: None,
            role: None,
            roles: Roles::default(),
            stop: None,
            optional: false,
            alone: false,
        }
    }
}

/// The word that leaves a stage out.
const SKIP: &str = "skip";

/// Reads `stages:`.
pub(super) fn stages(node: Option<&Node>) -> Result<IndexMap<String, StagePolicy>, Vec<Diagnostic>> {
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
        return Ok(StagePolicy::of_environment(origin, unless_skipped(written)));
    }
    let file: StageFile = yaml::from_node(value, &CDK_HEADER)?;
    Ok(StagePolicy {
        origin,
        environment: unless_skipped(file.environment),
        url: file.url,
        role: file.role,
        roles: file.roles,
        stop: file.stop,
        optional: file.optional,
        alone: file.alone,
    })
}

fn unless_skipped(environment: Located<String>) -> Option<Located<String>> {
    (environment.value != SKIP).then_some(environment)
}
