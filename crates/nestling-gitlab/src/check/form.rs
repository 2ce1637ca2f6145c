//! The forms that the values of many keys share, and how a wrong one is told.

use crate::diagnostic::{Diagnostic, Rule, Suggestion};
use crate::pipeline::duration;
use crate::yaml::{Kind, Map, Meaning, Node, Scalar};

/// What stands there, in words.
pub(crate) fn what(node: &Node) -> &'static str {
    match &node.kind {
        Kind::Seq(_) => "a list",
        Kind::Map(_) => "a mapping",
        Kind::Scalar(scalar) => match scalar.meaning() {
            Meaning::Null => "nothing",
            Meaning::Bool(_) => "yes or no",
            Meaning::Int(_) | Meaning::Float(_) => "a number",
            Meaning::Date => "a date",
            Meaning::Symbol => "a symbol",
            Meaning::Text(_) => "a text",
        },
    }
}

/// The value under a key, if there is one: to GitLab a key with nothing is not there. Dates and symbols are left to
/// `yaml-type`.
pub(crate) fn value<'a>(map: &'a Map, key: &str) -> Option<&'a Node> {
    map.get(key).filter(|node| !node.is_null() && !is_told_elsewhere(node))
}

fn is_told_elsewhere(node: &Node) -> bool {
    let meaning = node.as_scalar().map(Scalar::meaning);
    node.is_reference() || matches!(meaning, Some(Meaning::Date | Meaning::Symbol))
}

/// A value of a type that the key does not take.
pub(crate) fn wrong(rule: &'static Rule, key: &str, takes: &str, node: &Node) -> Diagnostic {
    let message = format!("`{key}` takes {takes}, and this is {}", what(node));
    let problem = Diagnostic::error(rule, node.origin, message);
    match node.text() {
        Some(text) if takes.starts_with("a text") => problem.with_help(format!("quote it: \"{text}\"")),
        _ => problem,
    }
}

/// A text.
pub(crate) fn text(rule: &'static Rule, key: &str, node: &Node) -> Option<Diagnostic> {
    node.as_str().is_none().then(|| wrong(rule, key, "a text", node))
}

/// `true` or `false`, unquoted.
pub(crate) fn flag(rule: &'static Rule, key: &str, node: &Node) -> Option<Diagnostic> {
    if node.as_bool().is_some() {
        return None;
    }
    let problem = wrong(rule, key, "`true` or `false`", node);
    Some(if node.as_str().is_some() { problem.with_help("write it without quotes") } else { problem })
}

/// A list of texts.
pub(crate) fn texts(rule: &'static Rule, key: &str, node: &Node) -> Vec<Diagnostic> {
    let Some(items) = node.as_seq() else {
        let problem = wrong(rule, key, "a list of texts", node);
        let help = node.as_str().map(|text| format!("write `{key}: [{text}]`"));
        return vec![match help {
            Some(help) => problem.with_help(help),
            None => problem,
        }];
    };
    items
        .iter()
        .filter(|item| !is_told_elsewhere(item))
        .filter_map(|item| text_item(rule, key, item))
        .collect()
}

fn text_item(rule: &'static Rule, key: &str, item: &Node) -> Option<Diagnostic> {
    if item.as_str().is_some() {
        return None;
    }
    let message = format!("`{key}` is a list of texts, and this is {}", what(item));
    let problem = Diagnostic::error(rule, item.origin, message);
    Some(match item.text() {
        Some(text) => problem.with_help(format!("quote it: \"{text}\"")),
        None => problem,
    })
}

/// One of a few words.
pub(crate) fn one_of(rule: &'static Rule, key: &str, node: &Node, known: &[&str]) -> Option<Diagnostic> {
    let Some(text) = node.text() else { return Some(wrong(rule, key, "a text", node)) };
    if known.contains(&text) {
        return None;
    }
    let problem = Diagnostic::error(rule, node.origin, format!("`{key}` cannot be `{text}`"));
    Some(problem.with_help(
        Suggestion::among(text, known.iter().copied()).help_or(format!("write one of {}", known.join(", "))),
    ))
}

/// Keys that a mapping cannot have. `of` says whose they are: `a need`. One that resembles none may be newer than this
/// program.
pub(crate) fn keys(rule: &'static Rule, of: &str, map: &Map, known: &[&str]) -> Vec<Diagnostic> {
    let unknown = map.entries.iter().filter(|entry| !known.contains(&entry.key.text()));
    let told = unknown.map(|entry| {
        let key = entry.key.text();
        let message = format!("`{key}` is no key of {of}");
        Diagnostic::misspelt(
            rule,
            entry.key.origin,
            message,
            Suggestion::among(key, known.iter().copied()),
            format!("known here: {}; GitLab refuses others, unless it is newer", known.join(", ")),
        )
    });
    told.collect()
}

/// What a duration may be beside one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Also {
    /// Nothing else.
    Nothing,
    /// `never`.
    Never,
}

/// A duration as a text.
pub(crate) fn length_of_time(rule: &'static Rule, key: &str, node: &Node, also: Also) -> Option<Diagnostic> {
    let Some(text) = node.as_str() else {
        let problem = wrong(rule, key, "a duration as a text", node);
        return Some(match node.text() {
            Some(text) if node.as_int().is_some() => {
                problem.with_help(format!("write the unit: `{text} minutes`"))
            }
            _ => problem,
        });
    };
    if (also == Also::Never && text == "never") || duration::seconds(text).is_some() {
        return None;
    }
    let problem = Diagnostic::error(rule, node.origin, format!("`{text}` is no duration that GitLab reads"));
    Some(problem.with_help("write such as `30 minutes`, `2h30m` or `1 week`"))
}
