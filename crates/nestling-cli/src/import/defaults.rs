//! `default` and `variables` of an old file, for the jobs of a unit or of all units.

use super::old::Configuration;
use nestling_gitlab::pipeline::defaults::job_variables;
use nestling_gitlab::pipeline::keywords::GLOBAL_DEFAULTS;
use nestling_gitlab::yaml::{Map, Node};

/// Returns `default` and `variables` of a file, in the form that jobs get.
pub(super) fn file_defaults(configuration: &Configuration) -> (Map, Map) {
    let globals = &configuration.pipeline.globals;
    let mut defaults = Map::default();
    if let Some(map) = globals.get("default").and_then(Node::as_map) {
        let entries =
            map.entries.iter().filter(|entry| !entry.value.is_null() && entry.key.text() != "timeout");
        defaults.entries.extend(entries.cloned());
    }
    for entry in globals.entries.iter().filter(|entry| GLOBAL_DEFAULTS.contains(&entry.key.text())) {
        if !defaults.contains(entry.key.text()) && !entry.value.is_null() {
            defaults.entries.push(entry.clone());
        }
    }
    let variables = globals.get("variables").and_then(Node::as_map).map(job_variables).unwrap_or_default();
    (defaults, variables)
}
