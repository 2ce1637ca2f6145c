//! The filters beyond Jinja's own, and Jinja's own made safe for captured text.
//!
//! Captured text holds marks and placeholders. A filter must neither change them nor count them, so that each of Jinja's
//! filters for strings either works around them or gets the text that they stand for.

use super::marks::private_use::{Piece, escape, has_reserved, pieces, write_mark};
use super::marks::wrap::{UNTRUSTED_FUNCTION, Untrusted};
use super::shell_words;
use super::values::placeholders::{Placeholders, UntrustedValue};
use super::values::to_tree::to_node;
use minijinja::value::{Kwargs, Rest, ValueKind, from_args};
use minijinja::{Environment, Error, ErrorKind, Value};
use nestling_gitlab::diagnostic::{FileId, Origin};
use nestling_gitlab::name::{environment_slug, slug};
use nestling_gitlab::yaml::{self, Kind, Node};
use std::sync::Arc;

/// Jinja's filters that can be applied to the text around placeholders and to the values in them one by one.
const PIECE_BY_PIECE: [&str; 4] = ["upper", "lower", "title", "replace"];

/// Jinja's filters that look at a string as a whole: they get what captured text stands for, and return data.
const AS_A_WHOLE: [&str; 12] = [
    "capitalize",
    "length",
    "count",
    "split",
    "lines",
    "int",
    "float",
    "string",
    "bool",
    "format",
    "join",
    "reverse",
];

/// The widest indentation.
const MAX_INDENTATION: usize = 100;

/// Adds the filters to an engine.
pub(crate) fn add_filters(engine: &mut Environment<'static>, placeholders: &Placeholders) {
    add_own_filters(engine, placeholders);
    // Jinja's own filters are not reachable once others have their names: a second engine keeps them.
    let jinja = Arc::new(Environment::new());
    add_indent(engine, &jinja);
    for name in PIECE_BY_PIECE {
        add_piece_by_piece(engine, &jinja, placeholders, name);
    }
    for name in AS_A_WHOLE {
        add_as_a_whole(engine, &jinja, placeholders, name);
    }
}

fn add_own_filters(engine: &mut Environment<'static>, placeholders: &Placeholders) {
    let values = placeholders.clone();
    engine.add_filter("sh", move |value: Value| shell_quoted(&value, &values));
    let values = placeholders.clone();
    engine.add_filter("slug", move |value: Value| Ok::<_, Error>(slug(&scalar_text(&value, &values)?)));
    let values = placeholders.clone();
    engine.add_filter("env_slug", move |value: Value| {
        Ok::<_, Error>(environment_slug(&scalar_text(&value, &values)?))
    });
    let values = placeholders.clone();
    engine.add_filter("yaml", move |value: Value| as_yaml(&value, &values));
    engine.add_function(UNTRUSTED_FUNCTION, |_: Value, value: Value, note: &str| untrusted(value, note));
}

/// What the call around an untrusted expression returns: the value, with what the call says of it.
fn untrusted(value: Value, note: &str) -> Value {
    // The engine itself refuses to print what is undefined, and names it.
    if value.is_undefined() {
        return value;
    }
    match Untrusted::read(note) {
        Some(untrusted) => Value::from_object(UntrustedValue { value, untrusted: Arc::new(untrusted) }),
        None => value,
    }
}

fn add_indent(engine: &mut Environment<'static>, jinja: &Arc<Environment<'static>>) {
    let jinja = Arc::clone(jinja);
    engine.add_filter("indent", move |args: Rest<Value>| {
        refuse_undefined(&args)?;
        match args.first() {
            Some(text) if text.is_safe() => indented(text, &args[1..]),
            _ => jinja.empty_state().apply_filter("indent", &args),
        }
    });
}

fn add_piece_by_piece(
    engine: &mut Environment<'static>,
    jinja: &Arc<Environment<'static>>,
    placeholders: &Placeholders,
    name: &'static str,
) {
    let jinja = Arc::clone(jinja);
    let placeholders = placeholders.clone();
    engine.add_filter(name, move |args: Rest<Value>| {
        refuse_undefined(&args)?;
        let apply = |text: &Value| {
            let mut args = args.to_vec();
            args[0] = text.clone();
            jinja.empty_state().apply_filter(name, &args)
        };
        piece_by_piece(&args[0], &placeholders, &apply)
    });
}

fn add_as_a_whole(
    engine: &mut Environment<'static>,
    jinja: &Arc<Environment<'static>>,
    placeholders: &Placeholders,
    name: &'static str,
) {
    let jinja = Arc::clone(jinja);
    let placeholders = placeholders.clone();
    engine.add_filter(name, move |args: Rest<Value>| {
        refuse_undefined(&args)?;
        let args: Vec<Value> = args.iter().map(|arg| resolved_value(arg, &placeholders)).collect();
        jinja.empty_state().apply_filter(name, &args)
    });
}

