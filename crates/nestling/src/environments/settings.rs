//! The `environment:` of a job for an entry of the catalogue.

use super::strings::CatalogueStrings;
use crate::workspace::Environment;
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::name::UnitName;
use nestling_gitlab::yaml::{Map, Node};

/// Keys of an environment that only a deploy job can have.
const OF_A_DEPLOY: [&str; 2] = ["url", "auto_stop_in"];

/// The `environment:` of a job for an entry of the catalogue.
///
/// The job's own keys override the catalogue's, and `name` is the catalogue's alone, so that every job of an
/// environment writes it the same way.
pub(crate) fn environment(
    over: &Map,
    entry: &Environment,
    unit: Option<&UnitName>,
    strings: &CatalogueStrings<'_>,
) -> Result<Map, Vec<Diagnostic>> {
    let mut environment = Map::default();
    let name = match &entry.title {
        Some(title) => strings.evaluate(title, entry)?,
        None => Node::string(entry.origin, default_title(entry, unit)),
    };
    environment.set("name", name);
    let starts = if over.contains("action") { starts(over) } else { starts(&entry.settings) };
    for (key, value) in entry.settings.iter() {
        // A job that only reads an environment does not set its URL and `auto_stop_in`.
        if !over.contains(key) && (starts || !OF_A_DEPLOY.contains(&key)) {
            environment.set(key, strings.evaluate(value, entry)?);
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

/// Returns `true` if `action` makes this a job that starts the environment: GitLab's default.
pub(crate) fn starts(environment: &Map) -> bool {
    environment.get("action").and_then(Node::text).is_none_or(|action| action == "start")
}
