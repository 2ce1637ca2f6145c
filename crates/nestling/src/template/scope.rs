//! The names that a template can read: `unit`, `inputs`, `vars`, `environment`, `environments`, `pipeline`, `files`, `units`, and
//! nothing else.

use super::dependency_list::{DependenciesOf, DependencyList};
use super::facts_read::FactsRead;
use super::files::{FilesObject, PrintAnswers, PrintOf};
use super::inputs_read::{InputsRead, NotedInputs};
use super::marks::private_use::{UNBOUND, has_reserved};
use super::unit_prints::UnitsObject;
use super::values::json::from_json;
use crate::workspace::Component;
use minijinja::Value;
use minijinja::value::{Enumerator, Object};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::yaml::{Kind, Node};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The values of the names that a template can read. `Null` where there is none, such as `unit` in the workspace's own
/// jobs.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    /// The unit that is rendered.
    pub unit: Json,
    /// All that the unit depends on.
    pub dependencies: Option<DependenciesOf>,
    /// Set where two states of a unit are compared: then all fingerprints are the same.
    pub is_compared: bool,
    /// The template's inputs, checked and with defaults.
    pub inputs: Json,
    /// Notes which inputs a template reads.
    pub inputs_read: InputsRead,
    /// The component that the template is.
    pub component: Component,
    /// The workspace's `vars`.
    pub vars: Json,
    /// The environment that is deployed to.
    pub environment: EnvironmentScope,
    /// The entries of the catalogue, each with the template's inputs there; null for a template that does not ask.
    pub environments: Json,
    /// The pipeline that it is for.
    pub pipeline: Json,
    /// The directory that relative paths of `files` are from.
    pub directory: RepoPath,
    /// Notes that a template reads `pipeline`.
    pub facts_read: FactsRead,
}

/// The values of a scope as the engine looks them up.
#[derive(Debug)]
struct EngineScope {
    values: BTreeMap<&'static str, Value>,
    facts_read: FactsRead,
}

impl Object for EngineScope {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        if name == "pipeline" {
            self.facts_read.note();
        }
        self.values.get(name).cloned()
    }
}

/// Value of `environment`.
#[derive(Debug, Clone)]
pub(crate) enum EnvironmentScope {
    /// Not known yet: jobs are rendered before they are fanned out. What is read of it leaves a name in private-use
    /// characters in the text, by which [`find_unbound`] finds the jobs that depend on it.
    Unbound,
    /// The environment that this job deploys to.
    Bound(Json),
}

impl Scope {
    /// Returns a scope without values, for messages that no value can help with.
    pub(crate) fn empty() -> Self {
        Self {
            unit: Json::Null,
            dependencies: None,
            is_compared: false,
            inputs: Json::Null,
            inputs_read: InputsRead::default(),
            component: Component::default(),
            vars: Json::Null,
            environment: EnvironmentScope::Unbound,
            environments: Json::Null,
            pipeline: Json::Null,
            directory: RepoPath::root(),
            facts_read: FactsRead::default(),
        }
    }

    /// Returns the scope as the engine takes it, and a flag that is set once a template reads an unbound `environment`.
    pub(crate) fn engine_values(&self, files: FilesObject) -> (Value, Arc<AtomicBool>) {
        let environment_read = Arc::new(AtomicBool::new(false));
        let environment = match &self.environment {
            EnvironmentScope::Unbound => Value::from_object(Unbound { read: Arc::clone(&environment_read) }),
            EnvironmentScope::Bound(value) => from_json(value),
        };
        let prints = files.prints.clone();
        let files = Value::from_object(files);
        let mut values = BTreeMap::from([("environment", environment), ("files", files)]);
        let named = [
            ("unit", &self.unit),
            ("vars", &self.vars),
            ("environments", &self.environments),
            ("pipeline", &self.pipeline),
            ("inputs", &self.inputs),
        ];
        for (name, value) in named {
            match value {
                // Reading `unit` where there is none is a mistake; the others are merely empty.
                Json::Null if name == "unit" => {}
                Json::Object(unit) if name == "unit" => {
                    values.insert(name, self.unit_value(unit, &prints));
                }
                Json::Object(inputs) if name == "inputs" => {
                    let given = inputs.iter().map(|(name, value)| (name.clone(), from_json(value)));
                    let noted = NotedInputs { values: given.collect(), read: self.inputs_read.clone() };
                    values.insert(name, Value::from_object(noted));
                }
                Json::Null if name == "environments" => {
                    drop(values.insert(name, Value::from(Vec::<Value>::new())));
                }
                Json::Null => drop(values.insert(name, from_json(&Json::Object(serde_json::Map::new())))),
                value => drop(values.insert(name, from_json(value))),
            }
        }
        if let Some(of) = &self.dependencies {
            values.insert("units", Value::from_object(UnitsObject { of: of.clone(), prints }));
        }
        let scope = EngineScope { values, facts_read: self.facts_read.clone() };
        (Value::from_object(scope), environment_read)
    }