/// Moves the lines of captured text to the right. Unlike Jinja's own filter, it keeps the line break at the end, so
/// that a `filter` block stays apart from the line behind it.
fn indented(captured: &Value, args: &[Value]) -> Result<Value, Error> {
    let (width, first, blank, named): (Option<usize>, Option<bool>, Option<bool>, Kwargs) = from_args(args)?;
    let width = width.or(named.get("width")?).unwrap_or(4);
    let first = first.or(named.get("first")?).unwrap_or(false);
    let blank = blank.or(named.get("blank")?).unwrap_or(false);
    named.assert_all_used()?;
    let indentation = " ".repeat(width.min(MAX_INDENTATION));
    let text = captured.as_str().unwrap_or_default();
    let mut indented = String::with_capacity(text.len() * 2);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let is_moved = index > 0 || first;
        if is_moved && (blank || !line.trim().is_empty()) {
            indented.push_str(&indentation);
        }
        indented.push_str(line);
    }
    Ok(Value::from_safe_string(indented))
}

/// Applies a filter to captured text without letting the values in it out of their placeholders.
fn piece_by_piece(
    value: &Value,
    placeholders: &Placeholders,
    apply: &dyn Fn(&Value) -> Result<Value, Error>,
) -> Result<Value, Error> {
    let Some(text) = value.as_str().filter(|text| has_reserved(text)) else { return apply(value) };
    let mut changed = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => changed.push_str(apply(&Value::from(text))?.as_str().unwrap_or_default()),
            Piece::Mark(file, line) => write_mark(&mut changed, file, line),
            Piece::Value(index) | Piece::Captured(index) => {
                let inner = placeholders.get(index).unwrap_or_default();
                let inner = piece_by_piece(&inner, placeholders, apply)?;
                changed.push_str(&placeholders.keep_changed(index, &inner));
            }
        }
    }
    Ok(if value.is_safe() { Value::from_safe_string(changed) } else { Value::from(changed) })
}

/// Returns captured text as the string that it stands for, and every other value as it is.
fn resolved_value(value: &Value, placeholders: &Placeholders) -> Value {
    match value.as_str() {
        Some(text) if has_reserved(text) => Value::from(placeholders.resolved(text)),
        _ => value.clone(),
    }
}

/// Jinja's own filters take what is undefined for an empty string.
fn refuse_undefined(args: &[Value]) -> Result<(), Error> {
    match args.first() {
        Some(value) if !value.is_undefined() => Ok(()),
        _ => Err(Error::new(ErrorKind::UndefinedError, "the value given to the filter is undefined")),
    }
}

/// Returns the text of a scalar.
fn scalar_text(value: &Value, placeholders: &Placeholders) -> Result<String, Error> {
    refuse_undefined(std::slice::from_ref(value))?;
    match value.as_str() {
        Some(text) if has_reserved(text) => Ok(placeholders.resolved(text)),
        Some(text) => Ok(text.to_owned()),
        None if value.is_number() || value.kind() == ValueKind::Bool => Ok(value.to_string()),
        None => {
            let message = format!("expected a string, found a {}", value.kind());
            Err(Error::new(ErrorKind::InvalidOperation, message))
        }
    }
}

/// Returns a scalar as one word of a shell, and a list as several.
fn shell_quoted(value: &Value, placeholders: &Placeholders) -> Result<String, Error> {
    if !matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable) {
        return Ok(shell_words::quote(&scalar_text(value, placeholders)?));
    }
    let mut words = Vec::new();
    for item in value.try_iter()? {
        words.push(shell_words::quote(&scalar_text(&item, placeholders)?));
    }
    Ok(words.join(" "))
}

/// Returns a value as YAML, which is structure on purpose. Strings in it stay behind placeholders, so that they cannot
/// break out of it.
fn as_yaml(value: &Value, placeholders: &Placeholders) -> Result<Value, Error> {
    // The text is read again where it is printed, and gets its origins there.
    let origin = Origin::file(FileId::from_index(0));
    let mut node = to_node(value, origin, placeholders)
        .map_err(|_| Error::new(ErrorKind::InvalidOperation, "only data can be printed as YAML"))?;
    hide_strings(&mut node, placeholders);
    Ok(Value::from_safe_string(yaml::emit(&node)))
}

fn hide_strings(node: &mut Node, placeholders: &Placeholders) {
    let origin = node.origin;
    match &mut node.kind {
        Kind::Seq(items) => items.iter_mut().for_each(|item| hide_strings(item, placeholders)),
        Kind::Map(map) => {
            for entry in &mut map.entries {
                entry.key.scalar.text = placeholder_of(entry.key.text(), placeholders).into();
                hide_strings(&mut entry.value, placeholders);
            }
        }
        Kind::Scalar(_) => {
            if let Some(text) = node.as_str() {
                *node = Node::string(origin, placeholder_of(text, placeholders));
            }
        }
    }
}

fn placeholder_of(text: &str, placeholders: &Placeholders) -> String {
    placeholders.keep(&Value::from(&*escape(text)))
}
