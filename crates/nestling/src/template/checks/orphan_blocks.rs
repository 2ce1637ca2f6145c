//! Blocks that no template above has, and lines outside of all blocks: the engine would drop their text silently.

use crate::template::rules::TEMPLATE_BLOCK;
use crate::template::source_position::characters;
use crate::template_syntax::visit_statements;
use crate::workspace::{Body, Templates};
use minijinja::machinery::ast::Stmt;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Suggestion};
use std::collections::BTreeSet;

/// The template that another one extends.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Parent {
    None,
    Named(String),
    /// Only known when it is rendered.
    Computed,
}

/// The blocks of a template.
struct Blocks {
    parent: Parent,
    /// The names of all, also of those inside others.
    names: BTreeSet<String>,
    /// Name and line of those that are inside no other: where a template extends another, only blocks are written, and
    /// these need a place there.
    outermost: Vec<(String, u32)>,
    /// The first line behind `extends` that is inside no block, and not blank or a comment.
    stray: Option<u32>,
}

/// Refuses a template that extends another, and fills a block that no template above has or has lines outside of its blocks.
///
/// # Errors
/// One for the first such line, and one for each such block, at its name.
pub(crate) fn orphan_blocks(body: &Body, templates: &Templates<'_>) -> Result<(), Vec<Diagnostic>> {
    let Some(blocks) = Blocks::read(&body.text).filter(|blocks| blocks.parent != Parent::None) else {
        return Ok(());
    };
    let mut problems: Vec<Diagnostic> = blocks.stray.map(|line| stray(body, line)).into_iter().collect();
    let Some(above) = names_above(blocks.parent, templates)? else {
        return if problems.is_empty() { Ok(()) } else { Err(problems) };
    };
    for (name, line) in &blocks.outermost {
        if !above.contains(name) {
            problems.push(orphan(body, name, *line, &above));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn stray(body: &Body, line: u32) -> Diagnostic {
    let message = "a line outside of all blocks would be dropped, because this template extends another";
    let problem = Diagnostic::error(&TEMPLATE_BLOCK, Origin::line(body.file, line), message);
    problem.with_help("write it in a block that the parent has: `#% block NAME` … `#% endblock`")
}

fn orphan(body: &Body, name: &str, line: u32, above: &BTreeSet<String>) -> Diagnostic {
    let message = format!("no parent template has a block `{name}`, so it would be dropped");
    let problem = Diagnostic::error(&TEMPLATE_BLOCK, name_origin(body, name, line), message);
    let names: Vec<&str> = above.iter().map(String::as_str).collect();
    match Suggestion::among(name, names.iter().copied()).word() {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None if names.is_empty() => problem.with_help("define it in the parent: `#% block NAME`"),
        None => problem.with_help(format!("they have {}", names.join(", "))),
    }
}

/// Returns the names of the blocks of all templates above; `None` where they cannot be known. A template that is not
/// there, or that extends itself, is the engine's own error.
fn names_above(
    mut parent: Parent,
    templates: &Templates<'_>,
) -> Result<Option<BTreeSet<String>>, Vec<Diagnostic>> {
    let mut names = BTreeSet::new();
    let mut visited = BTreeSet::new();
    loop {
        let name = match parent {
            Parent::None => return Ok(Some(names)),
            Parent::Named(name) if visited.insert(name.clone()) => name,
            Parent::Named(_) | Parent::Computed => return Ok(None),
        };
        let Some(template) = templates.find(&name)? else { return Ok(None) };
        let Some(blocks) = Blocks::read(&template.body.text) else { return Ok(None) };
        names.extend(blocks.names);
        parent = blocks.parent;
    }
}

impl Blocks {
    /// Returns the blocks of a template; `None` where it cannot be parsed, which compiling it reports.
    fn read(text: &str) -> Option<Self> {
        let mut blocks =
            Self { parent: Parent::None, names: BTreeSet::new(), outermost: Vec::new(), stray: None };
        let is_parsed = visit_statements(text, &mut |statement| match statement {
            Stmt::Template(template) => blocks.add_outermost(&template.children),
            Stmt::Block(block) => drop(blocks.names.insert(block.name.to_owned())),
            // One inside of `if` may not be reached.
            Stmt::Extends(_) if blocks.parent == Parent::None => blocks.parent = Parent::Computed,
            _ => {}
        });
        is_parsed.then_some(blocks)
    }

    fn add_outermost(&mut self, statements: &[Stmt<'_>]) {
        for statement in statements {
            match statement {
                Stmt::Block(block) => {
                    self.outermost.push((block.name.to_owned(), block.span().start_line.into()));
                }
                Stmt::Extends(extends) => {
                    let name = extends.name.as_const().and_then(|name| name.as_str().map(str::to_owned));
                    self.parent = name.map_or(Parent::Computed, Parent::Named);
                }
                statement if self.parent != Parent::None && self.stray.is_none() => {
                    self.stray = first_line_of(statement);
                }
                _ => {}
            }
        }
    }
}

/// Returns the first line that a template writes, outside of its macros. A comment of YAML does not count.
pub(crate) fn first_written_line(text: &str) -> Option<u32> {
    let mut first = None;
    visit_statements(text, &mut |statement| {
        if let Stmt::Template(template) = statement {
            first = template.children.iter().find_map(first_line_of);
        }
    });
    first
}

/// Returns the first line that a statement writes, unless it is a comment of YAML.
fn first_line_of(statement: &Stmt<'_>) -> Option<u32> {
    let among = |statements: &[Stmt<'_>]| statements.iter().find_map(first_line_of);
    match statement {
        Stmt::EmitRaw(raw) => first_content(raw.raw, raw.span().start_line.into()),
        Stmt::EmitExpr(expression) => Some(expression.span().start_line.into()),
        Stmt::ForLoop(each) => among(&each.body).or_else(|| among(&each.else_body)),
        Stmt::IfCond(condition) => among(&condition.true_body).or_else(|| among(&condition.false_body)),
        _ => None,
    }
}

/// Returns the first line of a string, given the line that it starts in, with more than white space or a comment of YAML.
fn first_content(text: &str, start: u32) -> Option<u32> {
    let is_content = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let index = text.lines().position(is_content)?;
    Some(start.saturating_add(u32::try_from(index).ok()?))
}

/// Returns the origin of a block's name, given the line of its statement.
fn name_origin(body: &Body, name: &str, line: u32) -> Origin {
    let text = body.text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
    let offset = text.find("block").and_then(|block| Some(block + text[block..].find(name)?));
    match offset {
        Some(offset) => {
            let column = characters(&text[..offset]) + 1;
            Origin::span(body.file, line, column, characters(name))
        }
        None => Origin::line(body.file, line),
    }
}
