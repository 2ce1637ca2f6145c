//! `inherit`: what a job takes of the defaults and of the variables of its file
//! (<https://docs.gitlab.com/ci/yaml/#inherit>).

use crate::diagnostic::{Diagnostic, Origin, Suggestion};
use crate::pipeline::keywords;
use crate::pipeline::rules::INHERIT;
use crate::yaml::Node;

/// The part of one of them that a job inherits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Inherit {
    All,
    Nothing,
    Only(Vec<String>),
}

/// Reads `inherit`: what is taken of `default`, and what of `variables`.
pub(super) fn read(inherit: Option<&Node>) -> ((Inherit, Inherit), Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let (mut default, mut variables) = (Inherit::All, Inherit::All);
    let Some(inherit) = inherit.filter(|node| !node.is_null()) else {
        return ((default, variables), diagnostics);
    };
    let Some(parts) = inherit.as_map() else {
        diagnostics.push(error(inherit.origin, "`inherit` has to be a mapping").with_help(FORM));
        return ((default, variables), diagnostics);
    };
    for entry in parts.entries.iter().filter(|entry| !entry.value.is_null()) {
        match entry.key.text() {
            "default" => default = part("default", &entry.value, &mut diagnostics),
            "variables" => variables = part("variables", &entry.value, &mut diagnostics),
            key => {
                let message = format!("`inherit` cannot hold `{key}`");
                diagnostics.push(error(entry.key.origin, message).with_help(FORM));
            }
        }
    }
    ((default, variables), diagnostics)
}

const FORM: &str = "write `default` or `variables` under it, each with `true`, `false` or a list of names";

fn part(key: &str, node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Inherit {
    if let Some(all) = node.as_bool() {
        return if all { Inherit::All } else { Inherit::Nothing };
    }
    let Some(items) = node.as_seq() else {
        let message = format!("`inherit:{key}` has to be `true`, `false` or a list of names");
        diagnostics.push(error(node.origin, message));
        return Inherit::Nothing;
    };
    let names: Vec<String> = items.iter().filter_map(Node::as_str).map(str::to_owned).collect();
    if names.len() < items.len() {
        diagnostics.push(error(node.origin, format!("`inherit:{key}` has to be a list of names")));
    }
    for (item, name) in items.iter().zip(&names).filter(|_| key == "default" && names.len() == items.len()) {
        if !keywords::DEFAULT.contains(&name.as_str()) {
            let problem = error(item.origin, format!("`default` has no key `{name}` to inherit"));
            diagnostics.push(
                problem.with_help(
                    Suggestion::among(name, keywords::DEFAULT.iter().copied())
                        .help_or("name keys that `default` can hold"),
                ),
            );
        }
    }
    Inherit::Only(names)
}

fn error(origin: Origin, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(&INHERIT, origin, message)
}

impl Inherit {
    /// Returns `true` if a job inherits the keyword or the variable of this name.
    pub(super) fn takes(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Only(names) => names.iter().any(|one| one == name),
        }
    }
}
