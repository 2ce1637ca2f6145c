//! The names that a template's control lines bind: by `set`, `for`, `with`, `macro`, `import` and `call`.

use super::regions::{Region, regions};
use nestling_gitlab::pipeline::moa::{ExpressionName, names};
use std::ops::Range;

/// The names that a template defines itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct OwnNames<'t> {
    /// Variables of loops and of `set`, parameters, and imported templates.
    pub variables: Vec<&'t str>,
    /// Macros, its own and imported ones.
    pub macros: Vec<&'t str>,
}

/// Returns the names that a template defines itself, wherever it does.
pub(crate) fn own_names(template: &str) -> OwnNames<'_> {
    let mut own = OwnNames::default();
    for region in regions(template) {
        let Region::Control(range) = region else { continue };
        if let [keyword, name, ..] = names(&template[range.clone()]).as_slice()
            && keyword.root == "macro"
        {
            own.macros.push(name.root);
        }
        for binding in bindings(template, range) {
            if binding.is_macro { own.macros.push(binding.name) } else { own.variables.push(binding.name) }
        }
    }
    own
}

/// A name that a template binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binding<'t> {
    /// The name.
    pub name: &'t str,
    /// Its bytes in the template.
    pub range: Range<usize>,
    /// Set if it can be a macro, which is called and has no value of its own.
    pub is_macro: bool,
}

/// Returns the names that a control line binds. `range` is its bytes in the template.
pub(super) fn bindings(template: &str, range: Range<usize>) -> Vec<Binding<'_>> {
    let statement = &template[range.clone()];
    let read = names(statement);
    let Some((keyword, rest)) = read.split_first() else { return Vec::new() };
    let is_bound = |name: &&ExpressionName<'_>| name.keys.is_empty();
    let bound: Vec<&ExpressionName<'_>> = match keyword.root {
        "set" => before(rest, statement, '=').filter(is_bound).collect(),
        "for" => rest.iter().take_while(|name| name.root != "in").filter(is_bound).collect(),
        "with" => rest.iter().filter(|name| is_followed_by(statement, name.range.end, '=')).collect(),
        "macro" | "call" => parameters(rest, statement),
        "import" => rest.iter().skip_while(|name| name.root != "as").skip(1).collect(),
        "from" => rest.iter().skip_while(|name| name.root != "import").skip(1).collect(),
        _ => Vec::new(),
    };
    let binding = |name: &ExpressionName<'_>| {
        let bytes = range.start + name.range.start..range.start + name.range.start + name.root.len();
        Binding { name: &template[bytes.clone()], range: bytes, is_macro: keyword.root == "from" }
    };
    bound.into_iter().map(binding).collect()
}

/// Returns the names before the first character of this kind, or all where there is none.
fn before<'n, 'e>(
    names: &'n [ExpressionName<'e>],
    statement: &str,
    end: char,
) -> impl Iterator<Item = &'n ExpressionName<'e>> {
    let limit = statement.find(end).unwrap_or(statement.len());
    names.iter().filter(move |name| name.range.end <= limit)
}

/// Returns the parameters of a macro, or those of a `call` block: names after the first parenthesis, without the values that
/// they have by default.
fn parameters<'n, 'e>(names: &'n [ExpressionName<'e>], statement: &str) -> Vec<&'n ExpressionName<'e>> {
    let Some(opening) = statement.find('(') else { return Vec::new() };
    let is_parameter = |name: &&ExpressionName<'_>| {
        let is_inside = name.range.start > opening;
        is_inside && statement[..name.range.start].trim_end().ends_with(['(', ','])
    };
    names.iter().filter(is_parameter).collect()
}

fn is_followed_by(statement: &str, end: usize, expected: char) -> bool {
    let rest = statement[end..].trim_start();
    rest.starts_with(expected) && !rest.starts_with("==")
}
