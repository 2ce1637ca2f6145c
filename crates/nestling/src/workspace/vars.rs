//! `vars` of the workspace, with values that were given on the command line.

use super::Workspace;
use crate::given_vars::GivenVars;
use nestling_gitlab::diagnostic::{Diagnostic, Suggestion};
use nestling_gitlab::instance::rules::HEADER;
use nestling_gitlab::yaml::{Map, Node};

/// Replaces the values of variables. Those that are not declared, and values of another type, make no difference: base may have
/// other ones than head.
pub(super) fn replace(vars: &mut Map, given: &GivenVars) {
    for (name, value) in given.iter() {
        if let Some(Ok(value)) = vars.get(name).map(|declared| typed(declared, value)) {
            vars.set(name, value);
        }
    }
}

/// Returns an error for each given value that no variable of the workspace takes.
pub(crate) fn given_problems(workspace: &Workspace, given: &GivenVars) -> Vec<Diagnostic> {
    let problem = |(name, value): (&str, &str)| {
        let Some(declared) = workspace.vars.get(name) else {
            return Some(undeclared(workspace, name));
        };
        let why = typed(declared, value).err()?;
        let message = format!("`--var {name}={value}`: {why}");
        Some(Diagnostic::error(&HEADER, declared.origin, message))
    };
    given.iter().filter_map(problem).collect()
}

fn undeclared(workspace: &Workspace, name: &str) -> Diagnostic {
    let message = format!("`--var {name}`: the workspace has no variable `{name}`");
    let names = workspace.vars.iter().map(|(name, _)| name);
    let help = Suggestion::among(name, names)
        .help_or(format!("declare it with a default: `vars: {{ {name}: … }}` of `workspace`"));
    Diagnostic::error(&HEADER, workspace.origin(), message).with_help(help)
}

/// Returns a value as one of the type that is declared. An empty declaration takes a string.
///
/// # Errors
/// It has another type.
fn typed(declared: &Node, value: &str) -> Result<Node, String> {
    let (origin, plain) = (declared.origin, Node::plain(declared.origin, value));
    let is_string = declared.is_null() || declared.type_name() == Node::string(origin, "").type_name();
    if is_string {
        return Ok(Node::string(origin, value));
    }
    if declared.as_scalar().is_none() {
        return Err(format!("a value of the command line cannot replace {}", declared.type_name()));
    }
    match plain.type_name() == declared.type_name() {
        true => Ok(plain),
        false => Err(format!("the value must be {}, found {}", declared.type_name(), plain.type_name())),
    }
}
