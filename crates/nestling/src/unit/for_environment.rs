//! What an environment of the catalogue changes for the templates of a unit: values and inputs.

use crate::workspace::{Environment, Start, Unit, Use};
use nestling_gitlab::name::environment_slug;
use nestling_gitlab::yaml::{Map, Node};
use serde_json::{Value, json};

/// The variable that holds an environment's slug while a job of it runs
/// (<https://docs.gitlab.com/ci/variables/predefined_variables/>).
pub(crate) const SLUG_VARIABLE: &str = "$CI_ENVIRONMENT_SLUG";

/// What is known of an entry of the catalogue whatever the unit: what the entry's own texts can read.
pub(crate) fn entry_value(environment: &Environment) -> Value {
    let setting = |key: &str| environment.settings.get(key).and_then(Node::text);
    json!({
        "name": environment.name.as_str(),
        "tier": setting("deployment_tier"),
        "auto_stop_in": setting("auto_stop_in"),
        "manual": matches!(environment.start, Start::Manual(_)),
        "slug": environment_slug(environment.name.as_str()),
    })
}

/// Whether a unit's templates get other inputs for an environment than for all.
pub(crate) fn differs(unit: &Unit, environment: &Environment) -> bool {
    !environment.inputs.is_empty()
        || unit.uses.iter().any(|used| used.environments.contains_key(environment.name.as_str()))
}

/// The inputs of a template: the unit's own, over them those of the environment for templates that have them, and over
/// all what the unit says for this environment.
pub(crate) fn given(used: &Use, environment: Option<&Environment>, spec: Option<&Node>) -> Map {
    let mut given = used.inputs.clone();
    let Some(environment) = environment else { return given };
    let known = environment.inputs.iter().filter(|(key, _)| spec.is_some_and(|spec| spec.get(key).is_some()));
    let own = used.environments.get(environment.name.as_str());
    let own = own.into_iter().flat_map(|own| own.inputs.iter());
    known.chain(own).for_each(|(key, value)| given.set(key, value.clone()));
    given
}
