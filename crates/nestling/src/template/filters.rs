//! The filters beyond Jinja's own, and Jinja's own made safe for captured text.
//!
//! Captured text holds marks and placeholders. A filter must neither change them nor count them, so that each of Jinja's
//! filters for strings either works around them or gets the text that they stand for.

mod jinja;

use super::marks::calls::{BOUNDED_FUNCTION, KEPT_FUNCTION, NAMED_FUNCTION, STEP_FUNCTION};
use super::marks::private_use::{Piece, escape, has_reserved, pieces, write_mark};
use super::marks::wrap::{UNTRUSTED_FUNCTION, Untrusted};
use super::shell_words;
use super::values::charge::{Price, charge};
use super::values::placeholders::{Placeholders, UntrustedValue};
use super::values::to_tree::to_node;
use minijinja::value::{Rest, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, Value};
use nestling_gitlab::diagnostic::{FileId, Origin};
use nestling_gitlab::name::{environment_slug, slug};
use nestling_gitlab::yaml::{self, Kind, Node};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Adds the filters to an engine with so much fuel.
pub(crate) fn add_filters(engine: &mut Environment<'static>, placeholders: &Placeholders, fuel: u64) {
    add_own_filters(engine, placeholders);
    add_calls(engine, placeholders);
    jinja::add_filters(engine, placeholders, fuel);
}

fn add_own_filters(engine: &mut Environment<'static>, placeholders: &Placeholders) {
    let values = placeholders.clone();
    engine.add_filter("sh", move |state: &State<'_, '_>, value: Value| shell_quoted(&value, state, &values));
    let values = placeholders.clone();
    engine.add_filter("slug", move |state: &State<'_, '_>, value: Value| {
        charge(&value, Price::REWRITTEN, state, &values)?;
        Ok::<_, Error>(slug(&scalar_text(&value, &values)?))
    });
    let values = placeholders.clone();
    engine.add_filter("env_slug", move |state: &State<'_, '_>, value: Value| {
        charge(&value, Price::REWRITTEN, state, &values)?;
        Ok::<_, Error>(environment_slug(&scalar_text(&value, &values)?))
    });
    let values = placeholders.clone();
    engine.add_filter("sha256", move |state: &State<'_, '_>, value: Value| {
        charge(&value, Price::REWRITTEN, state, &values)?;
        let digest = Sha256::digest(scalar_text(&value, &values)?.as_bytes());
        Ok::<_, Error>(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    });
    let values = placeholders.clone();
    engine.add_filter("path", move |state: &State<'_, '_>, value: Value| {
        charge(&value, Price::REWRITTEN, state, &values)?;
        Ok::<_, Error>(as_operand(scalar_text(&value, &values)?))
    });
    let values = placeholders.clone();
    engine.add_test("image_tag", move |value: Value| {
        Ok::<_, Error>(is_image_tag(&scalar_text(&value, &values)?))
    });
    let values = placeholders.clone();
    engine.add_filter("yaml", move |state: &State<'_, '_>, value: Value| as_yaml(&value, state, &values));
}

/// Returns a path as no program takes it for an option: `./-a` for `-a`.
fn as_operand(path: String) -> String {
    if path.starts_with('-') { format!("./{path}") } else { path }
}

/// Returns `true` for a tag of an image (<https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests>).
fn is_image_tag(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (1..=128).contains(&text.len())
        && text.starts_with(is_word)
        && text.chars().all(|c| is_word(c) || c == '.' || c == '-')
}

/// Adds the functions of the calls that are inserted into templates.
fn add_calls(engine: &mut Environment<'static>, placeholders: &Placeholders) {
    engine.add_function(UNTRUSTED_FUNCTION, |_: Value, value: Value, note: &str| untrusted(value, note));
    engine.add_function(STEP_FUNCTION, |_: Value, step: Value, _: Rest<Value>| clamped(step));
    let values = placeholders.clone();
    engine.add_function(
        BOUNDED_FUNCTION,
        move |state: &State<'_, '_>, _: Value, value: Value, _: Rest<Value>| bounded(value, state, &values),
    );
    let values = placeholders.clone();
    engine
        .add_function(KEPT_FUNCTION, move |state: &State<'_, '_>, _: Value, value: Value, _: Rest<Value>| {
            kept(value, state, &values)
        });
    let values = placeholders.clone();
    engine.add_function(
        NAMED_FUNCTION,
        move |state: &State<'_, '_>, _: Value, value: Value, _: Rest<Value>| {
            charge(&value, Price::NAMED, state, &values)?;
            bounded(value, state, &values)
        },
    );
}

/// Returns the step of a slice, or the nearest one that steps over any value just the same.
fn clamped(step: Value) -> Value {
    const FARTHEST: i64 = 1 << 40;
    match i64::try_from(step.clone()) {
        Ok(number) if step.is_integer() => Value::from(number.clamp(-FARTHEST, FARTHEST)),
        _ => step,
    }
}

/// Pays for a value with all that is in it, and returns it. What the engine made of other values without looking at them,
/// such as a slice of a list, becomes a list: one around the other, a hundred thousand times, could not be walked through.
fn bounded(value: Value, state: &State<'_, '_>, placeholders: &Placeholders) -> Result<Value, Error> {
    if value.as_object().is_none() && value.as_str().is_none() {
        return Ok(value);
    }
    charge(&value, Price::COMPARED, state, placeholders)?;
    // What `chain` returns is a list or a mapping by its kind.
    let is_merged = value.as_object().is_some_and(|object| object.type_name().contains("merge_object"));
    if value.kind() != ValueKind::Iterable && !is_merged {
        return Ok(value);
    }
    let mut items = Vec::new();
    for item in value.try_iter()?.checked() {
        items.push(item?);
    }
    if value.kind() != ValueKind::Map {
        return Ok(Value::from(items));
    }
    let mut pairs = Vec::with_capacity(items.len());
    for key in items {
        pairs.push((key.clone(), value.get_item(&key)?));
    }
    Ok(Value::from_pairs(pairs))
}

/// Pays for a value that a namespace keeps.
fn kept(value: Value, state: &State<'_, '_>, placeholders: &Placeholders) -> Result<Value, Error> {
    if charge(&value, Price::COMPARED, state, placeholders)?.holds_namespace {
        let message = "a namespace cannot contain a namespace";
        return Err(Error::new(ErrorKind::InvalidOperation, message));
    }
    bounded(value, state, placeholders)
}

/// Result of the call around an untrusted expression: the value, marked.
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
fn shell_quoted(value: &Value, state: &State<'_, '_>, placeholders: &Placeholders) -> Result<String, Error> {
    charge(value, Price::REWRITTEN, state, placeholders)?;
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
fn as_yaml(value: &Value, state: &State<'_, '_>, placeholders: &Placeholders) -> Result<Value, Error> {
    charge(value, Price::WRITTEN, state, placeholders)?;
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
    placeholders.keep(&Value::from(&*escape(text)), 0)
}
