//! Properties of a job that may depend on a condition or on the copy, such as its start, in words.

use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::pipeline::presence::{Case, JobPresence, Presence, Start as When};

/// A property of a case: the case, its `when` and its `allow_failure`.
pub(super) type Property<'a, T> = &'a dyn Fn(&Case, When, bool) -> T;

/// Returns a property of a copy in the order of its cases, with the condition of each value but the last one.
pub(super) fn cases_of<T: PartialEq>(
    presence: &Presence,
    property: Property<'_, T>,
) -> Vec<(Option<Guard>, T)> {
    let mut cases: Vec<(Option<Guard>, T)> = Vec::new();
    for (case, when, allow_failure) in presence.present() {
        let value = property(case, when, allow_failure);
        match cases.last_mut() {
            Some((Some(guard), known)) if *known == value => {
                *guard = Guard::any([guard.clone(), case.guard.clone()]);
            }
            _ => cases.push((Some(case.guard.clone()), value)),
        }
    }
    if let Some((guard, _)) = cases.last_mut() {
        *guard = None;
    }
    cases
}

/// Returns a property of a job in words: `manual if $GATE is set, otherwise automatic`, or `1 copy: manual; 2 copies: automatic`.
/// Empty for a job that is not in the pipeline.
pub(super) fn in_words<T: PartialEq>(
    presence: &JobPresence,
    property: Property<'_, T>,
    word: &dyn Fn(&T) -> String,
) -> String {
    let mut by_words: Vec<(String, usize)> = Vec::new();
    for (_, presence) in presence.copies() {
        let cases = cases_of(presence, property);
        if cases.is_empty() {
            continue;
        }
        let words = cases_in_words(&cases, word);
        match by_words.iter_mut().find(|(known, _)| *known == words) {
            Some((_, count)) => *count += 1,
            None => by_words.push((words, 1)),
        }
    }
    if let [(words, _)] = by_words.as_slice() {
        return words.clone();
    }
    let parts = by_words.into_iter().map(|(words, count)| format!("{}: {words}", copies(count)));
    parts.collect::<Vec<_>>().join("; ")
}

/// Returns a number of copies with its noun.
pub(super) fn copies(count: usize) -> String {
    if count == 1 { "1 copy".to_owned() } else { format!("{count} copies") }
}

fn cases_in_words<T>(cases: &[(Option<Guard>, T)], word: &dyn Fn(&T) -> String) -> String {
    let mut parts = Vec::new();
    for (guard, value) in cases {
        let word = word(value);
        parts.push(match guard {
            Some(guard) => format!("{word} if {guard}"),
            None if cases.len() > 1 => format!("otherwise {word}"),
            None => word,
        });
    }
    parts.join(", ")
}
