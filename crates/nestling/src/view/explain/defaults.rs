//! What jobs have from `default:` and `variables:` of the root's file.

use super::Step;
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::defaults::Defaults;
use nestling_gitlab::yaml::{Key, Map, Node};

/// What the jobs of a unit have of it, unless they say it themselves.
pub(super) fn defaults(defaults: &Defaults, sources: &Sources) -> Vec<Step> {
    let keys: Vec<&Key> = defaults.keys().collect();
    note("its jobs have defaults of the root", &keys, sources)
}

/// What a job has of it.
pub(super) fn defaults_of_job(defaults: &Defaults, job: &Job, sources: &Sources) -> Vec<Step> {
    let variables = job.body.get("variables").and_then(Node::as_map);
    let is_in = |key: &Key, map: &Map| map.entry(key.text()).is_some_and(|own| own.key.origin == key.origin);
    let given =
        |key: &&Key| is_in(key, &job.body) || variables.is_some_and(|variables| is_in(key, variables));
    let keys: Vec<&Key> = defaults.keys().filter(given).collect();
    note("it has defaults of the root", &keys, sources)
}

fn note(text: &str, keys: &[&Key], sources: &Sources) -> Vec<Step> {
    let Some(first) = keys.first() else { return Vec::new() };
    let names: Vec<String> = keys.iter().map(|key| format!("`{}`", key.text())).collect();
    vec![Step::at(format!("{text}: {}", names.join(", ")), sources.place(first.origin))]
}
