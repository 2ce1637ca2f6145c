//! What an undefined name was probably meant to be.

use super::scope::Scope;
use crate::diagnostic::did_you_mean;
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
    /// The name as written, up to the part that is missing.
    pub path: String,
    /// What to do.
    pub help: String,
}

/// Looks for the name that made an expression undefined.
pub(crate) fn missing(expression: &str, scope: &Scope) -> Option<Missing> {
    let paths = PATH.as_ref()?.find_iter(expression).map(|found| found.as_str());
    paths.filter_map(|path| missing_in(path, scope)).next()
}

fn missing_in(path: &str, scope: &Scope) -> Option<Missing> {
    let mut parts = path.split('.');
    let root = parts.next()?;
    let mut value = match root {
        "unit" => &scope.unit,
        "inputs" => &scope.inputs,
        "vars" => &scope.vars,
        "pipeline" => &scope.pipeline,
        "environment" => return None,
        _ => {
            let near = did_you_mean(root, ROOTS)?;
            return Some(Missing { path: root.to_owned(), help: format!("did you mean `{near}`?") });
        }
    };
    let mut known = root.to_owned();
    for part in parts {
        let Some(next) = value.get(part) else {
            return Some(Missing { path: format!("{known}.{part}"), help: help(part, value, &known) });
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
