//! `unit.fingerprint` and `units["x"].fingerprint`: hashes of what selects units, found when a template asks for them.

use super::dependency_list::DependenciesOf;
use super::files::{Answers, FileQuestion};
use minijinja::value::{Enumerator, Object};
use minijinja::{Error, ErrorKind, Value};
use nestling_gitlab::name::UnitName;
use std::sync::Arc;

/// Answers which fingerprint a unit has.
pub(crate) trait UnitPrints {
    /// Returns the fingerprint of a unit.
    ///
    /// # Errors
    /// Why there is none.
    fn fingerprint(&self, unit: &str) -> Result<String, String>;
}

/// The keys of a unit of `units`.
pub(super) const KEYS_OF_UNITS: [&str; 2] = ["name", "fingerprint"];

/// Stands for the fingerprint where files are not committed, as on a developer's machine.
pub(crate) const UNCOMMITTED: &str = "uncommitted";

/// Stands for every fingerprint where two states of a unit are compared: its content is compared otherwise.
const STUB: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Source of the fingerprints that a template asks for.
#[derive(Debug, Clone)]
pub(super) enum PrintAnswers {
    /// The commit that is planned.
    Commit(Answers),
    /// Nobody: in a header.
    Header,
    /// All units have the same one.
    Stub,
}

impl PrintAnswers {
    /// Returns the fingerprint of a unit. A value that is invalid fails the expression that uses it.
    pub(super) fn of(&self, unit: &str) -> Value {
        let answer = match self {
            Self::Stub => return Value::from(STUB),
            Self::Header => Err("fingerprints are available in jobs, but not in a header".to_owned()),
            // The run is begun again where somebody answers.
            Self::Commit(answers) => answers
                .ask(&FileQuestion::Fingerprint(unit.to_owned()))
                .unwrap_or_else(|| Err("the commit is not available".to_owned())),
        };
        answer.unwrap_or_else(refused)
    }
}

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
            return Some(refused(format!(
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
            "fingerprint" => Some(self.prints.of(&self.name)),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&KEYS_OF_UNITS)
    }
}

fn refused(why: String) -> Value {
    Value::from(Error::new(ErrorKind::InvalidOperation, why))
}
