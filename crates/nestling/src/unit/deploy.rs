//! One job, sent to one entry of the catalogue.

use crate::changes::PipelineFacts;
use crate::environments::{CatalogueTexts, Gate, apply_gate, environment, starts};
use crate::workspace::{Environment, Freeze};
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::name::UnitName;
use nestling_gitlab::yaml::{Map, Node};

/// Gives a job what the catalogue says of an environment: its name and settings, its gate, its variables and tags.
pub(super) fn sent_to(
    mut body: Map,
    over: &Map,
    entry: &Environment,
    unit: Option<&UnitName>,
    pipeline: &PipelineFacts,
    texts: &CatalogueTexts<'_>,
) -> Result<Map, Vec<Diagnostic>> {
    let environment = environment(over, entry, unit, texts)?;
    let deploys = starts(&environment);
    body.set("environment", Node::map(entry.origin, environment));
    for (key, value) in entry.job.iter() {
        let value = texts.evaluate(value, entry)?;
        if !body.contains(key) {
            body.set(key, value);
        } else if let ("variables", Some(own)) = (key, body.get_mut(key).and_then(Node::as_map_mut)) {
            under(own, &value);
        }
    }
    if deploys {
        let gate = Gate {
            start: entry.start,
            expressions: entry.when.expressions(pipeline),
            frozen: entry.freeze == Freeze::Respected,
            origin: entry.origin,
        };
        apply_gate(&mut body, &gate);
    }
    Ok(body)
}

fn under(own: &mut Map, value: &Node) {
    for (key, value) in value.as_map().into_iter().flat_map(Map::iter) {
        if !own.contains(key) {
            own.set(key, value.clone());
        }
    }
}
