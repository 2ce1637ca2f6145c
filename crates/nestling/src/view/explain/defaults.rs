//! The defaults that jobs have from `default:` and `variables:` of the root's file.

use super::Step;
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::defaults::Defaults;
use nestling_gitlab::yaml::{Key, Map, Node};

/// Returns a note with the defaults of a unit's jobs, which a job's own keys override.
pub(super) fn defaults(defaults: &Defaults, sources: &Sources) -> Vec<Step> {
    let keys: Vec<&Key> = defaults.keys().collect();
    note("its jobs have defaults of the root", &keys, sources)
}

/// Returns a note with the defaults that a job does not override.
pub(super) fn defaults_of_job(defaults: &Defaults, job: &Job, sources: &Sources) -> Vec<Step> {
    let variables = job.body.get("variables").and_then(Node::as_map);
    let mut keys = Vec::new();
    for key in defaults.keys() {
        if is_in(key, &job.body) || variables.is_some_and(|variables| is_in(key, variables)) {
            keys.push(key);
        }
    }
    note("it has defaults of the root", &keys, sources)
}

/// Returns `true` if a mapping has this very key: one with the same name from another place overrides it.
fn is_in(key: &Key, map: &Map) -> bool {
    map.entry(key.text()).is_some_and(|entry| entry.key.origin == key.origin)
}

fn note(text: &str, keys: &[&Key], sources: &Sources) -> Vec<Step> {
    let Some(first) = keys.first() else { return Vec::new() };
    let names: Vec<String> = keys.iter().map(|key| format!("`{}`", key.text())).collect();
    vec![Step::with_place(format!("{text}: {}", names.join(", ")), sources.place(first.origin))]
}
