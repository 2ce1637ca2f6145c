//! Lists in lists, lifted as GitLab lifts them: in scripts, in rules, and in every list of needs, services and caches.

use crate::diagnostic::Diagnostic;
use crate::pipeline::keywords::{FLATTENED, LIST_LEVELS, SHALLOW};
use crate::pipeline::reuse_rules::LIST_DEPTH;
use crate::yaml::{Entry, Kind, Map, Node};

/// Lifts the lists of a job's keys, or of `default`'s.
pub(super) fn job(body: &mut Map, diagnostics: &mut Vec<Diagnostic>) {
    for entry in &mut body.entries {
        match entry.key.text() {
            key if FLATTENED.contains(&key) => lift(entry, diagnostics),
            "hooks" => {
                let hooks = entry.value.as_map_mut().into_iter().flat_map(|hooks| &mut hooks.entries);
                hooks.for_each(|entry| lift(entry, diagnostics));
            }
            _ => {}
        }
    }
}

/// Lifts the lists of the global keywords.
pub(super) fn globals(globals: &mut Map, diagnostics: &mut Vec<Diagnostic>) {
    job(globals, diagnostics);
    for entry in &mut globals.entries {
        match (entry.key.text(), entry.value.as_map_mut()) {
            ("stages", _) => lift(entry, diagnostics),
            ("default" | "workflow", Some(map)) => job(map, diagnostics),
            _ => {}
        }
    }
}

fn lift(entry: &mut Entry, diagnostics: &mut Vec<Diagnostic>) {
    let key = entry.key.text();
    if SHALLOW.contains(&key) && levels(&entry.value) > LIST_LEVELS {
        let message = format!("`{key}` has lists in lists, more than {LIST_LEVELS} levels deep");
        let problem = Diagnostic::error(&LIST_DEPTH, entry.value.origin, message);
        diagnostics.push(problem.with_help("nest fewer references: refer to the final key directly"));
    }
    // A list of nothing but empty lists is empty for no one who asks before it is flattened.
    if has_entry(&entry.value) {
        flatten(&mut entry.value);
    }
}

fn has_entry(node: &Node) -> bool {
    node.as_seq().is_none_or(|items| items.iter().any(has_entry))
}

fn levels(node: &Node) -> usize {
    node.as_seq().map_or(0, |items| 1 + items.iter().map(levels).max().unwrap_or(0))
}

fn flatten(node: &mut Node) {
    let Node { kind: Kind::Seq(items), tag: None, .. } = node else { return };
    if !items.iter().any(|item| item.as_seq().is_some()) {
        return;
    }
    for mut item in std::mem::take(items) {
        flatten(&mut item);
        match item.kind {
            Kind::Seq(inner) if item.tag.is_none() => items.extend(inner),
            _ => items.push(item),
        }
    }
}
