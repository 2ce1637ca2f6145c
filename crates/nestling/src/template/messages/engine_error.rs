//! The engine's errors as diagnostics at the template's own line and column.

use crate::template::marks::private_use::visible;
use crate::template::messages::context;
use crate::template::messages::unclosed;
use crate::template::messages::undefined;
use crate::template::rules::{
    TEMPLATE, TEMPLATE_LIMIT, TEMPLATE_MISSING, TEMPLATE_SYNTAX, TEMPLATE_UNDEFINED, TEMPLATE_UNKNOWN,
};
use crate::template::scope::Scope;
use minijinja::{Error, ErrorKind};
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, Rule, Sources, did_you_mean, number};
use std::error::Error as _;
use std::ops::Range;

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
    let mut found = chain.iter().rev().find_map(|error| place(error));
    if innermost.kind() == ErrorKind::UndefinedError {
        found = found.map(Place::with_filtered);
    }
    let (mut origin, expression) =
        found.as_ref().map(|found| (found.origin, found.expression.clone())).unzip();
    let mut problem =
        Diagnostic::new(&TEMPLATE, nestling_gitlab::diagnostic::Severity::Error, message(innermost));
    problem.rule = rule(innermost.kind());
    let expression = expression.unwrap_or_default();
    let set = found.as_ref().filter(|_| innermost.kind() == ErrorKind::UndefinedError);
    if let Some((set, missing)) = set.and_then(|found| set_from_nothing(found, &expression, scope)) {
        let name =
            expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
        let mut problem =
            Diagnostic::error(rule(innermost.kind()), set, format!("`{}` is undefined", missing.path));
        if let Some(origin) = origin {
            problem = problem.with_label(origin, format!("and so is `{name}`, which is printed here"));
        }
        return problem.with_help(missing.help);
    }
    match (innermost.kind(), undefined::missing(&expression, scope)) {
        (ErrorKind::UndefinedError, Some(missing)) => {
            origin = found.map(|found| found.part(missing.at, missing.path.len()));
            problem.message = format!("`{}` is undefined", missing.path);
            problem.help = Some(missing.help);
        }
        (kind @ ErrorKind::UndefinedError, None) if !expression.is_empty() => {
            problem.message = format!("`{}` is undefined", expression.lines().next().unwrap_or_default());
            let half = expression.contains(" if ") && !expression.contains(" else ");
            problem.help = match half {
                true => Some("without an `else`, it is nothing where the condition does not hold".to_owned()),
                false => help(kind, innermost),
            };
        }
        (kind, _) => problem.help = help(kind, innermost),
    }
    if let Some(origin) = origin {
        problem = problem.with_label(origin, "");
    }
    if innermost.kind() != ErrorKind::SyntaxError
        && let Some(values) = context::values(innermost, &expression, scope)
    {
        problem = problem.with_note(values);
    }
    for outer in chain.iter().rev().skip(1) {
        let at = place(outer).map(|place| place.origin);
        let same =
            |at: &Origin| origin.is_some_and(|origin| (origin.file, origin.line) == (at.file, at.line));
        if let Some(at) = at.filter(|at| !same(at)) {
            problem = problem.with_note(format!("included from {}", sources.place(at)));
        }
    }
    problem
}

/// The expression that an error is about.
pub(crate) struct Found {
    /// The template, by the engine's name.
    pub name: String,
    /// Its bytes in the marked text.
    pub range: Range<usize>,
}

