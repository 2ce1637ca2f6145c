//! One job, sent to one entry of the catalogue.

use super::scope::UnitScope;
use crate::environments::{Gate, apply_gate, environment, starts};
use crate::workspace::{Environment, Freeze};
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::yaml::{Map, Node};

/// Gives a job what the catalogue says of an environment: its name and settings, its gate, its variables and tags. `over`
/// is what the job itself says under `environment`.
///
/// # Errors
/// A text of the catalogue cannot be evaluated.
pub(super) fn sent_to(
    mut body: Map,
    over: &Map,
    entry: &Environment,
    scope: &UnitScope<'_>,
) -> Result<Map, Vec<Diagnostic>> {
    let environment = environment(over, entry, scope.unit.map(|unit| &unit.name), &scope.texts)?;
    let deploys = starts(&environment);
    body.set("environment", Node::map(entry.origin, environment));
    for (key, value) in entry.job.iter() {
        let value = scope.texts.evaluate(value, entry)?;
        match body.get_mut(key) {
            None => body.set(key, value),
            Some(own) if key == "variables" => add_missing(own, &value),
            Some(_) => {}
        }
    }
    if deploys {
        let gate = Gate {
            start: entry.start,
            expressions: entry.when.expressions(scope.renderer.facts()),
            frozen: entry.freeze == Freeze::Respected,
            origin: entry.origin,
        };
        apply_gate(&mut body, &gate);
    }
    Ok(body)
}

/// Adds the entries of one mapping that another does not have.
fn add_missing(own: &mut Node, value: &Node) {
    let (Some(own), Some(value)) = (own.as_map_mut(), value.as_map()) else { return };
    for (key, value) in value.iter() {
        if !own.contains(key) {
            own.set(key, value.clone());
        }
    }
}
