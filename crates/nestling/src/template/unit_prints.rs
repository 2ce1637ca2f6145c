//! `unit.fingerprint` and `units["x"].fingerprint`: hashes of what selects units, found when a template asks for them.

use super::dependency_list::DependenciesOf;
use super::files::{PrintAnswers, PrintOf, refused_print};
use minijinja::Value;
use minijinja::value::{Enumerator, Object};
use nestling_gitlab::name::UnitName;
use std::sync::Arc;

/// Answers which hash files have.
pub(crate) trait UnitPrints {
    /// Returns the hash of these files.
    ///
    /// # Errors
    /// Why there is none.
    fn fingerprint(&self, of: &PrintOf) -> Result<String, String>;
}

/// The keys of a unit of `units`.
pub(super) const KEYS_OF_UNITS: [&str; 2] = ["name", "fingerprint"];

/// Stands for the fingerprint where files are not committed, as on a developer's machine.
pub(crate) const UNCOMMITTED: &str = "uncommitted";

/// `units`: the units that a unit depends on, by name.
#[derive(Debug)]
pub(super) struct UnitsObject {
    pub(super) of: DependenciesOf,
    pub(super) prints: PrintAnswers,
}

impl Object for UnitsObject {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        let is_known = name == self.of.unit.as_str() || self.names().any(|known| known.as_str() == name);
        if !is_known {
            let unit = &self.of.unit;
            return Some(refused_print(format!(
                "`units` has only the dependencies of `{unit}`: add `{name}` to its `depends_on`"
            )));
        }
        Some(Value::from_object(OtherUnit { name: name.to_owned(), prints: self.prints.clone() }))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.names().map(|name| Value::from(name.as_str())).collect())
    }
}

impl UnitsObject {
    fn names(&self) -> impl Iterator<Item = &UnitName> {
        self.of.dependencies.within(&self.of.unit, self.of.depth).into_iter()
    }
}

/// A unit that another one depends on.
#[derive(Debug)]
struct OtherUnit {
    name: String,
    prints: PrintAnswers,
}

impl Object for OtherUnit {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "name" => Some(Value::from(self.name.as_str())),
            "fingerprint" => Some(self.prints.of(PrintOf::Unit(self.name.clone()))),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&KEYS_OF_UNITS)
    }
}
