//! Delimiters of the template language: `${{ }}` prints, `#%` and `{% %}` control, `{#* *#}` is a comment.
//!
//! `${{ }}` is a plain scalar in YAML and clashes with nothing in shell, docker, helm or GitLab; the usual `{{ }}` does.
//! Jinja's usual comment `{#` would break bash's `${#array[@]}`.
//!
//! GitLab has `${{ }}` too, which its runner evaluates. [`owner`] says whose an expression is, and hides GitLab's from the
//! engine.

mod regions;
mod bindings;
mod file_reads;
mod comparisons;
pub(crate) mod hidden;
pub(crate) mod owner;
pub(crate) mod rules;

pub(crate) mod nesting;

pub(crate) use bindings::own_names;
pub(crate) use comparisons::{Comparison, comparisons};
pub(crate) use file_reads::{FileRead, file_reads};
pub(crate) use regions::{Region, regions};

use minijinja::machinery::ast::Stmt;
use minijinja::machinery::{Token, parse, tokenize};
use minijinja::syntax::SyntaxConfig;
use std::ops::Range;
use std::sync::LazyLock;

static SYNTAX: LazyLock<Option<SyntaxConfig>> = LazyLock::new(|| {
    SyntaxConfig::builder()
        .block_delimiters("{%", "%}")
        .variable_delimiters("${{", "}}")
        .comment_delimiters("{#*", "*#}")
        .line_statement_prefix("#%")
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
        .ok()
});

/// Returns the delimiters as the engine takes them.
pub(crate) fn syntax() -> SyntaxConfig {
    // The builder only refuses delimiters that contradict each other, which a test below holds.
    SYNTAX.clone().unwrap_or_default()
}

/// Returns `true` if a string holds anything for the engine to do. Without, it is YAML as it is written.
pub(crate) fn is_template(text: &str) -> bool {
    ["${{", "#%", "{%", "{#*"].iter().any(|delimiter| text.contains(delimiter))
}

/// Returns the bytes between the braces of each `${{ }}`.
pub(crate) fn expressions(source: &str) -> Vec<Range<usize>> {
    let mut expressions = Vec::new();
    let mut start = None;
    for (token, span) in tokenize(source, false, syntax()).map_while(Result::ok) {
        match token {
            Token::VariableStart => start = Some(span.end_offset as usize),
            Token::VariableEnd => {
                expressions.extend(start.take().map(|start| start..span.start_offset as usize));
            }
            _ => {}
        }
    }
    expressions
}

/// Parses a template; `None` where it cannot be parsed, or is too deep to be, which compiling it reports.
pub(crate) fn parsed(template: &str) -> Option<Stmt<'_>> {
    if nesting::too_deep(template).is_some() {
        return None;
    }
    parse(template, "", syntax()).ok()
}

/// Calls `visit` with each statement of a template, also with those inside others. Returns `false` where the template
/// cannot be parsed.
pub(crate) fn visit_statements(template: &str, visit: &mut dyn FnMut(&Stmt<'_>)) -> bool {
    let Some(root) = parsed(template) else { return false };
    visit_within(&root, visit);
    true
}

/// Calls `visit` with a statement and with those inside it.
fn visit_within(statement: &Stmt<'_>, visit: &mut dyn FnMut(&Stmt<'_>)) {
    visit(statement);
    for body in bodies(statement) {
        for inner in body {
            visit_within(inner, visit);
        }
    }
}

/// Returns the lists of statements inside a statement.
fn bodies<'s, 'a>(statement: &'s Stmt<'a>) -> Vec<&'s [Stmt<'a>]> {
    match statement {
        Stmt::Template(template) => vec![&template.children],
        Stmt::ForLoop(for_loop) => vec![&for_loop.body, &for_loop.else_body],
        Stmt::IfCond(condition) => vec![&condition.true_body, &condition.false_body],
        Stmt::WithBlock(with) => vec![&with.body],
        Stmt::SetBlock(set) => vec![&set.body],
        Stmt::AutoEscape(escape) => vec![&escape.body],
        Stmt::FilterBlock(filter) => vec![&filter.body],
        Stmt::Block(block) => vec![&block.body],
        Stmt::Macro(definition) => vec![&definition.body],
        Stmt::CallBlock(block) => vec![&block.macro_decl.body],
        Stmt::EmitExpr(_)
        | Stmt::EmitRaw(_)
        | Stmt::Set(_)
        | Stmt::Do(_)
        | Stmt::Import(_)
        | Stmt::FromImport(_)
        | Stmt::Extends(_)
        | Stmt::Include(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiters_are_ours() {
        assert_eq!(syntax().variable_delimiters(), ("${{", "}}"));
        assert_eq!(syntax().line_statement_prefix(), Some("#%"));
    }
}
