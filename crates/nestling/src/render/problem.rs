//! The engine's errors as diagnostics at the template's own line and column.

use super::scope::Scope;
use super::sign::{CLOSE, MARK};
use super::{suggest, unclosed};
use crate::diagnostic::{Diagnostic, FileId, Origin, Sources};
use minijinja::{Error, ErrorKind};
use std::error::Error as _;

/// What an error of the engine says to a person. `marked` gives the marked text of a template by the engine's name.
pub(crate) fn problem(
    error: &Error,
    scope: &Scope,
    sources: &Sources,
    marked: &dyn Fn(&str) -> Option<(FileId, String)>,
) -> Diagnostic {
    let chain = chain(error);
    let innermost = *chain.last().unwrap_or(&error);
    let place = |error: &Error| place(error, marked);
    if let Some(problem) = unclosed::unclosed(innermost, marked) {
        return problem;
    }
    let (origin, expression) = chain.iter().rev().find_map(|error| place(error)).unzip();
    let mut problem = Diagnostic::new("template", crate::diagnostic::Severity::Error, message(innermost));
    problem.rule = rule(innermost.kind());
    if let Some(origin) = origin {
        problem = problem.with_label(origin, "");
    }
    let expression = expression.unwrap_or_default();
    match (innermost.kind(), suggest::missing(&expression, scope)) {
        (ErrorKind::UndefinedError, Some(missing)) => {
            problem.message = format!("`{}` is undefined", missing.path);
            problem.help = Some(missing.help);
        }
        (kind @ ErrorKind::UndefinedError, None) if !expression.is_empty() => {
            problem.message = format!("`{}` is undefined", expression.lines().next().unwrap_or_default());
            problem.help = help(kind, innermost);
        }
        (kind, _) => problem.help = help(kind, innermost),
    }
    for outer in chain.iter().rev().skip(1) {
        if let Some((at, _)) = place(outer)
            .filter(|(at, _)| origin.is_none_or(|origin| (origin.file, origin.line) != (at.file, at.line)))
        {
            problem = problem.with_note(format!("included from {}", sources.place(at)));
        }
    }
    problem
}

/// The errors of the engine from the outermost to the innermost.
fn chain(error: &Error) -> Vec<&Error> {
    let mut chain = vec![error];
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(inner) = inner.downcast_ref::<Error>() {
            chain.push(inner);
        }
        source = inner.source();
    }
    chain
}

/// Where it happened, and the expression there.
fn place(error: &Error, marked: &dyn Fn(&str) -> Option<(FileId, String)>) -> Option<(Origin, String)> {
    let (file, text) = marked(error.name()?)?;
    let line = error.line()?;
    let whole = (Origin::line(file, u32::try_from(line).unwrap_or(u32::MAX)), String::new());
    let Some(range) = error.range().filter(|range| text.get(range.clone()).is_some_and(|t| !t.is_empty()))
    else {
        return Some(whole);
    };
    let before = &text[..range.start];
    let start_of_line = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.matches('\n').count() + 1;
    let expression = &text[range];
    let first = expression.lines().next().unwrap_or_default();
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let column = number(width(&before[start_of_line..])) + 1;
    let origin = Origin::span(file, number(line), column, number(width(first)));
    Some((origin, expression.to_owned()))
}

/// The characters of a marked text, marks not counted.
fn width(text: &str) -> usize {
    let mut count = 0;
    let mut inside = false;
    for c in text.chars() {
        match c {
            MARK => inside = true,
            CLOSE => inside = false,
            _ if !inside => count += 1,
            _ => {}
        }
    }
    count
}

fn rule(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::SyntaxError => "template-syntax",
        ErrorKind::UndefinedError => "template-undefined",
        ErrorKind::TemplateNotFound => "template-missing",
        ErrorKind::OutOfFuel => "template-limit",
        ErrorKind::UnknownFilter | ErrorKind::UnknownFunction | ErrorKind::UnknownTest => "template-unknown",
        _ => "template",
    }
}

fn message(error: &Error) -> String {
    let detail = error.detail().unwrap_or_default();
    match error.kind() {
        ErrorKind::SyntaxError => format!("this is not valid template syntax: {detail}"),
        ErrorKind::UnknownFilter | ErrorKind::UnknownFunction | ErrorKind::UnknownTest => {
            unknown(error.kind(), detail)
        }
        ErrorKind::UndefinedError if detail.is_empty() => "this is undefined".to_owned(),
        ErrorKind::OutOfFuel => {
            "the template does too much: it is stopped before it fills the memory".to_owned()
        }
        ErrorKind::InvalidOperation if detail.contains("recursion limit") => {
            "templates or macros call each other without an end".to_owned()
        }
        _ if detail.is_empty() => error.kind().to_string(),
        _ => detail.to_owned(),
    }
}

/// `filter shell is unknown` in our words.
fn unknown(kind: ErrorKind, detail: &str) -> String {
    let what = match kind {
        ErrorKind::UnknownFilter => "filter",
        ErrorKind::UnknownTest => "test",
        _ => "function",
    };
    let name = detail.trim_end_matches(" is unknown").trim_start_matches(what).trim();
    format!("there is no {what} `{name}`")
}

fn help(kind: ErrorKind, error: &Error) -> Option<String> {
    let detail = error.detail().unwrap_or_default();
    let help = match kind {
        ErrorKind::UndefinedError => "set it before, or write `| default(…)`",
        ErrorKind::OutOfFuel => "look for a loop that runs over too much",
        ErrorKind::TemplateNotFound => {
            "names are looked up as in `use:`, in the folders of `workspace: { templates: […] }`"
        }
        ErrorKind::UnknownFilter => "beside Jinja's own there are `sh`, `slug`, `env_slug` and `yaml`",
        ErrorKind::SyntaxError if detail.contains("end of input") || detail.contains("unexpected end") => {
            "a block or an expression is not closed: look for a missing `endif`, `endfor`, `endmacro` or `}}`"
        }
        _ => return None,
    };
    Some(help.to_owned())
}
