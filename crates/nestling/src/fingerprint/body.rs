//! The part of a job that its result depends on.

use super::digest::Hasher;
use nestling_gitlab::yaml::{Kind, Map, Meaning, Node};

/// Keywords that decide when and how often a job runs, and not what it does. Needs count with the fingerprints of the jobs.
const OF_TIME: [&str; 8] =
    ["stage", "rules", "needs", "when", "interruptible", "retry", "timeout", "resource_group"];

/// Keywords of `workflow` that say nothing about jobs.
const OF_DISPLAY: [&str; 2] = ["auto_cancel", "name"];

/// Adds a job's body, with the variables of the rule that puts it into the pipeline.
pub(super) fn add_body(hasher: &mut Hasher, body: &Map, rule: Option<&Map>) {
    let of_rule = rule.and_then(|rule| rule.get("variables")).and_then(Node::as_map);
    let Some(of_rule) = of_rule.filter(|variables| !variables.is_empty()) else {
        return add_map(hasher, body, &OF_TIME);
    };
    let mut whole = body.clone();
    let mut variables = body.get("variables").and_then(Node::as_map).cloned().unwrap_or_default();
    for (name, value) in of_rule.iter() {
        variables.set(name, value.clone());
    }
    let origin = nestling_gitlab::diagnostic::Origin::generated();
    whole.set("variables", Node::map(origin, variables));
    add_map(hasher, &whole, &OF_TIME);
}

/// Adds the child's `workflow`, whose rules can set variables.
pub(super) fn add_workflow(hasher: &mut Hasher, workflow: &Map) {
    add_map(hasher, workflow, &OF_DISPLAY);
}

/// Adds a mapping; the order of its keys means nothing.
fn add_map(hasher: &mut Hasher, map: &Map, without: &[&str]) {
    let mut entries: Vec<(&str, &Node)> = map.iter().filter(|(key, _)| !without.contains(key)).collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    hasher.add(b"map");
    hasher.add(&(entries.len() as u64).to_be_bytes());
    for (key, value) in entries {
        hasher.add(key.as_bytes());
        add_node(hasher, value);
    }
}

/// Adds a value.
pub(super) fn add_node(hasher: &mut Hasher, node: &Node) {
    hasher.add(node.tag.as_deref().unwrap_or_default().as_bytes());
    match &node.kind {
        Kind::Scalar(scalar) => {
            let is_string = matches!(scalar.meaning(), Meaning::Text(_));
            hasher.add(if is_string { b"string" } else { b"plain" });
            hasher.add(scalar.text.as_bytes());
        }
        Kind::Seq(items) => {
            hasher.add(b"list");
            hasher.add(&(items.len() as u64).to_be_bytes());
            items.iter().for_each(|item| add_node(hasher, item));
        }
        Kind::Map(map) => add_map(hasher, map, &[]),
    }
}
