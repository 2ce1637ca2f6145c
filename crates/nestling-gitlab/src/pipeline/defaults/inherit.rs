//! `inherit`: the defaults and variables of its file that a job inherits
//! (<https://docs.gitlab.com/ci/yaml/#inherit>).

use crate::diagnostic::{Diagnostic, Origin, Suggestion};
use crate::pipeline::keywords;
use crate::pipeline::rules::INHERIT;
use crate::yaml::Node;

/// The part of `default` or `variables` that a job inherits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Inherit {
    All,
    Nothing,
    Only(Vec<String>),
}

/// Reads `inherit`: the inherited parts of `default` and of `variables`.
pub(super) fn read(inherit: Option<&Node>) -> ((Inherit, Inherit), Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut default = Inherit::All;
    let mut variables = Inherit::All;
    let Some(inherit) = inherit.filter(|node| !node.is_null()) else {
        return ((default, variables), diagnostics);
    };
    let Some(parts) = inherit.as_map() else {
        diagnostics.push(
            error(inherit.origin, format!("`inherit` must be a mapping, found {}", inherit.type_name()))
                .with_help(FORM),
        );
        return ((default, variables), diagnostics);
    };
    for entry in parts.entries.iter().filter(|entry| !entry.value.is_null()) {
        match entry.key.text() {
            "default" => default = part("default", &entry.value, &mut diagnostics),
            "variables" => variables = part("variables", &entry.value, &mut diagnostics),
            key => {
                let message = format!("unknown keyword `{key}` in `inherit`");
                diagnostics.push(error(entry.key.origin, message).with_help(FORM));
            }
        }
    }
    ((default, variables), diagnostics)
}

const FORM: &str = "write `default` or `variables` below it, each with `true`, `false` or a list of names";

fn part(key: &str, node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Inherit {
    if let Some(all) = node.as_bool() {
        return if all { Inherit::All } else { Inherit::Nothing };
    }
    let Some(items) = node.as_seq() else {
        let message =
            format!("`inherit:{key}` must be `true`, `false` or a list of names, found {}", node.type_name());
        diagnostics.push(error(node.origin, message));
        return Inherit::Nothing;
    };
    let names: Vec<String> = items.iter().filter_map(Node::as_str).map(str::to_owned).collect();
    if names.len() < items.len() {
        diagnostics.push(error(node.origin, format!("each item of `inherit:{key}` must be a string")));
    } else if key == "default" {
        let named = items.iter().zip(&names);
        diagnostics.extend(named.filter_map(|(item, name)| unknown_default(item.origin, name)));
    }
    Inherit::Only(names)
}

fn unknown_default(origin: Origin, name: &str) -> Option<Diagnostic> {
    if keywords::DEFAULT.contains(&name) {
        return None;
    }
    let problem = error(origin, format!("unknown keyword `{name}` in `inherit:default`"));
    let suggestion = Suggestion::among(name, keywords::DEFAULT.iter().copied());
    Some(problem.with_help(suggestion.help_or("use keywords of `default`")))
}

fn error(origin: Origin, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(&INHERIT, origin, message)
}

impl Inherit {
    /// Returns `true` if a job inherits the keyword or the variable of this name.
    pub(super) fn includes(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Only(names) => names.iter().any(|included| included == name),
        }
    }
}
