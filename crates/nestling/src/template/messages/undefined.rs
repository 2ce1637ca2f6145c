//! Finds the undefined name of an expression, and a suggestion.

use crate::template::files::FUNCTIONS;
use crate::template::scope::{EnvironmentScope, Scope};
use crate::template::unit_prints::KEYS_OF_UNITS;
use nestling_gitlab::diagnostic::Suggestion;
use regex::Regex;
use serde_json::Value as Json;
use std::sync::LazyLock;

/// A name with its attributes: `inputs.node`, `unit.dir`.
static PATH: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[A-Za-z_]\w*(?:\.\w+)*").ok());

/// The names that a scope can have.
const SCOPE_NAMES: [&str; 8] =
    ["unit", "inputs", "vars", "environment", "environments", "pipeline", "files", "units"];

/// A name that a scope does not have.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UndefinedName {
    /// Its first byte in the expression.
    pub offset: usize,
    /// The name as it is written, up to the part that is undefined.
    pub path: String,
    /// The fix.
    pub help: String,
}

/// Finds the first name in an expression that the scope does not have. The engine says which expression is undefined,
/// and not which part of it.
pub(crate) fn find_undefined(expression: &str, scope: &Scope) -> Option<UndefinedName> {
    let mut paths = PATH.as_ref()?.find_iter(expression);
    paths.find_map(|path| undefined_in(path.as_str(), path.start(), scope))
}

/// Returns the names of a scope that an expression reads, with their values.
pub(crate) fn defined_names<'s>(expression: &str, scope: &'s Scope) -> Vec<(String, &'s Json)> {
    let mut defined: Vec<(String, &Json)> = Vec::new();
    let Some(pattern) = PATH.as_ref() else { return defined };
    for path in pattern.find_iter(expression) {
        let path = path.as_str();
        let is_known = defined.iter().any(|(known, _)| known == path);
        // What the scope has of it is not what the expression reads.
        let is_asked = path == "unit.fingerprint";
        if let Some(value) = value_of(path, scope).filter(|_| !is_known && !is_asked) {
            defined.push((path.to_owned(), value));
        }
    }
    defined
}

fn value_of<'s>(path: &str, scope: &'s Scope) -> Option<&'s Json> {
    let mut parts = path.split('.');
    let root = root_value(parts.next()?, scope)?;
    parts.try_fold(root, |value, part| value.get(part))
}

fn root_value<'s>(name: &str, scope: &'s Scope) -> Option<&'s Json> {
    match name {
        "unit" => Some(&scope.unit),
        "inputs" => Some(&scope.inputs),
        "vars" => Some(&scope.vars),
        "pipeline" => Some(&scope.pipeline),
        _ => None,
    }
}

/// Returns the environment that a job deploys to, where that is known.
fn environment_value<'s>(name: &str, scope: &'s Scope) -> Option<&'s Json> {
    match &scope.environment {
        EnvironmentScope::Bound(value) if name == "environment" && value.is_object() => Some(value),
        _ => None,
    }
}

fn undefined_in(path: &str, offset: usize, scope: &Scope) -> Option<UndefinedName> {
    let mut parts = path.split('.');
    let root = parts.next()?;
    match root {
        "files" => return unknown_file_function(path, offset),
        "units" if scope.dependencies.is_some() => return unknown_key_of_unit(path, offset),
        _ => {}
    }
    let value = root_value(root, scope).or_else(|| environment_value(root, scope));
    let Some(mut value) = value else {
        return misspelt_root(root, offset);
    };
    let mut defined = root.to_owned();
    for part in parts {
        let Some(inner) = value.get(part) else {
            let help = help_for_key(part, value, &defined);
            return Some(UndefinedName { offset, path: format!("{defined}.{part}"), help });
        };
        defined = format!("{defined}.{part}");
        value = inner;
    }
    None
}

