//! The filters beyond Jinja's own, and Jinja's own made safe for captured text.

use crate::template::marks::private_use::{self, Piece};
use crate::template::shell_words;
use crate::template::values::convert::to_node;
use crate::template::values::placeholders::{Store, Untrusted};
use minijinja::value::{Kwargs, Rest, from_args};
use minijinja::{Environment, Error, ErrorKind, Value};
use nestling_gitlab::diagnostic::{FileId, Origin};
use nestling_gitlab::name::{environment_slug, slug};
use nestling_gitlab::yaml::{self, Kind, Node};
use std::sync::Arc;

/// Filters that can be applied to the text around placeholders and to the values in them one by one.
const PIECE_BY_PIECE: [&str; 4] = ["upper", "lower", "title", "replace"];

/// Filters that look at a text as a whole. Captured text holds marks and placeholders, which they must not see; what
/// they give is data.
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
const WIDEST: usize = 100;

/// Adds the filters to an environment.
pub(crate) fn add(engine: &mut Environment<'static>, store: &Store) {
    let resolve = |store: &Store| {
        let store = store.clone();
        move |value: &Value| words(value, &store)
    };
    let text = resolve(store);
    engine.add_filter("sh", move |value: Value| each_word(&value, &text));
    let text = resolve(store);
    engine.add_filter("slug", move |value: Value| text(&value).map(|text| slug(&text)));
    let text = resolve(store);
    engine.add_filter("env_slug", move |value: Value| text(&value).map(|text| environment_slug(&text)));
    let kept = store.clone();
    engine.add_filter("yaml", move |value: Value| as_yaml(&value, &kept));
    let told = store.clone();
    engine.add_function(private_use::UNTRUSTED_FUNCTION, move |_: Value, value: Value, place: &str| {
        if let Some(untrusted) = untrusted(place) {
            told.distrust_next(untrusted);
        }
        value
    });
    let plain = Arc::new(Environment::new());
    let other = Arc::clone(&plain);
    engine.add_filter("indent", move |args: Rest<Value>| match args.first() {
        Some(text) if text.is_safe() => indented(text, &args[1..]),
        Some(text) if text.is_undefined() => refuse_undefined(&args).map(|()| Value::UNDEFINED),
        _ => other.empty_state().apply_filter("indent", &args),
    });
    for name in PIECE_BY_PIECE {
        let (plain, store) = (Arc::clone(&plain), store.clone());
        engine.add_filter(name, move |args: Rest<Value>| {
            refuse_undefined(&args)?;
            let mut apply = |text: &Value| {
                let args: Vec<Value> = std::iter::once(text).chain(args.iter().skip(1)).cloned().collect();
                plain.empty_state().apply_filter(name, &args)
            };
            piecewise(args.first().unwrap_or(&Value::UNDEFINED), &store, &mut apply)
        });
    }
    for name in AS_A_WHOLE {
        let (plain, store) = (Arc::clone(&plain), store.clone());
        engine.add_filter(name, move |args: Rest<Value>| {
            refuse_undefined(&args)?;
            let args: Vec<Value> = args.iter().map(|arg| without_signs(arg, &store)).collect();
            plain.empty_state().apply_filter(name, &args)
        });
    }
}

/// What a wrapped expression tells of itself.
fn untrusted(told: &str) -> Option<Untrusted> {
    let mut words = told.trim_start_matches(private_use::is_sign).split(' ');
    let mut number = || words.next()?.parse::<u32>().ok();
    let (file, line, column, width) = (number()?, number()?, number()?, number()?);
    let origin = Origin::span(FileId::from_index(file), line, column, width);
    Some(Untrusted { origin, source: words.next()?.to_owned() })
}

/// Captured text with its lines moved to the right. Other than Jinja's own, it keeps the line break at the end, so that
/// what a `filter` block gives stays apart from the line behind it.
fn indented(value: &Value, args: &[Value]) -> Result<Value, Error> {
    let (width, first, blank, named): (Option<usize>, Option<bool>, Option<bool>, Kwargs) = from_args(args)?;
    let width = width.or(named.get("width")?).unwrap_or(4);
    let first = first.or(named.get("first")?).unwrap_or(false);
    let blank = blank.or(named.get("blank")?).unwrap_or(false);
    named.assert_all_used()?;
    let text = value.as_str().unwrap_or_default();
    let mut out = String::with_capacity(text.len() * 2);
    for (at, line) in text.split_inclusive('\n').enumerate() {
        if (at > 0 || first) && (blank || !line.trim().is_empty()) {
            out.extend(std::iter::repeat_n(' ', width.min(WIDEST)));
        }
        out.push_str(line);
    }
    Ok(Value::from_safe_string(out))
}

