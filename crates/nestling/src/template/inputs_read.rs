//! Records which of its inputs a rendering reads.

use minijinja::Value;
use minijinja::value::{Enumerator, Object};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Notes the names of the inputs that are read.
#[derive(Debug, Clone, Default)]
pub(crate) struct InputsRead(Arc<Mutex<BTreeSet<String>>>);

impl InputsRead {
    fn note(&self, name: &str) {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !names.contains(name) {
            names.insert(name.to_owned());
        }
    }

    /// Returns the names that were read.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// `inputs`, which notes what a template reads of it.
#[derive(Debug)]
pub(super) struct NotedInputs {
    /// Name and value of each input.
    pub values: Vec<(String, Value)>,
    pub read: InputsRead,
}

impl Object for NotedInputs {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        self.read.note(name);
        self.values.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.values.iter().for_each(|(name, _)| self.read.note(name));
        Enumerator::Values(self.values.iter().map(|(name, _)| Value::from(name.as_str())).collect())
    }
}
