//! `default` and `variables` of an old file, for the jobs of a unit or of all units.

use super::old::Configuration;
use nestling_gitlab::pipeline::keywords::GLOBAL_DEFAULTS;
use nestling_gitlab::yaml::{Entry, Key, Map, Node};

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
    let mut variables = Map::default();
    if let Some(map) = globals.get("variables").and_then(Node::as_map) {
        for Entry { key, value } in &map.entries {
            let value = plain_variable(value);
            variables
                .entries
                .push(Entry { key: Key { origin: key.origin, scalar: key.scalar.clone() }, value });
        }
    }
    (defaults, variables)
}

/// A variable without what is for the page on which a person starts a pipeline.
fn plain_variable(value: &Node) -> Node {
    let Some(map) = value.as_map() else { return value.clone() };
    let text = map.get("value").cloned().unwrap_or_else(|| Node::string(value.origin, ""));
    match map.get("expand").cloned() {
        None => text,
        Some(expand) => {
            let mut kept = Map::default();
            kept.set("value", text);
            kept.set("expand", expand);
            Node::map(value.origin, kept)
        }
    }
}
