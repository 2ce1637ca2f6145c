//! Jinja's own filters, made safe for captured text and paid for before they begin.

use super::{bounded, piece_by_piece, refuse_undefined, resolved_value};
use crate::template::values::charge::{BYTES_PER_FUEL, Price, Walk, charge};
use crate::template::values::placeholders::Placeholders;
use minijinja::value::{Kwargs, Rest, from_args};
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior, Value};
use std::sync::Arc;

/// Filters that can be applied separately to the text around placeholders and to each of their values.
const PIECE_BY_PIECE: [&str; 4] = ["upper", "lower", "title", "replace"];

/// Filters of a whole string: they get captured text with its values, and return data.
const AS_A_WHOLE: [&str; 13] = [
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
    "trim",
];

/// Filters that visit all of a value to compare or write it, or that nest values.
const WALKING: [&str; 14] = [
    "sort", "unique", "dictsort", "groupby", "min", "max", "tojson", "pprint", "sum", "zip", "chain",
    "items", "batch", "slice",
];

/// The widest indentation.
const MAX_INDENTATION: usize = 100;

/// Adds them to an engine with so much fuel.
pub(super) fn add_filters(engine: &mut Environment<'static>, placeholders: &Placeholders, fuel: u64) {
    let jinja = JinjaFilters::new(placeholders, fuel);
    add_indent(engine, &jinja);
    for name in PIECE_BY_PIECE {
        add_piece_by_piece(engine, &jinja, name);
    }
    for name in AS_A_WHOLE {
        add_as_a_whole(engine, &jinja, name);
    }
    for name in WALKING {
        add_walking(engine, &jinja, name);
    }
}

/// The filters as Jinja has them. They are not reachable once others have their names: a second engine keeps them.
#[derive(Clone)]
struct JinjaFilters {
    engine: Arc<Environment<'static>>,
    placeholders: Placeholders,
}

impl JinjaFilters {
    fn new(placeholders: &Placeholders, fuel: u64) -> Self {
        let mut engine = Environment::new();
        engine.set_fuel(Some(fuel));
        engine.set_undefined_behavior(UndefinedBehavior::Strict);
        Self { engine: Arc::new(engine), placeholders: placeholders.clone() }
    }

    /// Applies a filter and pays for it with the fuel of the template that uses it.
    fn apply(&self, name: &str, args: &[Value], state: &State<'_, '_>) -> Result<Value, Error> {
        let mut own_state = self.engine.empty_state();
        let result = own_state.apply_filter(name, args);
        if let Some((consumed, _)) = own_state.fuel_levels() {
            state.consume_fuel(consumed)?;
        }
        // `reverse` and others return what reads the filtered value later.
        bounded(result?, state, &self.placeholders)
    }
}

fn add_indent(engine: &mut Environment<'static>, jinja: &JinjaFilters) {
    let jinja = jinja.clone();
    engine.add_filter("indent", move |state: &State<'_, '_>, args: Rest<Value>| {
        refuse_undefined(&args)?;
        let indentation = Indentation::read(&args[1..])?;
        let text = args[0].as_str().unwrap_or_default();
        let lines = text.bytes().filter(|byte| *byte == b'\n').count() as u64 + 1;
        state.consume_fuel(lines.saturating_mul(indentation.width as u64) / BYTES_PER_FUEL)?;
        if args[0].is_safe() {
            return Ok(indented(text, &indentation));
        }
        jinja.apply("indent", &args, state)
    });
}

fn add_piece_by_piece(engine: &mut Environment<'static>, jinja: &JinjaFilters, name: &'static str) {
    let jinja = jinja.clone();
    engine.add_filter(name, move |state: &State<'_, '_>, args: Rest<Value>| {
        refuse_undefined(&args)?;
        // The values of the placeholders are filtered, too.
        charge(&args[0], Price::REWRITTEN, state, &jinja.placeholders)?;
        let apply = |text: &Value| {
            let mut args = args.to_vec();
            args[0] = text.clone();
            jinja.apply(name, &args, state)
        };
        piece_by_piece(&args[0], &jinja.placeholders, &apply)
    });
}

