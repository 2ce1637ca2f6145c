//! A `block` that no template above has: the engine would drop what stands in it without a word.

use crate::template::rules::TEMPLATE_BLOCK;
use crate::template::syntax::syntax;
use crate::workspace::{Body, Templates};
use minijinja::machinery::ast::{Block, Spanned, Stmt};
use minijinja::machinery::parse;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, did_you_mean, number};
use std::collections::BTreeSet;

/// The template that one is laid over.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Parent {
    None,
    Named(String),
    /// Only known when it is rendered.
    Computed,
}

/// What a template says of blocks.
struct Blocks {
    parent: Parent,
    /// The names of all, also of those inside others.
    names: BTreeSet<String>,
    /// Those that stand in no other, with their lines.
    outer: Vec<(String, u32)>,
}

/// Refuses a template that extends another and fills a block that neither it nor one above it has.
///
/// # Errors
/// One for each such block, at its name.
pub(crate) fn refuse(body: &Body, templates: &Templates<'_>) -> Result<(), Vec<Diagnostic>> {
    let Some(own) = read(&body.text).filter(|own| own.parent != Parent::None) else { return Ok(()) };
    let Some(above) = above(own.parent, templates)? else { return Ok(()) };
    let unplaced = own.outer.into_iter().filter(|(name, _)| !above.contains(name));
    let problems: Vec<Diagnostic> = unplaced
        .map(|(name, line)| {
            let message =
                format!("no template above this one has a block `{name}`, so nothing of it is written");
            let problem = Diagnostic::error(&TEMPLATE_BLOCK, place(body, &name, line), message);
            match did_you_mean(&name, above.iter().map(String::as_str)) {
                Some(near) => problem.with_help(format!("did you mean `{near}`?")),
                None if above.is_empty() => {
                    problem.with_help("write `#% block NAME` in the template that is extended")
                }
                None => problem
                    .with_help(format!("they have {}", Vec::from_iter(above.iter().cloned()).join(", "))),
            }
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// The blocks of all templates above; `None` where they cannot be known, or the engine has its own word on them.
fn above(mut parent: Parent, templates: &Templates<'_>) -> Result<Option<BTreeSet<String>>, Vec<Diagnostic>> {
    let mut names = BTreeSet::new();
    let mut seen = BTreeSet::new();
    loop {
        let name = match parent {
            Parent::None => return Ok(Some(names)),
            Parent::Named(name) if seen.insert(name.clone()) => name,
            Parent::Named(_) | Parent::Computed => return Ok(None),
        };
        let template = templates.find(&name)?;
        let Some(blocks) = template.and_then(|template| read(&template.body.text)) else { return Ok(None) };
        names.extend(blocks.names);
        parent = blocks.parent;
    }
}

/// `None` where it has no blocks to speak of, or is no template.
fn read(text: &str) -> Option<Blocks> {
    let Ok(Stmt::Template(template)) = parse(text, "", syntax()) else { return None };
    let mut blocks = Blocks { parent: Parent::None, names: BTreeSet::new(), outer: Vec::new() };
    for statement in &template.children {
        match statement {
            Stmt::Extends(it) => {
                let name = it.name.as_const().and_then(|name| name.as_str().map(str::to_owned));
                blocks.parent = name.map_or(Parent::Computed, Parent::Named);
            }
            Stmt::Block(it) => {
                blocks.outer.push((it.name.to_owned(), it.span().start_line.into()));
                blocks.add(it);
            }
            other => blocks.inside(other),
        }
    }
    Some(blocks)
}

impl Blocks {
    fn add(&mut self, block: &Spanned<Block<'_>>) {
        self.names.insert(block.name.to_owned());
        block.body.iter().for_each(|statement| self.inside(statement));
    }

    fn inside(&mut self, statement: &Stmt<'_>) {
        match statement {
            Stmt::Block(it) => self.add(it),
            Stmt::ForLoop(it) => it.body.iter().chain(&it.else_body).for_each(|inner| self.inside(inner)),
            Stmt::IfCond(it) => {
                it.true_body.iter().chain(&it.false_body).for_each(|inner| self.inside(inner));
            }
            Stmt::WithBlock(it) => it.body.iter().for_each(|inner| self.inside(inner)),
            Stmt::FilterBlock(it) => it.body.iter().for_each(|inner| self.inside(inner)),
            Stmt::AutoEscape(it) => it.body.iter().for_each(|inner| self.inside(inner)),
            _ => {}
        }
    }
}

/// The name of a block on its line.
fn place(body: &Body, name: &str, line: u32) -> Origin {
    let text = body.text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
    let at = text.find("block").and_then(|block| Some(block + text[block..].find(name)?));
    match at {
        Some(at) => {
            let column = number(text[..at].chars().count()) + 1;
            Origin::span(body.file, line, column, number(name.chars().count()))
        }
        None => Origin::line(body.file, line),
    }
}
