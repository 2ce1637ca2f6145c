//! Facts beside an error: the values that its expression read, and the macro that it is in.

use super::undefined::defined_names;
use crate::template::engine_messages::{literal, loop_turn, referenced_variables};
use crate::template::marks::private_use::has_reserved;
use crate::template::scope::Scope;
use crate::template::source_position::span;
use minijinja::Error;
use nestling_gitlab::diagnostic::{FileId, Origin, Sources};
use regex::Regex;
use std::sync::LazyLock;

/// Words in a name whose value is not shown.
const SECRET_WORDS: [&str; 6] = ["token", "secret", "passw", "credential", "api_key", "private"];

/// The longest value that is shown: a longer one does not help.
const MAX_WIDTH: usize = 60;

/// The most values that are shown.
const MAX_VALUES: usize = 5;

/// `macro NAME(` and `endmacro`.
static MACROS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?m)(?:#%|\{%[-+]?)\s*(?:macro\s+(\w+)|(endmacro))").ok());

/// Returns the simple values that a failing expression read: `with region = "us", inputs.port = 3000`.
pub(crate) fn values_read(error: &Error, expression: &str, scope: &Scope) -> Option<String> {
    let mut values: Vec<String> = Vec::new();
    let mut turn = None;
    for (name, shown) in referenced_variables(error) {
        if name == "loop" {
            // The only turn of a loop says nothing.
            turn = loop_turn(&shown).filter(|(_, turns)| *turns != Some(1)).map(|(turn, _)| turn);
        } else if let Some(value) = literal(&shown).filter(|value| is_shown(&name, value)) {
            values.push(format!("{name} = {value}"));
        }
    }
    for (path, value) in defined_names(expression, scope) {
        let value = value.to_string();
        if is_shown(&path, &value) {
            values.push(format!("{path} = {value}"));
        }
    }
    values.truncate(MAX_VALUES);
    let mut parts = Vec::new();
    if let Some(turn) = turn {
        parts.push(format!("in iteration {turn} of the loop"));
    }
    if !values.is_empty() {
        parts.push(format!("with {}", values.join(", ")));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Returns `true` if a value is short, a scalar, and no secret by its name.
fn is_shown(name: &str, value: &str) -> bool {
    let lower = name.to_lowercase();
    let is_name = !name.is_empty() && !name.contains(' ');
    let is_scalar = value.starts_with(['"', '-']) || value.starts_with(|c: char| c.is_ascii_alphanumeric());
    is_name
        && is_scalar
        && !value.ends_with(['{', '[', '('])
        && value != "undefined"
        // Captured text is made of placeholders, which mean nothing to a person.
        && !has_reserved(value)
        && value.chars().count() <= MAX_WIDTH
        && !SECRET_WORDS.iter().any(|word| lower.contains(word))
}

/// Returns the macro that a place is in, and where the rendered template calls it.
pub(crate) fn enclosing_macro(origin: Origin, rendered: FileId, sources: &Sources) -> Option<String> {
    let source = sources.get(origin.file)?;
    let name = macro_around(&source.text, origin.line)?;
    let rendered_source = sources.get(rendered)?;
    let calls = calls_of(&name, &rendered_source.text)?;
    // Of several calls, nobody knows which one failed.
    if let [call] = calls[..] {
        let call = sources.place(span(rendered, &rendered_source.text, call, 1));
        return Some(format!("in macro `{name}`, called from {call}"));
    }
    if origin.file != rendered {
        return Some(format!("in macro `{name}`, used by `{}`", rendered_source.path));
    }
    Some(format!("in macro `{name}`"))
}

/// Returns the offsets of the calls of a macro.
fn calls_of(name: &str, text: &str) -> Option<Vec<usize>> {
    let pattern = Regex::new(&format!(r"\b{name}\s*\(")).ok()?;
    let mut calls: Vec<usize> = pattern.find_iter(text).map(|call| call.start()).collect();
    calls.retain(|call| !text[..*call].trim_end().ends_with("macro"));
    Some(calls)
}

/// Returns the innermost macro around a line.
fn macro_around(text: &str, line: u32) -> Option<String> {
    let end: usize = text.split_inclusive('\n').take(line as usize).map(str::len).sum();
    let mut open: Vec<&str> = Vec::new();
    for statement in MACROS.as_ref()?.captures_iter(&text[..end]) {
        match statement.get(1) {
            Some(name) => open.push(&text[name.range()]),
            None => drop(open.pop()),
        }
    }
    open.pop().map(str::to_owned)
}
