//! Entries that a list of a header has twice.

use crate::workspace::idle_rules::KEY_UNUSED;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Most lists have a few entries, which are compared faster than hashed.
const FEW: usize = 8;

/// Warns of each entry that is written before in the same list.
pub(crate) fn repeated<T: AsRef<str>>(
    entries: impl Iterator<Item = (T, Origin)>,
    key: &str,
) -> Vec<Diagnostic> {
    let entries: Vec<(T, Origin)> = entries.collect();
    let problem = |text: &str, origin: Origin, earlier: Origin| {
        let message = format!("duplicate entry `{text}` in `{key}`");
        let problem = Diagnostic::warning(&KEY_UNUSED, origin, message).with_label(earlier, "the first");
        problem.with_help("remove one of them")
    };
    let mut problems = Vec::new();
    if entries.len() <= FEW {
        for (at, (text, origin)) in entries.iter().enumerate() {
            let first = entries[..at].iter().find(|(earlier, _)| earlier.as_ref() == text.as_ref());
            problems.extend(first.map(|(_, earlier)| problem(text.as_ref(), *origin, *earlier)));
        }
        return problems;
    }
    let mut first: HashMap<&str, Origin> = HashMap::with_capacity(entries.len());
    for (text, origin) in &entries {
        match first.entry(text.as_ref()) {
            Entry::Occupied(earlier) => problems.push(problem(text.as_ref(), *origin, *earlier.get())),
            Entry::Vacant(place) => {
                place.insert(*origin);
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling_gitlab::diagnostic::Sources;

    #[test]
    fn short_and_long_lists_are_judged_alike() {
        let file = Sources::default().add("nestling.yml", "");
        for length in [2, FEW, FEW + 1, 50] {
            let line = |at: usize| Origin::span(file, u32::try_from(at + 1).unwrap(), 1, 1);
            let mut entries: Vec<_> = (0..length).map(|at| (format!("entry-{at}"), line(at))).collect();
            assert!(repeated(entries.iter().cloned(), "stages").is_empty(), "{length}");
            entries.push(("entry-1".to_owned(), line(length)));
            entries.push(("entry-1".to_owned(), line(length + 1)));
            let found = repeated(entries.into_iter(), "stages");
            let messages: Vec<&str> = found.iter().map(|problem| &*problem.message).collect();
            assert_eq!(messages, ["duplicate entry `entry-1` in `stages`"; 2], "{length}");
            let places: Vec<_> = found.iter().map(|problem| problem.origin().unwrap().line).collect();
            assert_eq!(places, [length as u32 + 1, length as u32 + 2], "{length}");
        }
    }
}
