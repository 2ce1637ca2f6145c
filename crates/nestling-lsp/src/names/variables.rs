//! Statements of templates with the lines that they hold, and the variables that they give values.

use super::{Name, NameKind};
use nestling::ide::{TemplateRegion, template_regions};
use nestling_gitlab::pipeline::moa::{self, ExpressionName};
use std::ops::Range;

/// The statements that an end closes.
const CLOSED: [&str; 8] = ["for", "if", "macro", "block", "with", "filter", "call", "set"];

/// A statement with an end, and the bytes of both with all between them.
pub(crate) struct Statement<'t> {
    pub keyword: &'t str,
    /// Its first name, such as that of a macro.
    pub name: Option<Range<usize>>,
    pub range: Range<usize>,
    /// The bytes of the statement itself.
    head: Range<usize>,
}

/// Returns the statements of a file that an end closes, the inner ones before the outer.
pub(crate) fn statements(text: &str) -> Vec<Statement<'_>> {
    let mut open: Vec<Statement<'_>> = Vec::new();
    let mut closed = Vec::new();
    for region in template_regions(text) {
        let TemplateRegion::Control(range) = region else { continue };
        let inside = &text[range.clone()];
        let names = moa::names(inside);
        let Some((keyword, rest)) = names.split_first() else { continue };
        if let Some(ended) = keyword.root.strip_prefix("end") {
            if let Some(position) = open.iter().rposition(|statement| statement.keyword == ended) {
                let statement = open.drain(position..).next();
                closed.extend(
                    statement
                        .map(|statement| Statement { range: statement.range.start..range.end, ..statement }),
                );
            }
        } else if CLOSED.contains(&keyword.root) && (keyword.root != "set" || !inside.contains('=')) {
            let name = rest.first().map(|name| bytes(&range, name));
            // The line of a control line belongs to it.
            let start = text[..range.start].rfind('\n').map_or(0, |newline| newline + 1);
            open.push(Statement { keyword: keyword.root, name, range: start..range.end, head: range });
        }
    }
    closed
}

fn bytes(region: &Range<usize>, name: &ExpressionName<'_>) -> Range<usize> {
    let start = region.start + name.range.start;
    start..start + name.root.len()
}

/// A variable: its name where it gets a value, and the bytes in which it has it.
struct Variable<'t> {
    name: &'t str,
    bound: Range<usize>,
    scope: Range<usize>,
}

/// Returns the variables of loops, of `set` and `with`, the parameters of macros, and the names of imported templates.
fn variables(text: &str) -> Vec<Variable<'_>> {
    let statements = statements(text);
    let holders = |offset: usize| {
        let around = statements.iter().filter(move |statement| {
            matches!(statement.keyword, "for" | "macro" | "block" | "with" | "call")
                && statement.head.end < offset
                && offset < statement.range.end
        });
        around.min_by_key(|statement| statement.range.len())
    };
    let mut variables = Vec::new();
    for region in template_regions(text) {
        let TemplateRegion::Control(range) = region else { continue };
        let names = moa::names(&text[range.clone()]);
        let Some((keyword, rest)) = names.split_first() else { continue };
        let bound: Vec<&ExpressionName<'_>> = match keyword.root {
            "for" => rest.iter().take_while(|name| name.root != "in").collect(),
            "set" => rest.iter().take(1).filter(|name| name.keys.is_empty()).collect(),
            "macro" => rest.iter().skip(1).filter(|name| is_parameter(text, &range, name)).collect(),
            "import" => rest.iter().skip_while(|name| name.root != "as").skip(1).collect(),
            "with" => rest.iter().filter(|name| is_given(text, &range, name)).collect(),
            _ => continue,
        };
        let own = statements.iter().find(|statement| statement.head == range);
        let scope = match (keyword.root, own) {
            ("for" | "macro" | "with", Some(statement)) => statement.range.clone(),
            ("for" | "macro" | "with", None) => continue,
            _ => holders(range.start).map_or(0..text.len(), |statement| statement.range.clone()),
        };
        let variable = |name: &&ExpressionName<'_>| {
            let bound = bytes(&range, name);
            Variable { name: &text[bound.clone()], bound, scope: scope.clone() }
        };
        variables.extend(bound.iter().map(variable));
    }
    variables
}

/// Returns `true` for a parameter of a macro, and `false` for a name in its default.
fn is_parameter(text: &str, statement: &Range<usize>, name: &ExpressionName<'_>) -> bool {
    let before = text[statement.start..statement.start + name.range.start].trim_end();
    before.ends_with(['(', ','])
}

/// Returns `true` for a name that `with` gives a value.
fn is_given(text: &str, statement: &Range<usize>, name: &ExpressionName<'_>) -> bool {
    let behind = text[statement.start + name.range.end..statement.end].trim_start();
    name.keys.is_empty() && behind.starts_with('=') && !behind.starts_with("==")
}

/// Adds the variables of a file's statements, each where it gets its value and where it is read.
pub(super) fn add(text: &str, owner: &str, collected: &mut Vec<Name>) {
    let variables = variables(text);
    if variables.is_empty() {
        return;
    }
    for region in template_regions(text) {
        let (TemplateRegion::Control(range) | TemplateRegion::Expression(range)) = region else { continue };
        for name in moa::names(&text[range.clone()]) {
            let place = bytes(&range, &name);
            let of_name = variables.iter().filter(|variable| variable.name == name.root);
            let in_scope = of_name.filter(|variable| variable.scope.contains(&place.start));
            // The list of a loop is read outside of it.
            let is_read = |variable: &&Variable<'_>| {
                let is_own = range.contains(&variable.bound.start);
                !is_own || variable.bound == place
            };
            let innermost = in_scope.filter(is_read).min_by_key(|variable| variable.scope.len());
            let Some(variable) = innermost else { continue };
            let kind = NameKind::Variable(format!("{owner}:{}", variable.scope.start));
            let name = Name::new(kind, name.root, place);
            let is_bound = variables.iter().any(|variable| variable.bound == name.range);
            collected.push(if is_bound { name.definition() } else { name });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_read_in_its_scope() {
        let text = "#% for a in a.b
x ${{ a }}: ${{ loop.index }}
#% set c = a
#% for a in [c]
${{ a }} ${{ c }}
#% endfor
#% endfor
#% macro m(a, d=c)
${{ a }}${{ d }}
#% endmacro
${{ a }}
";
        let mut names = Vec::new();
        add(text, "t", &mut names);
        let line = |offset: usize| text[..offset].matches('\n').count() + 1;
        let found: Vec<String> = names
            .iter()
            .map(|name| {
                let NameKind::Variable(scope) = &name.kind else { unreachable!() };
                let start: usize = scope.rsplit(':').next().unwrap().parse().unwrap();
                let mark = if name.is_definition { "=" } else { "" };
                format!("{}{mark} {} of {}", name.text, line(name.range.start), line(start))
            })
            .collect();
        let expected = [
            "a= 1 of 1",
            "a 2 of 1",
            "c= 3 of 1",
            "a 3 of 1",
            "a= 4 of 4",
            "c 4 of 1",
            "a 5 of 4",
            "c 5 of 1",
            "a= 8 of 8",
            "d= 8 of 8",
            "a 9 of 8",
            "d 9 of 8",
        ];
        assert_eq!(found, expected);
    }
}
