//! The build contexts that compose files state.

use super::super::inventory::Inventory;
use nestling::{Files, ReadError, RepoPath};
use serde_yaml::Value;
use std::collections::BTreeMap;

/// A build of a Dockerfile, as a service states it.
#[derive(Debug, PartialEq, Eq)]
struct Build {
    context: RepoPath,
    arguments: Vec<(String, String)>,
    target: String,
}

/// Names of stages for development, which are built on no server.
const DEVELOPMENT: [&str; 7] = ["dev", "development", "test", "debug", "local", "builder", "build"];

/// The builds of each Dockerfile that compose files state.
#[derive(Debug, Default)]
pub(in crate::init) struct Contexts(BTreeMap<RepoPath, Vec<Build>>);

impl Contexts {
    /// Reads all compose files. One that is invalid states nothing here.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(in crate::init) fn read(files: &dyn Files, inventory: &Inventory) -> Result<Self, ReadError> {
        let mut contexts = Self::default();
        for (dir, directory) in &inventory.directories {
            for name in directory.files.iter().filter(|name| is_compose_file(name)) {
                let bytes = files.read(&dir.child(name.as_bytes()))?.unwrap_or_default();
                contexts.add(dir, &serde_yaml::from_slice(&bytes).unwrap_or_default());
            }
        }
        Ok(contexts)
    }

    fn add(&mut self, dir: &RepoPath, compose: &Value) {
        let services = compose.get("services").and_then(Value::as_mapping);
        for service in services.into_iter().flat_map(|services| services.values()) {
            let Some(build) = service.get("build") else { continue };
            let written = build.as_str().or_else(|| build.get("context")?.as_str()).unwrap_or(".");
            let dockerfile = build.get("dockerfile").and_then(Value::as_str).unwrap_or("Dockerfile");
            let Ok(context) = dir.join(written) else { continue };
            let Ok(dockerfile) = context.join(dockerfile) else { continue };
            let target = build.get("target").and_then(Value::as_str).unwrap_or_default().to_owned();
            let build = Build { context, arguments: arguments(build.get("args")), target };
            let builds = self.0.entry(dockerfile).or_default();
            if !builds.contains(&build) {
                builds.push(build);
            }
        }
    }

    fn builds(&self, dockerfile: &RepoPath) -> &[Build] {
        self.0.get(dockerfile).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the contexts of a Dockerfile.
    pub(super) fn of(&self, dockerfile: &RepoPath) -> Vec<RepoPath> {
        self.builds(dockerfile).iter().map(|build| build.context.clone()).collect()
    }

    /// Returns the arguments that all builds of a Dockerfile agree about.
    pub(in crate::init) fn arguments(&self, dockerfile: &RepoPath) -> Vec<(String, String)> {
        let builds = self.builds(dockerfile);
        let is_of_all =
            |argument: &&(String, String)| builds.iter().all(|build| build.arguments.contains(argument));
        let first = builds.first().into_iter().flat_map(|build| &build.arguments);
        first.filter(is_of_all).cloned().collect()
    }

    /// Returns the stages that compose files build of a Dockerfile, but those for development.
    pub(in crate::init) fn targets(&self, dockerfile: &RepoPath) -> Vec<&str> {
        let mut targets: Vec<&str> =
            self.builds(dockerfile).iter().map(|build| build.target.as_str()).collect();
        targets.retain(|target| !DEVELOPMENT.contains(target));
        targets.sort_unstable();
        targets.dedup();
        targets
    }
}

/// Returns the arguments with a value that is known: a mapping, or a list of `NAME=value`.
fn arguments(value: Option<&Value>) -> Vec<(String, String)> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    };
    let pairs: Vec<(String, String)> = match value {
        Some(Value::Mapping(map)) => {
            map.iter().filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect()
        }
        Some(Value::Sequence(items)) => {
            let items = items.iter().filter_map(Value::as_str).filter_map(|item| item.split_once('='));
            items.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
        }
        _ => Vec::new(),
    };
    pairs.into_iter().filter_map(|(name, value)| Some((name, without_variables(&value)?))).collect()
}

/// Returns a value with the defaults of its variables; `None` if one has none.
fn without_variables(value: &str) -> Option<String> {
    let Some((before, rest)) = value.split_once("${") else {
        return (!value.contains('$')).then(|| value.to_owned());
    };
    let (variable, after) = rest.split_once('}')?;
    let (_, default) = variable.split_once(":-").or_else(|| variable.split_once('-'))?;
    Some(format!("{before}{default}{}", without_variables(after)?))
}

/// Returns true for the name of a compose file, such as `docker-compose.override.yml`.
pub(super) fn is_compose_file(name: &str) -> bool {
    name.contains("compose") && (name.ends_with(".yaml") || name.ends_with(".yml"))
}
