//! The engine's errors as diagnostics at the template's own line and column.

use super::context::values_read;
use super::error_place::{ErrorPlace, MarkedTemplate};
use super::unclosed::unclosed;
use super::undefined::find_undefined;
use crate::template::engine_messages::{
    detail, is_early_end, is_recursion, is_white_space_control, undefined_callee, unknown_name,
    unknown_statement,
};
use crate::template::known_words::near;
use crate::template::rules::{
    TEMPLATE, TEMPLATE_LIMIT, TEMPLATE_MISSING, TEMPLATE_SYNTAX, TEMPLATE_UNDEFINED, TEMPLATE_UNKNOWN,
};
use crate::template::scope::Scope;
use crate::template::source_position::first_line;
use minijinja::{Error, ErrorKind};
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Rule, Severity, Sources, Suggestion};
use std::error::Error as _;
use std::ops::Range;

/// Message of an error, and its place.
struct Finding {
    message: String,
    help: Option<String>,
    origin: Option<Origin>,
}

/// Returns an error of the engine as a diagnostic.
pub(crate) fn engine_error(
    error: &Error,
    scope: &Scope,
    sources: &Sources,
    marked: MarkedTemplate<'_>,
) -> Diagnostic {
    let chain = error_chain(error);
    let innermost = *chain.last().unwrap_or(&error);
    if let Some(problem) = unclosed(innermost, marked) {
        return problem;
    }
    // An inner error may have no place of its own, such as that of a filter that another one calls.
    let place = chain.iter().rev().find_map(|error| ErrorPlace::of(error, marked));
    let (place, finding) = if innermost.kind() == ErrorKind::UndefinedError {
        let place = place.map(ErrorPlace::with_filtered);
        if let Some(problem) = place.as_ref().and_then(|place| undefined_by_set(place, scope)) {
            return problem;
        }
        let finding = undefined_finding(innermost, place.as_ref(), scope);
        (place, finding)
    } else {
        let origin = place.as_ref().map(|place| place.origin);
        let help = misspelt_macro(innermost, place.as_ref()).or_else(|| help(innermost));
        (place, Finding { message: message(innermost), help, origin })
    };
    let mut problem = Diagnostic::new(rule(innermost.kind()), Severity::Error, finding.message);
    problem.help = finding.help;
    if let Some(origin) = finding.origin {
        problem = problem.with_label(origin, "");
    }
    let expression = place.map(|place| place.expression).unwrap_or_default();
    // The message of a template's own says what it is about.
    if innermost.kind() != ErrorKind::SyntaxError
        && !is_refusal(innermost)
        && let Some(values) = values_read(innermost, &expression, scope)
    {
        problem = problem.with_note(values);
    }
    for outer in chain.iter().rev().skip(1) {
        let Some(place) = ErrorPlace::of(outer, marked) else { continue };
        // An error and the one around it can be on the same line, such as an undefined argument of a macro.
        let is_same_line = finding
            .origin
            .is_some_and(|origin| (origin.file, origin.line) == (place.origin.file, place.origin.line));
        if !is_same_line {
            problem = problem.with_note(format!("included from {}", sources.place(place.origin)));
        }
    }
    problem
}

/// Reports a name that is undefined because its `set` reads one that is: there is the mistake.
fn undefined_by_set(place: &ErrorPlace, scope: &Scope) -> Option<Diagnostic> {
    let (origin, undefined) = place.undefined_in_set(scope)?;
    let message = format!("`{}` is undefined", undefined.path);
    let label = format!("and so is `{}`, which is interpolated here", place.first_name());
    let problem = Diagnostic::error(rule(ErrorKind::UndefinedError), origin, message);
    Some(problem.with_label(place.origin, label).with_help(undefined.help))
}

fn undefined_finding(error: &Error, place: Option<&ErrorPlace>, scope: &Scope) -> Finding {
    let Some(place) = place.filter(|place| !place.expression.is_empty()) else {
        let origin = place.map(|place| place.origin);
        return Finding { message: message(error), help: help(error), origin };
    };
    let undefined = find_undefined(&place.expression, scope);
    if let Some(undefined) = undefined.or_else(|| place.misspelt_variable()) {
        let message = format!("`{}` is undefined", undefined.path);
        return Finding { message, origin: Some(place.part(&undefined)), help: Some(undefined.help) };
    }
    let message = format!("`{}` is undefined", first_line(&place.expression));
    let lacks_else = place.expression.contains(" if ") && !place.expression.contains(" else ");
    let help = if lacks_else {
        Some("without an `else`, it is undefined if the condition does not hold".to_owned())
    } else {
        help(error)
    };
    Finding { message, help, origin: Some(place.origin) }
}

/// The expression that an error is about.
pub(crate) struct FailedExpression {
    /// The template, by the engine's name.
    pub template: String,
    /// The expression's bytes in the marked text.
    pub range: Range<usize>,
}

/// The cause of an error that a template itself reports, by `fail(…)`.
#[derive(Debug)]
pub(crate) struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the template calls `fail`")
    }
}

