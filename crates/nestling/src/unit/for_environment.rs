//! Inputs of a unit's templates that differ by environment.

use crate::workspace::{Environment, Unit, Use};
use nestling_gitlab::yaml::{Map, Node};

/// Returns `true` if a unit's templates get other inputs for an environment than for all.
pub(super) fn differs(unit: &Unit, environment: &Environment) -> bool {
    let has_inputs = !environment.inputs.is_empty();
    unit.uses.iter().any(|used| has_inputs || used.environments.contains_key(environment.name.as_str()))
}

/// Returns the inputs of a template: the unit's own, over them those of the environment for templates that have them, and
/// over all what the unit says for this environment.
pub(super) fn given(used: &Use, environment: Option<&Environment>, spec: Option<&Node>) -> Map {
    let mut given = used.inputs.clone();
    let Some(environment) = environment else { return given };
    for (key, value) in environment.inputs.iter() {
        if spec.is_some_and(|spec| spec.get(key).is_some()) {
            given.set(key, value.clone());
        }
    }
    if let Some(own) = used.environments.get(environment.name.as_str()) {
        own.inputs.iter().for_each(|(key, value)| given.set(key, value.clone()));
    }
    given
}
