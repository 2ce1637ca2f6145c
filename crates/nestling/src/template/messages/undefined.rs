//! What an undefined name was probably meant to be.

use crate::template::scope::Scope;
use nestling_gitlab::diagnostic::did_you_mean;
use regex::Regex;
use serde_json::Value as Json;
use std::sync::LazyLock;

/// A name with its attributes: `inputs.node`, `unit.dir`.
static PATH: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[A-Za-z_]\w*(?:\.\w+)*").ok());

/// The roots of a scope.
const ROOTS: [&str; 5] = ["unit", "inputs", "vars", "environment", "pipeline"];

/// The first name in an expression that the scope does not have, with the nearest one that it has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    /// Where in the expression it stands, in bytes.
    pub at: usize,
    /// The name as written, up to the part that is missing.
    pub path: String,
    /// What to do.
    pub help: String,
}

/// Looks for the name that made an expression undefined.
pub(crate) fn missing(expression: &str, scope: &Scope) -> Option<Missing> {
    PATH.as_ref()?.find_iter(expression).find_map(|found| missing_in(found.as_str(), found.start(), scope))
}

/// The names of a scope that an expression reads and that are there, with their values.
pub(crate) fn known<'s>(expression: &str, scope: &'s Scope) -> Vec<(String, &'s Json)> {
    let mut known: Vec<(String, &Json)> = Vec::new();
    let paths = PATH.as_ref().into_iter().flat_map(|pattern| pattern.find_iter(expression));
    for path in paths.map(|found| found.as_str()) {
        let mut parts = path.split('.');
        let root = parts.next().and_then(|root| root_of(root, scope));
        let value = root.and_then(|root| parts.try_fold(root, |value, part| value.get(part)));
        if let Some(value) = value.filter(|_| known.iter().all(|(name, _)| name != path)) {
            known.push((path.to_owned(), value));
        }
    }
    known
}

fn root_of<'s>(root: &str, scope: &'s Scope) -> Option<&'s Json> {
    match root {
        "unit" => Some(&scope.unit),
        "inputs" => Some(&scope.inputs),
        "vars" => Some(&scope.vars),
        "pipeline" => Some(&scope.pipeline),
        _ => None,
    }
}

fn missing_in(path: &str, at: usize, scope: &Scope) -> Option<Missing> {
    let mut parts = path.split('.');
    let root = parts.next()?;
    let Some(mut value) = root_of(root, scope) else {
        if root == "environment" {
            return None;
        }
        let near = did_you_mean(root, ROOTS).filter(|near| *near != root)?;
        return Some(Missing { at, path: root.to_owned(), help: format!("did you mean `{near}`?") });
    };
    let mut known = root.to_owned();
    for part in parts {
        let Some(next) = value.get(part) else {
            return Some(Missing { at, path: format!("{known}.{part}"), help: help(part, value, &known) });
        };
        known = format!("{known}.{part}");
        value = next;
    }
    None
}

fn help(part: &str, value: &Json, known: &str) -> String {
    let keys: Vec<&str> =
        value.as_object().into_iter().flat_map(|map| map.keys()).map(String::as_str).collect();
    match did_you_mean(part, keys.iter().copied()) {
        Some(near) => format!("did you mean `{known}.{near}`?"),
        None if known == "inputs" && keys.is_empty() => {
            format!("define it: `spec: {{ inputs: {{ {part}: … }} }}` above the `---`")
        }
        None if keys.is_empty() => format!("`{known}` has no keys here"),
        None => format!("`{known}` has {}", keys.join(", ")),
    }
}