    /// Returns `unit` with the dependencies, which may be many and are found when they are asked for.
    fn unit_value(&self, unit: &serde_json::Map<String, Json>, prints: &PrintAnswers) -> Value {
        let values = unit.iter().map(|(key, value)| {
            let dependencies = self.dependencies.as_ref().filter(|_| key == "dependencies");
            let value = match dependencies {
                Some(of) => Value::from_object(DependencyList::new(of.clone())),
                None => from_json(value),
            };
            (key.clone(), value)
        });
        let name = self.dependencies.as_ref().map(|of| of.unit.to_string());
        let prints = prints.clone();
        Value::from_object(NotedUnit {
            keys: values.collect(),
            facts_read: self.facts_read.clone(),
            name,
            prints,
        })
    }
}

/// Keys of `unit` that differ between pipelines of the same commit.
const OF_CHANGE: [&str; 2] = ["changed_files", "reasons"];

/// `unit`, which notes that a template reads why the unit is in this pipeline.
#[derive(Debug)]
struct NotedUnit {
    keys: Vec<(String, Value)>,
    facts_read: FactsRead,
    /// Its name, if it is a unit of a workspace.
    name: Option<String>,
    prints: PrintAnswers,
}

impl Object for NotedUnit {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        if OF_CHANGE.contains(&name) {
            self.facts_read.note();
        }
        if let Some(unit) = &self.name {
            match name {
                "fingerprint" => return Some(self.prints.of(PrintOf::Unit(unit.clone()))),
                "definition" => return Some(self.prints.of(PrintOf::Definition)),
                _ => {}
            }
        }
        self.keys.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.facts_read.note();
        Enumerator::Values(self.keys.iter().map(|(key, _)| Value::from(key.as_str())).collect())
    }
}

/// `environment` while it is not known. Every key can be read.
#[derive(Debug)]
struct Unbound {
    read: Arc<AtomicBool>,
}

impl Object for Unbound {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.read.store(true, Ordering::Relaxed);
        if key.as_str() == Some("variables") {
            // The one key whose value is a mapping, which can be looped over and read by key.
            return Some(Value::from_object(Self { read: Arc::clone(&self.read) }));
        }
        Some(Value::from(format!("{UNBOUND}{}{UNBOUND}", key.as_str()?)))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Empty
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }
}

/// Returns the first place in a tree that depends on an unbound `environment`, with the key that was read.
pub(crate) fn find_unbound(node: &Node) -> Option<(Origin, String)> {
    match &node.kind {
        Kind::Scalar(scalar) => Some((node.origin, unbound_key(&scalar.text)?)),
        Kind::Seq(items) => items.iter().find_map(find_unbound),
        Kind::Map(map) => map.entries.iter().find_map(|entry| match unbound_key(entry.key.text()) {
            Some(key) => Some((entry.key.origin, key)),
            None => find_unbound(&entry.value),
        }),
    }
}

/// Returns the key between the first two [`UNBOUND`] characters of a string.
fn unbound_key(text: &str) -> Option<String> {
    if !has_reserved(text) {
        return None;
    }
    text.split(UNBOUND).nth(1).map(str::to_owned)
}
