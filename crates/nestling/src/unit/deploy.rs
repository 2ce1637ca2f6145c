//! One job, sent to one entry of the catalogue.

use super::scope::UnitScope;
use crate::environments::{Conditions, HasNoRules, environment, starts, write_start};
use crate::unit::rules::ENVIRONMENT_ONLY;
use crate::workspace::Environment;
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::pipeline::defaults::Defaults;
use nestling_gitlab::yaml::{Map, Node};

/// Gives a job what the catalogue says of an environment: its name and settings, how it starts, its conditions, variables and tags. `over`
/// is what the job itself says under `environment`.
///
/// # Errors
/// A string of the catalogue cannot be evaluated, or the job cannot have the conditions.
pub(super) fn sent_to(
    mut body: Map,
    over: &Map,
    entry: &Environment,
    conditions: &Conditions,
    defaults: &Defaults,
    scope: &UnitScope<'_>,
) -> Result<Map, Vec<Diagnostic>> {
    let environment = environment(over, entry, scope.unit.map(|unit| &unit.name), &scope.texts)?;
    let deploys = starts(&environment);
    body.set("environment", Node::map(entry.origin, environment));
    for (key, value) in entry.job.iter() {
        let value = scope.texts.evaluate(value, entry)?;
        set_unless_own(&mut body, key, value, defaults);
    }
    if deploys {
        write_start(&mut body, entry.start, entry.origin);
    }
    match conditions.write(&mut body, entry.origin) {
        Ok(()) => Ok(body),
        Err(has_no_rules) => Err(vec![without_rules(has_no_rules, entry)]),
    }
}

/// Reports a job whose `only` or `except` leaves no room for the conditions of its environment.
fn without_rules(job: HasNoRules, entry: &Environment) -> Diagnostic {
    let HasNoRules { keyword, origin } = job;
    let message = format!("`{keyword}` conflicts with the conditions of environment `{}`", entry.name);
    Diagnostic::error(&ENVIRONMENT_ONLY, origin, message)
        .with_label(
            entry.origin,
            "the environment has `when: { if: … }` or `freeze`, or comes `after` one that does",
        )
        .with_help(format!("use `rules` instead of `{keyword}`: GitLab does not accept both in a job"))
}

/// Sets a keyword of a job that the job does not set itself. What it has from `default` and from the variables of the whole
/// file is weaker than the catalogue, and what it has from `extends` is its own.
fn set_unless_own(body: &mut Map, key: &str, value: Node, defaults: &Defaults) {
    let Some(own) = body.entry_mut(key) else { return body.set(key, value) };
    if key != "variables" {
        if defaults.gave(&own.key) {
            own.value = value;
        }
        return;
    }
    let (Some(variables), Some(of_entry)) = (own.value.as_map_mut(), value.as_map()) else { return };
    for (name, value) in of_entry.iter() {
        let is_own = variables.entry(name).is_some_and(|variable| !defaults.gave(&variable.key));
        if !is_own {
            variables.set(name, value.clone());
        }
    }
}
