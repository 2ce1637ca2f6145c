//! `unit.dependencies`: all units that a unit depends on, found when a template asks for them.

use super::marks::private_use::escape;
use crate::workspace::Dependencies;
use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr};
use nestling_gitlab::name::UnitName;
use std::sync::{Arc, OnceLock};

/// The unit whose dependencies a template asks for.
#[derive(Debug, Clone)]
pub(crate) struct DependenciesOf {
    /// The units of the workspace.
    pub dependencies: Arc<Dependencies>,
    /// The unit.
    pub unit: UnitName,
    /// Number of links that selection follows, if it is limited.
    pub depth: Option<usize>,
}

/// The names, in the order to build the units in.
#[derive(Debug)]
pub(super) struct DependencyList {
    of: DependenciesOf,
    names: OnceLock<Vec<Value>>,
}

impl DependencyList {
    pub(super) fn new(of: DependenciesOf) -> Self {
        Self { of, names: OnceLock::new() }
    }

    fn names(&self) -> &[Value] {
        self.names.get_or_init(|| {
            let names = self.of.dependencies.of(&self.of.unit);
            names.into_iter().map(|name| Value::from(&*escape(name.as_str()))).collect()
        })
    }
}

impl Object for DependencyList {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, index: &Value) -> Option<Value> {
        self.names().get(index.as_usize()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.names().len())
    }
}
