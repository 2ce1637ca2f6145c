//! Keys that a mapping has more than once.

use super::node::Map;
use crate::diagnostic::{Diagnostic, Origin};
use crate::yaml::rules::YAML_DUPLICATE_KEY;
use std::collections::HashMap;

/// An error for every key that stands twice in a mapping.
pub fn duplicate_keys(map: &Map) -> Vec<Diagnostic> {
    let keys = || map.entries.iter().map(|entry| entry.key.text());
    // Nearly every mapping is small and has each key once.
    if map.len() <= 8 && keys().enumerate().all(|(at, key)| !keys().take(at).any(|before| before == key)) {
        return Vec::new();
    }
    let mut seen: HashMap<&str, Origin> = HashMap::with_capacity(map.len());
    let mut problems = Vec::new();
    for entry in map.entries.iter().filter(|entry| entry.key.text() != "<<") {
        if let Some(first) = seen.insert(entry.key.text(), entry.key.origin) {
            let message = format!("the key `{}` stands twice here", entry.key.text());
            let problem = Diagnostic::error(&YAML_DUPLICATE_KEY, entry.key.origin, message);
            problems.push(if first == entry.key.origin {
                problem.with_help("this line is rendered more than once: make the key differ each time")
            } else {
                problem
                    .with_label(first, "the first")
                    .with_help("GitLab would take the last one in silence; keep one")
            });
        }
    }
    problems
}