impl std::error::Error for Refused {}

/// Returns `true` if a template has reported an error by `fail(…)`.
fn is_refusal(error: &Error) -> bool {
    error.source().and_then(|cause| cause.downcast_ref::<Refused>()).is_some()
}

/// Returns the innermost expression that an error is about, if the template could be run without it.
pub(crate) fn failed_expression(error: &Error) -> Option<FailedExpression> {
    let chain = error_chain(error);
    let innermost = *chain.last()?;
    if matches!(innermost.kind(), ErrorKind::OutOfFuel | ErrorKind::TemplateNotFound) {
        return None;
    }
    // What a template refuses to do is not looked at any further: the lines below may rely on it.
    if is_refusal(innermost) {
        return None;
    }
    chain.iter().rev().find_map(|error| {
        Some(FailedExpression { template: error.name()?.to_owned(), range: error.range()? })
    })
}

/// Returns the engine's errors from the outermost, such as that of an `include`, to the innermost.
pub(crate) fn error_chain(error: &Error) -> Vec<&Error> {
    let mut chain = vec![error];
    let mut source = error.source();
    while let Some(inner) = source {
        chain.extend(inner.downcast_ref::<Error>());
        source = inner.source();
    }
    chain
}

/// Words that a statement can begin with.
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
    if let Some((word, name)) = unknown_name(error) {
        return format!("unknown {word} `{name}`");
    }
    if let Some(callee) = undefined_callee(error) {
        return callee
            .map_or("the called value is undefined".to_owned(), |name| format!("`{name}` is undefined"));
    }
    match error.kind() {
        ErrorKind::SyntaxError => syntax_message(error),
        ErrorKind::UndefinedError if detail(error).is_empty() => "this is undefined".to_owned(),
        ErrorKind::OutOfFuel if detail(error).is_empty() => {
            "the template exceeded the execution limit".to_owned()
        }
        _ if is_recursion(error) => "infinite recursion of templates or macros".to_owned(),
        kind if detail(error).is_empty() => kind.to_string(),
        _ => detail(error).to_owned(),
    }
}

fn syntax_message(error: &Error) -> String {
    if let Some(word) = unknown_statement(error) {
        return format!("unknown statement `{word}`");
    }
    if is_white_space_control(error) {
        return "a control line does not need whitespace control".to_owned();
    }
    format!("invalid template syntax: {}", detail(error))
}

fn help(error: &Error) -> Option<String> {
    if undefined_callee(error).is_some() {
        return Some("check its name in the template that it is imported from".to_owned());
    }
    let help = match error.kind() {
        ErrorKind::UndefinedError => "define it first, or write `| default(…)`",
        ErrorKind::OutOfFuel if detail(error).is_empty() => "look for a loop with too many iterations",
        ErrorKind::OutOfFuel => "look for a loop that puts a value into itself",
        ErrorKind::TemplateNotFound => {
            "names are resolved as in `use:`, in the directories of `workspace: { templates: […] }`"
        }
        ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction => {
            return unknown_word_help(error);
        }
        ErrorKind::InvalidOperation if detail(error).contains("does not exist") => {
            "if it may be missing, check `files.exists(…)` first"
        }
        ErrorKind::SyntaxError => return syntax_help(error),
        _ => return None,
    };
    Some(help.to_owned())
}

/// Returns the macro that a call of an unknown function probably means.
fn misspelt_macro(error: &Error, place: Option<&ErrorPlace>) -> Option<String> {
    let (_, name) = unknown_name(error).filter(|_| error.kind() == ErrorKind::UnknownFunction)?;
    let near = near(error.kind(), name).word().map(str::to_owned);
    let macro_name = place?.near_macro(name).filter(|_| near.is_none())?;
    Some(format!("did you mean `{macro_name}(…)`?"))
}

fn unknown_word_help(error: &Error) -> Option<String> {
    let (_, name) = unknown_name(error)?;
    match near(error.kind(), name).word() {
        Some(near) if error.kind() == ErrorKind::UnknownFunction => {
            Some(format!("did you mean `{near}(…)`?"))
        }
        Some(near) => Some(format!("did you mean `{near}`?")),
        None => {
            let own = "in addition to Jinja's own: `sh`, `slug`, `env_slug` and `yaml`";
            (error.kind() == ErrorKind::UnknownFilter).then(|| own.to_owned())
        }
    }
}

fn syntax_help(error: &Error) -> Option<String> {
    if let Some(word) = unknown_statement(error) {
        let near = Suggestion::among(word, STATEMENTS).word()?;
        return Some(format!("did you mean `{near}`?"));
    }
    if is_white_space_control(error) {
        return Some("write `#%`: a control line leaves no blank line".to_owned());
    }
    if is_early_end(error) {
        let help = "unclosed block or expression: look for a missing `endif`, `endfor`, `endmacro` or `}}`";
        return Some(help.to_owned());
    }
    None
}