/// A unit of `units` has two keys.
fn unknown_key_of_unit(path: &str, offset: usize) -> Option<UndefinedName> {
    let key = path.split('.').nth(2).filter(|key| !KEYS_OF_UNITS.contains(key));
    let help = key.and_then(|key| Suggestion::among(key, KEYS_OF_UNITS).word());
    let help = help.map_or_else(
        || format!("a unit of `units` has {}", KEYS_OF_UNITS.join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    Some(UndefinedName { offset, path: path.to_owned(), help })
}

/// `files` has functions and no values.
fn unknown_file_function(path: &str, offset: usize) -> Option<UndefinedName> {
    let function = path.split('.').nth(1).filter(|function| !FUNCTIONS.contains(function))?;
    let help = match Suggestion::among(function, FUNCTIONS).word() {
        Some(near) => format!("did you mean `files.{near}(…)`?"),
        None => format!("`files` has {}", FUNCTIONS.join(", ")),
    };
    Some(UndefinedName { offset, path: format!("files.{function}"), help })
}

/// A name that is none of the scope's can be the template's own, so that only what resembles one is a mistake.
fn misspelt_root(name: &str, offset: usize) -> Option<UndefinedName> {
    if SCOPE_NAMES.contains(&name) {
        return None;
    }
    let near = Suggestion::among(name, SCOPE_NAMES).word()?;
    Some(UndefinedName { offset, path: name.to_owned(), help: format!("did you mean `{near}`?") })
}

fn help_for_key(key: &str, mapping: &Json, mapping_path: &str) -> String {
    if (mapping_path, key) == ("pipeline", "branch") {
        return "the pipeline of a merge request has no branch: check `pipeline.branch is defined` first, or use `pipeline.mr.source_branch`, or `pipeline.ref`, which is always defined"
            .to_owned();
    }
    let keys = mapping.as_object().into_iter().flat_map(|mapping| mapping.keys());
    let keys: Vec<&str> = keys.map(String::as_str).collect();
    match Suggestion::among(key, keys.iter().copied()).word() {
        Some(near) => format!("did you mean `{mapping_path}.{near}`?"),
        None if mapping_path == "inputs" && keys.is_empty() => {
            format!("define it: `spec: {{ inputs: {{ {key}: … }} }}` above the `---`")
        }
        None if keys.is_empty() => format!("`{mapping_path}` has no keys here"),
        None => format!("`{mapping_path}` has {}", keys.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::plan_files;

    const WORKSPACE: &str =
        "workspace: { templates: [ci], environments: { prod: { variables: { KEY: a } } } }";

    #[test]
    fn names_of_the_template_and_of_the_environment_are_proposed() {
        for (expression, message, help) in [
            ("shrd | string", "`shrd` is undefined", "did you mean `shard`?"),
            ("shrd", "`shrd` is undefined", "did you mean `shard`?"),
            ("flag()", "unknown function `flag`", "did you mean `flags(…)`?"),
            ("environment.nam", "`environment.nam` is undefined", "did you mean `environment.name`?"),
            (
                "environment.variables.KYE",
                "`environment.variables.KYE` is undefined",
                "did you mean `environment.variables.KEY`?",
            ),
            ("enviroment.name", "`enviroment` is undefined", "did you mean `environment`?"),
        ] {
            let template = format!(
                "#% macro flags()\n-x\n#% endmacro\n#% for shard in [1]\na: {{ environment: [prod], script: \"${{{{ {expression} }}}}\" }}\n#% endfor\n"
            );
            let files = [
                ("nestling.yml", WORKSPACE),
                ("ci/t.yml", template.as_str()),
                ("api/nestling.yml", "unit: { use: t }"),
            ];
            let plan = plan_files(files).unwrap();
            let errors = plan.diagnostics.into_iter().filter(|problem| problem.message == message);
            let helps: Vec<Option<String>> = errors.map(|problem| problem.help).collect();
            assert_eq!(helps, [Some(help.to_owned())], "{expression}");
        }
    }
}
