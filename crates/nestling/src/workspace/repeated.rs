//! Entries that a list of a header has twice.

use crate::workspace::idle_rules::KEY_UNUSED;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use std::collections::HashMap;

/// Warns of each entry that is written before in the same list.
pub(crate) fn repeated(entries: impl Iterator<Item = (String, Origin)>, key: &str) -> Vec<Diagnostic> {
    let mut first: HashMap<String, Origin> = HashMap::new();
    let mut problems = Vec::new();
    for (text, origin) in entries {
        let Some(earlier) = first.get(&text) else {
            first.insert(text, origin);
            continue;
        };
        let message = format!("duplicate entry `{text}` in `{key}`");
        let problem = Diagnostic::warning(&KEY_UNUSED, origin, message).with_label(*earlier, "the first");
        problems.push(problem.with_help("remove one of them"));
    }
    problems
}
