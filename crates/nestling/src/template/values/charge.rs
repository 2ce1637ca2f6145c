//! Pays for values before they are walked through, out of the engine's fuel.
//!
//! The engine charges for what an operator or a filter makes, and not for what is inside: `[x, x]` costs two slots, however
//! large `x` is. Forty such lines make a value with more than 10¹² items out of nothing, and whatever walks through it
//! (printing, comparing, JSON) never ends. So the walk itself is paid for, each item as often as it is reached.

use super::placeholders::{CAPTURE_DEPTH, Placeholders, UntrustedValue};
use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, State, Value};

/// Maximum depth of nested lists and mappings: walking through them is recursive, in the engine as well.
pub(crate) const VALUE_DEPTH: usize = 50;

/// Number of bytes that one step of the engine pays for, as the engine counts itself.
pub(crate) const BYTES_PER_FUEL: u64 = 64;

/// Cost of a walk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Price {
    /// Of an item beside its text, in bytes.
    item: u64,
    /// Number of bytes of text that cost as much as one node.
    text: u64,
}

impl Price {
    /// Of a walk that writes: about what a node of a tree needs.
    pub(crate) const WRITTEN: Self = Self { item: 256, text: 1 };
    /// Of a walk that writes no tree.
    pub(crate) const REWRITTEN: Self = Self { item: 32, text: 1 };
    /// Of a walk that reads each item.
    pub(crate) const READ: Self = Self { item: 32, text: 4 };
    /// Of a walk that looks for a template of each name.
    pub(crate) const NAMED: Self = Self { item: 3200, text: 1 };
    /// Of a walk that compares.
    pub(crate) const COMPARED: Self = Self { item: 32, text: 8 };
}

/// State of a walk through a value.
#[derive(Debug)]
pub(crate) struct Walk {
    /// The items of all lists and mappings, and the value itself.
    pub items: u64,
    /// The deepest list or mapping.
    pub depth: usize,
    /// Set if anything is undefined.
    pub holds_undefined: bool,
    /// Set if there is a namespace.
    pub holds_namespace: bool,
    /// Bytes of all items, also behind placeholders.
    pub bytes: u64,
    price: Price,
    /// Bytes that are not paid for yet.
    unpaid: u64,
}

/// Pays for walking through a value once.
///
/// # Errors
/// The fuel is used up, or the value is nested too deep.
pub(crate) fn charge(
    value: &Value,
    price: Price,
    state: &State<'_, '_>,
    placeholders: &Placeholders,
) -> Result<Walk, Error> {
    let mut walk = Walk {
        items: 0,
        depth: 0,
        holds_undefined: false,
        holds_namespace: false,
        bytes: 0,
        price,
        unpaid: 0,
    };
    walk.visit(value, 0, state, placeholders)?;
    Ok(walk)
}

/// Returns the error of a value that is too deep.
pub(crate) fn too_deep(what: &str, levels: usize) -> Error {
    Error::new(ErrorKind::OutOfFuel, format!("{what} nested more than {levels} levels deep"))
}

impl Walk {
    fn visit(
        &mut self,
        value: &Value,
        depth: usize,
        state: &State<'_, '_>,
        placeholders: &Placeholders,
    ) -> Result<(), Error> {
        self.items += 1;
        self.depth = self.depth.max(depth);
        // The engine has charged for the step that reads the value itself.
        if depth > 0 {
            self.pay(self.price.item, state)?;
        }
        if let Some(text) = value.as_str() {
            let size = placeholders.size_of(text);
            if size.nesting > CAPTURE_DEPTH {
                return Err(too_deep("captured text is", CAPTURE_DEPTH));
            }
            self.bytes = self.bytes.saturating_add(size.bytes);
            return self.pay(size.bytes / self.price.text, state);
        }
        let Some(object) = value.as_object() else {
            self.holds_undefined |= value.is_undefined();
            self.bytes += ATOM_BYTES;
            return Ok(());
        };
        if let Some(UntrustedValue { value, .. }) = value.downcast_object_ref() {
            return self.visit(value, depth, state, placeholders);
        }
        if depth > VALUE_DEPTH {
            return Err(too_deep("a value is", VALUE_DEPTH));
        }
        self.holds_namespace |= object.type_name().ends_with("::Namespace");
        let is_map = value.kind() == ValueKind::Map;
        if !is_map && !matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable) {
            return Ok(());
        }
        // Iterating over a mapping gives its keys. What cannot be iterated over has no items.
        let Ok(items) = value.try_iter() else { return Ok(()) };
        for item in items {
            self.visit(&item, depth + 1, state, placeholders)?;
            if is_map && let Ok(inner) = value.get_item(&item) {
                self.visit(&inner, depth + 1, state, placeholders)?;
            }
        }
        Ok(())
    }

    fn pay(&mut self, bytes: u64, state: &State<'_, '_>) -> Result<(), Error> {
        self.unpaid = self.unpaid.saturating_add(bytes);
        if self.unpaid >= BYTES_PER_FUEL {
            state.consume_fuel(self.unpaid / BYTES_PER_FUEL)?;
            self.unpaid %= BYTES_PER_FUEL;
        }
        Ok(())
    }
}

/// Approximate length of a number or a boolean.
const ATOM_BYTES: u64 = 8;
