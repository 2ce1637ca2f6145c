//! Facts beside an error: the values that were at hand, and the macro that it is in.

use crate::template::messages::undefined;
use crate::template::scope::Scope;
use minijinja::Error;
use nestling_gitlab::diagnostic::{FileId, Origin, Sources, number};
use regex::Regex;
use std::sync::LazyLock;

/// Words in a name whose value is not shown.
const SECRET: [&str; 6] = ["token", "secret", "passw", "credential", "api_key", "private"];

/// A longer value does not help.
const WIDTH: usize = 60;

/// How many values are shown.
const VALUES: usize = 5;

/// `macro NAME(` and `endmacro`.
static MACROS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?m)(?:#%|\{%[-+]?)\s*(?:macro\s+(\w+)|(endmacro))").ok());

/// The simple values that the failing expression read: `with region = "us", inputs.port = 3000`.
pub(crate) fn values(error: &Error, expression: &str, scope: &Scope) -> Option<String> {
    let mut shown: Vec<String> = Vec::new();
    let debug = error.display_debug_info().to_string();
    let lines = debug.lines().skip_while(|line| !line.starts_with("Referenced variables:")).skip(1);
    let mut turn = None;
    for line in lines {
        let Some((name, value)) = line.strip_prefix("    ").and_then(|line| line.split_once(": ")) else {
            continue;
        };
        let value = value.trim_end_matches(',');
        if name == "loop" {
            turn = loop_turn(value);
        } else if let Some(value) = literal(value).filter(|value| is_simple(name, value)) {
            shown.push(format!("{name} = {value}"));
        }
    }
    for (path, value) in undefined::known(expression, scope) {
        let value = value.to_string();
        if is_simple(&path, &value) {
            shown.push(format!("{path} = {value}"));
        }
    }
    shown.truncate(VALUES);
    let turn = turn.map(|turn| format!("in turn {turn} of the loop"));
    match (shown.is_empty(), turn) {
        (true, turn) => turn,
        (false, None) => Some(format!("with {}", shown.join(", "))),
        (false, Some(turn)) => Some(format!("{turn}, with {}", shown.join(", "))),
    }
}

/// The turn in `<loop 2/4>`, from 1; `None` where the loop has only one.
fn loop_turn(value: &str) -> Option<u64> {
    let (index, of) = value.strip_prefix("<loop ")?.strip_suffix('>')?.split_once('/')?;
    let index: u64 = index.parse().ok()?;
    (of != "1").then_some(index + 1)
}

/// A text, a number, a boolean or `none` in the engine's words, in ours; `None` for everything else.
fn literal(value: &str) -> Option<String> {
    match value {
        "None" => Some("none".to_owned()),
        "True" => Some("true".to_owned()),
        "False" => Some("false".to_owned()),
        _ => match value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            Some(text) => Some(format!("\"{text}\"")),
            None => value.parse::<f64>().is_ok().then(|| value.to_owned()),
        },
    }
}

/// Whether a value is short, no structure, and no secret by its name.
fn is_simple(name: &str, value: &str) -> bool {
    let lower = name.to_lowercase();
    let plain = !name.contains(' ') && !name.is_empty();
    let scalar = value.starts_with(['"', '-']) || value.starts_with(|c: char| c.is_ascii_alphanumeric());
    plain
        && scalar
        && !value.ends_with(['{', '[', '('])
        && value != "undefined"
        && !value.contains("\\u{f00")
        && value.chars().count() <= WIDTH
        && !SECRET.iter().any(|word| lower.contains(word))
}

/// The macro that a place is in, with where the rendered template calls it.
pub(crate) fn in_macro(at: Origin, rendered: FileId, sources: &Sources) -> Option<String> {
    let source = sources.get(at.file)?;
    let name = enclosing(&source.text, at.line)?;
    let called = format!("in macro `{name}`");
    let user = sources.get(rendered)?;
    let call = Regex::new(&format!(r"\b{name}\s*\(")).ok()?;
    let mut calls = user.text.match_indices('\n').map(|(at, _)| at + 1);
    let mut starts = vec![0];
    starts.extend(&mut calls);
    let is_definition = |from: usize| user.text[..from].trim_end().ends_with("macro");
    let mut found = call.find_iter(&user.text).filter(|found| !is_definition(found.start()));
    let (first, second) = (found.next(), found.next());
    Some(match (first, second) {
        (Some(found), None) => {
            let line = starts.partition_point(|start| *start <= found.start());
            let column = user.text[starts[line - 1]..found.start()].chars().count() + 1;
            let place = sources.place(Origin::span(rendered, number(line), number(column), 1));
            format!("{called}, called from {place}")
        }
        _ if at.file != rendered => format!("{called}, used by `{}`", user.path),
        _ => called,
    })
}

/// The innermost macro around a line.
fn enclosing(text: &str, line: u32) -> Option<String> {
    let before: usize = text.split_inclusive('\n').take(line as usize).map(str::len).sum();
    let mut open: Vec<&str> = Vec::new();
    for found in MACROS.as_ref()?.captures_iter(&text[..before]) {
        match found.get(1) {
            Some(name) => open.push(&text[name.range()]),
            None => drop(open.pop()),
        }
    }
    open.pop().map(str::to_owned)
}
