//! Checks of the types that the values of many keywords share, and the messages for values of another type.

use crate::diagnostic::{Diagnostic, Rule, Suggestion};
use crate::pipeline::duration;
use crate::yaml::{Entry, Map, Meaning, Node, Scalar};

/// Returns the value of a keyword, if it can be judged. To GitLab a keyword with null is absent.
pub(crate) fn value<'a>(map: &'a Map, key: &str) -> Option<&'a Node> {
    map.get(key).filter(|node| !node.is_null() && !is_reported_elsewhere(node))
}

/// Returns `true` for a reference, whose value is not known here, and for dates and symbols, which `yaml-type` reports.
fn is_reported_elsewhere(node: &Node) -> bool {
    let meaning = node.as_scalar().map(Scalar::meaning);
    node.is_reference() || matches!(meaning, Some(Meaning::Date | Meaning::Symbol))
}

/// Returns the error for a value of another type than `expected`.
pub(crate) fn wrong(rule: &'static Rule, key: &str, expected: &str, node: &Node) -> Diagnostic {
    let message = format!("`{key}` must be {expected}, found {}", node.type_name());
    let problem = Diagnostic::error(rule, node.origin, message);
    match node.text() {
        Some(text) if expected.starts_with("a string") => problem.with_help(quoted(text)),
        _ => problem,
    }
}

fn quoted(text: &str) -> String {
    format!("quote it: \"{text}\"")
}

/// Checks that a value is a string.
pub(crate) fn string(rule: &'static Rule, key: &str, node: &Node) -> Option<Diagnostic> {
    node.as_str().is_none().then(|| wrong(rule, key, "a string", node))
}

/// Checks that a value is `true` or `false`, unquoted.
pub(crate) fn boolean(rule: &'static Rule, key: &str, node: &Node) -> Option<Diagnostic> {
    if node.as_bool().is_some() {
        return None;
    }
    let problem = wrong(rule, key, "`true` or `false`", node);
    Some(if node.as_str().is_some() { problem.with_help("remove the quotes") } else { problem })
}

/// Checks that a value is a list of strings.
pub(crate) fn strings(rule: &'static Rule, key: &str, node: &Node) -> Vec<Diagnostic> {
    let Some(items) = node.as_seq() else {
        let problem = wrong(rule, key, "a list of strings", node);
        return vec![match node.as_str() {
            Some(text) => problem.with_help(format!("write `{key}: [{text}]`")),
            None => problem,
        }];
    };
    items.iter().filter_map(|item| string_item(rule, key, item)).collect()
}

fn string_item(rule: &'static Rule, key: &str, item: &Node) -> Option<Diagnostic> {
    if item.as_str().is_some() || is_reported_elsewhere(item) {
        return None;
    }
    let message = format!("each item of `{key}` must be a string, found {}", item.type_name());
    let problem = Diagnostic::error(rule, item.origin, message);
    Some(match item.text() {
        Some(text) => problem.with_help(quoted(text)),
        None => problem,
    })
}

/// Checks that a value is one of a few words.
pub(crate) fn one_of(rule: &'static Rule, key: &str, node: &Node, known: &[&str]) -> Option<Diagnostic> {
    let Some(text) = node.text() else { return Some(wrong(rule, key, "a string", node)) };
    if known.contains(&text) {
        return None;
    }
    let problem = Diagnostic::error(rule, node.origin, format!("`{key}` cannot be `{text}`"));
    let suggestion = Suggestion::among(text, known.iter().copied());
    Some(problem.with_help(suggestion.help_or(format!("use one of {}", known.join(", ")))))
}

/// Checks the keywords of a mapping. `place` is the mapping's path in a job: `rules:changes`.
pub(crate) fn keywords(rule: &'static Rule, place: &str, map: &Map, known: &[&str]) -> Vec<Diagnostic> {
    let unknown = map.entries.iter().filter(|entry| !known.contains(&entry.key.text()));
    unknown.map(|entry| unknown_keyword(rule, place, entry, known)).collect()
}

fn unknown_keyword(rule: &'static Rule, place: &str, entry: &Entry, known: &[&str]) -> Diagnostic {
    let key = entry.key.text();
    let message = format!("unknown keyword `{key}` in `{place}`");
    let suggestion = Suggestion::among(key, known.iter().copied());
    let help = format!(
        "known keywords: {}; GitLab rejects others unless a newer version knows them",
        known.join(", ")
    );
    Diagnostic::misspelt(rule, entry.key.origin, message, suggestion, help)
}

/// The value that a keyword accepts beside durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Also {
    /// None.
    Nothing,
    /// `never`.
    Never,
}

/// Checks that a value is a duration in words.
pub(crate) fn duration(rule: &'static Rule, key: &str, node: &Node, also: Also) -> Option<Diagnostic> {
    let Some(text) = node.as_str() else {
        let problem = wrong(rule, key, "a duration in words", node);
        return Some(match node.text() {
            // `timeout: 90` would be 90 seconds if GitLab took it, which hardly anyone means.
            Some(text) if node.as_int().is_some() => {
                problem.with_help(format!("add the unit: `{text} minutes`"))
            }
            _ => problem,
        });
    };
    if (also == Also::Never && text == "never") || duration::seconds(text).is_some() {
        return None;
    }
    let problem = Diagnostic::error(rule, node.origin, format!("invalid duration `{text}`"));
    Some(problem.with_help("for example `30 minutes`, `2h30m` or `1 week`"))
}