/// Where the innermost error of a chain is, if a run could go on without that expression.
pub(crate) fn found(error: &Error) -> Option<Found> {
    let chain = chain(error);
    if matches!(chain.last()?.kind(), ErrorKind::OutOfFuel | ErrorKind::TemplateNotFound) {
        return None;
    }
    let found = |error: &&Error| Some(Found { name: error.name()?.to_owned(), range: error.range()? });
    chain.iter().rev().find_map(found)
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

/// Where something happened.
struct Place {
    origin: Origin,
    /// The expression there; empty where only the line is known.
    expression: String,
    /// The line of the template up to the expression, as its author wrote it.
    before: String,
    /// The template as its author wrote it.
    text: String,
}

impl Place {
    /// With what stands before a filter, where the place is the filter's name.
    fn with_filtered(self) -> Self {
        if !self.before.trim_end().ends_with('|') {
            return self;
        }
        let opens = ["${{", "#%", "{%", "=", "(", "[", ","];
        let start =
            opens.iter().filter_map(|open| Some(self.before.rfind(open)? + open.len())).max().unwrap_or(0);
        let start = start + self.before[start..].len() - self.before[start..].trim_start().len();
        let expression = format!("{}{}", &self.before[start..], self.expression);
        let column = number(self.before[..start].chars().count()) + 1;
        let width = number(expression.lines().next().unwrap_or_default().chars().count());
        let origin = Origin::span(self.origin.file, self.origin.line, column, width);
        Self { origin, expression, before: self.before[..start].to_owned(), text: self.text }
    }

    /// The place of a part of the expression.
    fn part(&self, at: usize, length: usize) -> Origin {
        let whole = format!("{}{}", self.before, self.expression);
        let start = self.before.len() + at;
        let above = &whole[..start];
        let line = self.origin.line + number(above.matches('\n').count());
        let column = number(above.rsplit('\n').next().unwrap_or_default().chars().count()) + 1;
        let width = whole[start..].chars().take(length).count();
        Origin::span(self.origin.file, line, column, number(width))
    }
}

/// Where it happened, and the expression there.
fn place(error: &Error, marked: &dyn Fn(&str) -> Option<(FileId, String)>) -> Option<Place> {
    let (file, text) = marked(error.name()?)?;
    let line = error.line()?;
    let whole = Origin::line(file, number(line));
    let Some(mut range) =
        error.range().filter(|range| text.get(range.clone()).is_some_and(|t| !t.is_empty()))
    else {
        let (expression, before) = (String::new(), String::new());
        return Some(Place { origin: whole, expression, before, text: visible(&text) });
    };
    // The engine's place of `.name` and `[0]` leaves out what stands before.
    if text[range.clone()].starts_with(['.', '[']) {
        let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        range.start -= text[..range.start].chars().rev().take_while(|c| name(*c)).count();
    }
    let start_of_line = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let line = text[..range.start].matches('\n').count() + 1;
    let expression = visible(&text[range.clone()]);
    let before = visible(&text[start_of_line..range.start]);
    let width = expression.lines().next().unwrap_or_default().chars().count();
    let origin = Origin::span(file, number(line), number(before.chars().count()) + 1, number(width));
    Some(Place { origin, expression, before, text: visible(&text) })
}

/// The `set` of a name that is undefined because what it is made of is.
fn set_from_nothing(found: &Place, expression: &str, scope: &Scope) -> Option<(Origin, undefined::Missing)> {
    let name = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()?;
    let lines = found.text.lines().enumerate().take(found.origin.line as usize);
    let set = |line: &str| {
        let at = line.find("set ")?;
        let (target, value) = line[at + 4..].split_once('=')?;
        let begins = line.trim_start().starts_with("#%") || line.contains("{%");
        (begins && target.trim() == name).then_some(line.len() - value.len())
    };
    let (at, line, value) = lines.filter_map(|(at, line)| Some((at, line, set(line)?))).last()?;
    let missing = undefined::missing(&line[value..], scope)?;
    let column = line[..value + missing.at].chars().count() + 1;
    let width = missing.path.chars().count();
    Some((Origin::span(found.origin.file, number(at) + 1, number(column), number(width)), missing))
}

/// What a statement can begin with.
const STATEMENTS: [&str; 27] = [
    "if",
    "elif",
    "else",
    "endif",
    "for",
    "endfor",
    "set",
    "endset",
    "macro",
    "endmacro",
    "call",
    "endcall",
    "filter",
    "endfilter",
    "block",
    "endblock",
    "with",
    "endwith",
    "raw",
    "endraw",
    "do",
    "import",
    "from",
    "include",
    "extends",
    "autoescape",
    "endautoescape",
];

fn rule(kind: ErrorKind) -> &'static Rule {
    match kind {
        ErrorKind::SyntaxError => &TEMPLATE_SYNTAX,
        ErrorKind::UndefinedError => &TEMPLATE_UNDEFINED,
        ErrorKind::TemplateNotFound => &TEMPLATE_MISSING,
        ErrorKind::OutOfFuel => &TEMPLATE_LIMIT,
        ErrorKind::UnknownFilter | ErrorKind::UnknownFunction | ErrorKind::UnknownTest => &TEMPLATE_UNKNOWN,
        _ => &TEMPLATE,
    }
}

fn message(error: &Error) -> String {
    let detail = error.detail().unwrap_or_default();
    match error.kind() {
        ErrorKind::SyntaxError => syntax(detail),
        ErrorKind::InvalidOperation if detail.starts_with("value of type undefined is not callable") => {
            format!("`{}` is undefined", detail.split('`').nth(1).unwrap_or("what is called here"))
        }
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

/// What is wrong with a template that cannot be compiled.
fn syntax(detail: &str) -> String {
    match detail.strip_prefix("unknown statement ") {
        Some(word) => format!("there is no statement `{word}`"),
        None if detail.starts_with("unknown `-`") || detail.starts_with("unknown `+`") => {
            "a control line needs no white-space control".to_owned()
        }
        None => format!("this is not valid template syntax: {detail}"),
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
        ErrorKind::SyntaxError if detail.starts_with("unknown statement ") => {
            let near = did_you_mean(detail.trim_start_matches("unknown statement "), STATEMENTS)?;
            return Some(format!("did you mean `{near}`?"));
        }
        ErrorKind::SyntaxError if detail.starts_with("unknown `-`") || detail.starts_with("unknown `+`") => {
            "write `#%`: a control line leaves nothing behind"
        }
        ErrorKind::InvalidOperation if detail.starts_with("value of type undefined is not callable") => {
            "look for its name in the template that it is imported from"
        }
        ErrorKind::UnknownFilter => "beside Jinja's own there are `sh`, `slug`, `env_slug` and `yaml`",
        ErrorKind::SyntaxError if detail.contains("end of input") || detail.contains("unexpected end") => {
            "a block or an expression is not closed: look for a missing `endif`, `endfor`, `endmacro` or `}}`"
        }
        _ => return None,
    };
    Some(help.to_owned())
}