fn add_as_a_whole(engine: &mut Environment<'static>, jinja: &JinjaFilters, name: &'static str) {
    let jinja = jinja.clone();
    engine.add_filter(name, move |state: &State<'_, '_>, args: Rest<Value>| {
        refuse_undefined(&args)?;
        let mut resolved = Vec::with_capacity(args.len());
        for arg in args.iter() {
            charge(arg, Price::READ, state, &jinja.placeholders)?;
            resolved.push(resolved_value(arg, &jinja.placeholders));
        }
        jinja.apply(name, &resolved, state)
    });
}

fn add_walking(engine: &mut Environment<'static>, jinja: &JinjaFilters, name: &'static str) {
    let jinja = jinja.clone();
    engine.add_filter(name, move |state: &State<'_, '_>, args: Rest<Value>| {
        refuse_undefined(&args)?;
        let price = if matches!(name, "tojson" | "pprint") { Price::WRITTEN } else { Price::COMPARED };
        let walk = charge(&args[0], price, state, &jinja.placeholders)?;
        let work = match name {
            "tojson" => walk.items.saturating_mul(json_indentation(&args[1..])? * (walk.depth as u64 + 1)),
            "sum" => work_of_sum(&args[0], &walk),
            "zip" | "chain" | "items" | "batch" | "slice" | "pprint" => 0,
            // Long strings with the same beginning are compared to their ends, each with several others.
            _ => (walk.bytes / 8).saturating_mul(u64::from(walk.items.ilog2())),
        };
        state.consume_fuel(work / BYTES_PER_FUEL)?;
        jinja.apply(name, &args, state)
    });
}

/// Returns the work of a sum of lists, each of which is put after the ones before it.
fn work_of_sum(value: &Value, walk: &Walk) -> u64 {
    let terms = value.len().unwrap_or_default() as u64;
    let is_nested = walk.items > terms + 1;
    if is_nested { terms.saturating_mul(walk.items) } else { 0 }
}

/// The arguments of `indent`.
struct Indentation {
    width: usize,
    first: bool,
    blank: bool,
}

impl Indentation {
    fn read(args: &[Value]) -> Result<Self, Error> {
        let (width, first, blank, named): (Option<usize>, Option<bool>, Option<bool>, Kwargs) =
            from_args(args)?;
        let indentation = Self {
            width: width.or(named.get("width")?).unwrap_or(4),
            first: first.or(named.get("first")?).unwrap_or(false),
            blank: blank.or(named.get("blank")?).unwrap_or(false),
        };
        named.assert_all_used()?;
        refuse_wide(indentation.width)?;
        Ok(indentation)
    }
}

/// Returns the width that `tojson` is given. `true` is two.
fn json_indentation(args: &[Value]) -> Result<u64, Error> {
    let (indent, named): (Option<Value>, Kwargs) = from_args(args)?;
    let Some(indent) = indent.or(named.get("indent")?) else { return Ok(0) };
    let width = usize::try_from(indent).unwrap_or(2);
    refuse_wide(width)?;
    Ok(width as u64)
}

fn refuse_wide(width: usize) -> Result<(), Error> {
    if width <= MAX_INDENTATION {
        return Ok(());
    }
    let message = format!("the indentation cannot be wider than {MAX_INDENTATION}");
    Err(Error::new(ErrorKind::InvalidOperation, message))
}

/// Moves the lines of captured text to the right. Unlike Jinja's own filter, it keeps the line break at the end, so
/// that a `filter` block stays apart from the line after it.
fn indented(text: &str, indentation: &Indentation) -> Value {
    let blanks = " ".repeat(indentation.width);
    let mut indented = String::with_capacity(text.len() * 2);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let is_moved = index > 0 || indentation.first;
        if is_moved && (indentation.blank || !line.trim().is_empty()) {
            indented.push_str(&blanks);
        }
        indented.push_str(line);
    }
    Value::from_safe_string(indented)
}
