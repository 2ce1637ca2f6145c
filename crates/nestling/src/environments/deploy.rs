//! One job, sent to one entry of the catalogue.

use super::gate::{self, Gate};
use super::target::starts;
use crate::changes::PipelineFacts;
use crate::workspace::{Environment, Freeze};
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::name::UnitName;
use nestling_gitlab::yaml::{Map, Node};

/// Evaluates the `${{ }}` in a text of the catalogue, for the unit at hand.
pub(crate) type Evaluate<'a> = &'a dyn Fn(&Node, &Environment) -> Result<Node, Vec<Diagnostic>>;

/// Gives a job what the catalogue says of an environment: its name and settings, its gate, its variables and tags.
pub(crate) fn sent_to(
    mut body: Map,
    over: &Map,
    entry: &Environment,
    unit: Option<&UnitName>,
    pipeline: &PipelineFacts,
    evaluate: Evaluate<'_>,
) -> Result<Map, Vec<Diagnostic>> {
    let environment = environment(over, entry, unit, evaluate)?;
    let deploys = starts(&environment);
    body.set("environment", Node::map(entry.origin, environment));
    for (key, value) in entry.job.iter() {
        let value = evaluate(value, entry)?;
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
        gate::apply(&mut body, &gate);
    }
    Ok(body)
}

/// What only a job that deploys says of its environment.
const OF_A_DEPLOY: [&str; 2] = ["url", "auto_stop_in"];

/// What a job says under `environment:` for an entry of the catalogue.
///
/// The job's own keys stand over the catalogue's, and `name` is the catalogue's alone, so that every job of an
/// environment writes it the same way.
pub(crate) fn environment(
    over: &Map,
    entry: &Environment,
    unit: Option<&UnitName>,
    evaluate: Evaluate<'_>,
) -> Result<Map, Vec<Diagnostic>> {
    let mut environment = Map::default();
    let name = match &entry.title {
        Some(title) => evaluate(title, entry)?,
        None => Node::string(entry.origin, default_title(entry, unit)),
    };
    environment.set("name", name);
    let starts = if over.contains("action") { starts(over) } else { starts(&entry.settings) };
    for (key, value) in entry.settings.iter() {
        // A job that only looks at an environment has no say in its address and its end.
        if !over.contains(key) && (starts || !OF_A_DEPLOY.contains(&key)) {
            environment.set(key, evaluate(value, entry)?);
        }
    }
    over.iter().for_each(|(key, value)| environment.set(key, value.clone()));
    Ok(environment)
}

/// Each unit deploys to an environment of its own, `staging/api`: GitLab rolls back, and prevents outdated deploys, by
/// environment (<https://docs.gitlab.com/ci/environments/deployment_safety/>).
pub(crate) fn default_title(entry: &Environment, unit: Option<&UnitName>) -> String {
    match unit {
        Some(unit) => format!("{}/{}", entry.name, nestling_gitlab::name::slug(unit.as_str())),
        None => entry.name.to_string(),
    }
}

fn under(own: &mut Map, value: &Node) {
    for (key, value) in value.as_map().into_iter().flat_map(Map::iter) {
        if !own.contains(key) {
            own.set(key, value.clone());
        }
    }
}
