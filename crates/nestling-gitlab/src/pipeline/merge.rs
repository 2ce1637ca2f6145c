//! Merging as GitLab merges: mappings key by key, everything else replaced
//! (<https://docs.gitlab.com/ci/yaml/yaml_optimization/#merge-details>).

use super::fragment::Fragment;
use crate::table::{JOB, Null, Shape, TRIGGER_JOB};
use crate::yaml::{Entry, Kind, Map, Node};

/// Lays one mapping over another: mappings under the same key are merged (so `{}` changes nothing), lists and
/// scalars are replaced, and a `null` replaces too. The keys of `base` keep their places; new ones follow.
///
/// A `null` that has replaced something stays, because a later layer may bring the key back;
/// [`without_nulls`] takes the rest out at the end.
pub fn deep_merge(base: &Map, over: &Map) -> Map {
    let mut merged = base.clone();
    for Entry { key, value } in &over.entries {
        match merged.get_mut(key.text()) {
            None => merged.entries.push(Entry { key: key.clone(), value: value.clone() }),
            Some(old) => merge_node(old, value),
        }
    }
    merged
}

fn merge_node(old: &mut Node, over: &Node) {
    match (&old.kind, &over.kind) {
        (Kind::Map(base), Kind::Map(layer)) if old.tag.is_none() && over.tag.is_none() => {
            *old = Node::map(over.origin, deep_merge(base, layer));
        }
        _ => *old = over.clone(),
    }
}

/// Takes out every key whose value is `null`, at any depth of mappings, as far as such a key does not exist to GitLab: a few it
/// distinguishes from missing ones, and a key that it does not know it refuses without a value as well. A variable is there, and is
/// empty.
pub fn without_nulls(map: &mut Map) {
    let is_trigger = map.get("trigger").is_some_and(|node| !node.is_null());
    let shape = if is_trigger { &TRIGGER_JOB } else { &JOB };
    map.entries.retain(|entry| !entry.value.is_null() || shape.keyword(entry.key.text()).is_none());
    for Entry { key, value } in &mut map.entries {
        let shapes = JOB.keyword(key.text()).map_or(&[][..], |keyword| keyword.shapes);
        match (key.text(), value.as_map_mut()) {
            ("variables", Some(variables)) => empty_nulls(variables),
            // What a pipeline is handed may be null.
            ("inputs", _) | (_, None) => {}
            (_, Some(inner)) => without_inner_nulls(inner, shapes),
        }
    }
}

fn without_inner_nulls(map: &mut Map, shapes: &'static [Shape]) {
    let shape =
        shapes.iter().find(|shape| matches!(shape, Shape::Mapping(_) | Shape::Names(_) | Shape::Cases(_)));
    let keeps = |key: &str| match shape {
        Some(Shape::Mapping(shape)) => {
            shape.constraints.iter().any(|constraint| constraint.counts_null(key))
                || shape.keyword(key).is_none_or(|keyword| keyword.null != Null::Unset)
        }
        Some(Shape::Names(names)) => names.null != Null::Unset,
        _ => false,
    };
    map.entries.retain(|entry| !entry.value.is_null() || keeps(entry.key.text()));
    for Entry { key, value } in &mut map.entries {
        let inner = match shape {
            Some(Shape::Mapping(shape)) => shape.keyword(key.text()).map(|keyword| keyword.shapes),
            Some(Shape::Names(names)) => Some(names.shapes),
            _ => None,
        };
        match (key.text(), value.as_map_mut()) {
            ("inputs", _) | (_, None) => {}
            (_, Some(map)) => without_inner_nulls(map, inner.unwrap_or_default()),
        }
    }
}

/// Makes variables without a value what they are to GitLab: empty.
pub(crate) fn empty_nulls(variables: &mut Map) {
    for entry in variables.entries.iter_mut().filter(|entry| entry.value.is_null()) {
        entry.value = Node::string(entry.value.origin, "");
    }
}

/// Joins documents as GitLab joins the files of `include` with the file that includes them: each is laid over those
/// before it, global keywords and jobs alike.
pub fn merge_fragments(fragments: Vec<Fragment>) -> Fragment {
    let mut merged = Fragment::default();
    for fragment in fragments {
        merged.globals = deep_merge(&merged.globals, &fragment.globals);
        for (name, job) in fragment.jobs {
            merged.snippets.shift_remove(&name);
            match merged.jobs.get_mut(&name) {
                None => {
                    merged.jobs.insert(name, job);
                }
                Some(below) => {
                    below.body = deep_merge(&below.body, &job.body);
                    below.origin = job.origin;
                }
            }
        }
        for (name, snippet) in fragment.snippets {
            merged.jobs.shift_remove(&name);
            merged.snippets.insert(name, snippet);
        }
    }
    merged
}

#[cfg(test)]
mod tests;