/// Applies a filter to captured text without letting the values in it out of their placeholders.
fn piecewise(
    value: &Value,
    store: &Store,
    apply: &mut dyn FnMut(&Value) -> Result<Value, Error>,
) -> Result<Value, Error> {
    let Some(text) = value.as_str().filter(|text| private_use::has_sign(text)) else { return apply(value) };
    let mut out = String::with_capacity(text.len());
    for piece in private_use::pieces(text) {
        match piece {
            Piece::Text(text) => out.push_str(apply(&Value::from(text))?.as_str().unwrap_or_default()),
            Piece::Mark(file, line) => private_use::write_mark(&mut out, file, line),
            Piece::Value(index) | Piece::Captured(index) => {
                let inner = store.get(index).unwrap_or_default();
                let changed = piecewise(&inner, store, apply)?;
                out.push_str(&store.keep_changed(index, &changed));
            }
        }
    }
    Ok(if value.is_safe() { Value::from_safe_string(out) } else { Value::from(out) })
}

/// Captured text as the plain text that it stands for.
fn without_signs(value: &Value, store: &Store) -> Value {
    match value.as_str() {
        Some(text) if private_use::has_sign(text) => Value::from(store.resolved(text)),
        _ => value.clone(),
    }
}

/// Jinja's own filters take what is undefined for nothing.
fn refuse_undefined(args: &[Value]) -> Result<(), Error> {
    match args.first() {
        Some(value) if !value.is_undefined() => Ok(()),
        _ => Err(Error::new(ErrorKind::UndefinedError, "the value given to the filter is undefined")),
    }
}

/// The text of a scalar.
fn words(value: &Value, store: &Store) -> Result<String, Error> {
    refuse_undefined(std::slice::from_ref(value))?;
    match value.as_str() {
        Some(text) if private_use::has_sign(text) => Ok(store.resolved(text)),
        Some(text) => Ok(text.to_owned()),
        None if value.is_number() || value.kind() == minijinja::value::ValueKind::Bool => {
            Ok(value.to_string())
        }
        None => {
            Err(Error::new(ErrorKind::InvalidOperation, format!("expected a text, found a {}", value.kind())))
        }
    }
}

/// A text as one word of a shell; a list as several.
fn each_word(value: &Value, text: &dyn Fn(&Value) -> Result<String, Error>) -> Result<String, Error> {
    use minijinja::value::ValueKind;
    if !matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable) {
        return Ok(shell_words::quote(&text(value)?));
    }
    let words: Result<Vec<String>, Error> =
        value.try_iter()?.map(|item| Ok(shell_words::quote(&text(&item)?))).collect();
    Ok(words?.join(" "))
}

/// A value as structure, printed on purpose: texts in it stay placeholders, so that they cannot break out of it.
fn as_yaml(value: &Value, store: &Store) -> Result<Value, Error> {
    let origin = Origin::file(FileId::from_index(0));
    let mut node = to_node(value, origin, store)
        .map_err(|_| Error::new(ErrorKind::InvalidOperation, "only data can be printed as YAML"))?;
    hide(&mut node, store);
    let text = yaml::emit(&node);
    Ok(Value::from_safe_string(text))
}

fn hide(node: &mut Node, store: &Store) {
    let origin = node.origin;
    match &mut node.kind {
        Kind::Seq(items) => items.iter_mut().for_each(|item| hide(item, store)),
        Kind::Map(map) => {
            for entry in &mut map.entries {
                entry.key.scalar.text = hidden(entry.key.text(), store).into();
                hide(&mut entry.value, store);
            }
        }
        Kind::Scalar(_) => {
            if let Some(text) = node.as_str() {
                *node = Node::string(origin, hidden(text, store));
            }
        }
    }
}

fn hidden(text: &str, store: &Store) -> String {
    store.keep(&Value::from(&*private_use::escape(text)))
}
