//! What a template can read: `unit`, `inputs`, `vars`, `environment`, `pipeline`, and nothing else.

use crate::template::marks::private_use::{self, UNBOUND};
use crate::template::values::convert::from_json;
use minijinja::Value;
use minijinja::value::{Enumerator, Object};
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::yaml::{Kind, Node};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The names that a template can read. `Null` where there is none, such as `unit` in the workspace's own jobs.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The unit that is rendered.
    pub unit: Json,
    /// The template's inputs, checked and with defaults.
    pub inputs: Json,
    /// The workspace's `vars`.
    pub vars: Json,
    /// The environment that is deployed to.
    pub environment: EnvironmentScope,
    /// The pipeline that it is for.
    pub pipeline: Json,
}

/// What `environment` is.
#[derive(Debug, Clone)]
pub enum EnvironmentScope {
    /// Not known yet: jobs are rendered before they are fanned out. What is read of it leaves a sign in the text, so
    /// that [`find_unbound`] can tell which jobs asked.
    Unbound,
    /// The environment that this job is sent to.
    Bound(Json),
}

impl EnvironmentScope {
    /// No environment yet.
    pub fn unbound() -> Self {
        Self::Unbound
    }
}

impl Scope {
    /// The scope as the engine takes it, and whether `environment` was asked for, to be looked at afterwards.
    pub(crate) fn values(&self) -> (BTreeMap<&'static str, Value>, Arc<AtomicBool>) {
        let read = Arc::new(AtomicBool::new(false));
        let environment = match &self.environment {
            EnvironmentScope::Unbound => Value::from_object(Unbound { read: Arc::clone(&read) }),
            EnvironmentScope::Bound(value) => from_json(value),
        };
        let mut values = BTreeMap::from([("environment", environment)]);
        let named = [
            ("unit", &self.unit),
            ("vars", &self.vars),
            ("pipeline", &self.pipeline),
            ("inputs", &self.inputs),
        ];
        for (name, value) in named {
            match value {
                Json::Null if name == "unit" => {}
                Json::Null => drop(values.insert(name, from_json(&Json::Object(serde_json::Map::new())))),
                value => drop(values.insert(name, from_json(value))),
            }
        }
        (values, read)
    }
}

/// `environment` while it is not known. Every key of it can be asked for.
#[derive(Debug)]
struct Unbound {
    read: Arc<AtomicBool>,
}

impl Object for Unbound {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.read.store(true, Ordering::Relaxed);
        if key.as_str() == Some("variables") {
            // The one value that holds others, to be looped over or asked for one by one.
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

/// The first place in a tree that a key of an unknown `environment` went into, with the key.
pub fn find_unbound(node: &Node) -> Option<(Origin, String)> {
    match &node.kind {
        Kind::Scalar(scalar) => unbound_key(&scalar.text).map(|key| (node.origin, key)),
        Kind::Seq(items) => items.iter().find_map(find_unbound),
        Kind::Map(map) => map.entries.iter().find_map(|entry| {
            let key = unbound_key(entry.key.text()).map(|key| (entry.key.origin, key));
            key.or_else(|| find_unbound(&entry.value))
        }),
    }
}

fn unbound_key(text: &str) -> Option<String> {
    if !private_use::has_sign(text) {
        return None;
    }
    let mut parts = text.split(UNBOUND);
    parts.next();
    parts.next().map(str::to_owned)
}
