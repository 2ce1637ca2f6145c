//! Bodies that many jobs share, written once: a hidden job that they `extends`. GitLab counts aliases as often as they
//! are used, and a hidden job once, so this is what makes a large pipeline small enough.

use super::size;
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::environment::environment;
use nestling_gitlab::yaml::{Entry, Map, Node};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A hidden job that contains what others have in common.
#[derive(Debug, Clone)]
pub(crate) struct Hidden {
    /// Its name, with the dot.
    pub name: String,
    /// The common part.
    pub body: Map,
}

/// Factors the jobs that one line of a template wrote, wherever that makes the whole smaller.
///
/// `extends` merges mappings and replaces everything else
/// (<https://docs.gitlab.com/ci/yaml/yaml_optimization/#merge-details>), so a mapping can be shared in part and a list
/// only whole: resolving gives back the bodies as they were.
pub(crate) fn factor(jobs: &mut [Cow<'_, Job>]) -> Vec<Hidden> {
    let mut groups: BTreeMap<(Origin, bool), Vec<usize>> = BTreeMap::new();
    for (index, job) in jobs.iter().enumerate() {
        // A deploy and its stop job are written by one line; what distinguishes them is the action.
        let has_action =
            environment(&job.body).is_some_and(|environment| environment.get("action").is_some());
        groups.entry((job.origin, has_action)).or_default().push(index);
    }
    let mut hidden = Vec::new();
    for ((origin, _), members) in groups {
        let bodies: Vec<&Map> = members.iter().map(|index| &jobs[*index].body).collect();
        let body = common(&bodies);
        let name = format!(".shared-{}", hidden.len() + 1);
        let saved = size::of_map(&body).saturating_sub(size::of_hash(body.len())) * (members.len() - 1);
        if saved <= cost(&name, members.len()) || bodies.iter().any(|body| body.contains("extends")) {
            continue;
        }
        for index in members {
            let mut rest = Map::default();
            rest.set("extends", Node::string(origin, name.as_str()));
            let job = &jobs[index];
            rest.entries.extend(without(&job.body, &body).entries);
            let (name, unit, environment) = (job.name.clone(), job.unit.clone(), job.environment.clone());
            jobs[index] = Cow::Owned(Job { name, origin, unit, environment, body: rest });
        }
        hidden.push(Hidden { name, body });
    }
    hidden
}

/// Returns the bytes that naming the hidden job costs: once itself, and a key and a name in each job.
fn cost(name: &str, jobs: usize) -> usize {
    size::of_text(name) + size::of_hash(8) + jobs * (size::of_text("extends") + size::of_text(name))
}

/// Returns the entries that all bodies have.
fn common(bodies: &[&Map]) -> Map {
    let Some((first, others)) = bodies.split_first() else { return Map::default() };
    if others.is_empty() {
        return Map::default();
    }
    Map { entries: first.entries.iter().filter_map(|entry| common_entry(entry, others)).collect() }
}

/// Returns the part of an entry that other bodies have as well.
fn common_entry(entry: &Entry, others: &[&Map]) -> Option<Entry> {
    // A null takes a key away where it is merged.
    if entry.value.is_null() {
        return None;
    }
    let mut values: Vec<&Node> = Vec::with_capacity(others.len());
    for other in others {
        values.push(other.get(entry.key.text())?);
    }
    if values.iter().all(|value| value.same_as(&entry.value)) {
        return Some(entry.clone());
    }
    let mut maps = vec![entry.value.as_map()?];
    for value in values {
        maps.push(value.as_map()?);
    }
    let inner = common(&maps);
    if inner.is_empty() {
        return None;
    }
    Some(Entry { key: entry.key.clone(), value: Node::map(entry.value.origin, inner) })
}

/// Returns the entries of a body without the shared ones.
fn without(body: &Map, shared: &Map) -> Map {
    Map { entries: body.entries.iter().filter_map(|entry| without_shared(entry, shared)).collect() }
}

fn without_shared(entry: &Entry, shared: &Map) -> Option<Entry> {
    let Some(value) = shared.get(entry.key.text()) else { return Some(entry.clone()) };
    if value.same_as(&entry.value) {
        return None;
    }
    let inner = without(entry.value.as_map()?, value.as_map()?);
    Some(Entry { key: entry.key.clone(), value: Node::map(entry.value.origin, inner) })
}

#[cfg(test)]
mod tests;
