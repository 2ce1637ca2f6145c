//! The values of one rendering, one for each placeholder.
//!
//! Whatever `${{ }}` prints is kept here, and its placeholder is printed instead: a few private-use characters that
//! cannot be mistaken for a key, an indentation or a comment, so that no value changes the structure of the YAML.

use super::json::atom_text;
use crate::template::marks::private_use::{CAPTURED, Piece, VALUE, has_reserved, pieces, write_placeholder};
use crate::template::marks::wrap::Untrusted;
use crate::template_syntax::hidden::reveal;
use minijinja::Value;
use minijinja::value::Object;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Maximum depth of captured text inside captured text.
pub(crate) const CAPTURE_DEPTH: usize = 50;

/// An untrusted value on its way from the call around an expression to the formatter, which keeps what is inside. The
/// call is the outermost part of its expression, so that no filter and no operator ever sees this object.
#[derive(Debug)]
pub(crate) struct UntrustedValue {
    /// The value as the expression gave it.
    pub value: Value,
    /// The expression, and what it reads.
    pub untrusted: Arc<Untrusted>,
}

impl Object for UntrustedValue {}

/// The values of one rendering, by the index in their placeholders. Clones share them, since the engine's formatter and
/// its filters each own one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Placeholders {
    kept: Arc<Mutex<Vec<Kept>>>,
}

#[derive(Debug, Clone)]
struct Kept {
    value: Value,
    untrusted: Option<Arc<Untrusted>>,
    size: Size,
}

/// The size of a value, including the values of its placeholders.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Size {
    /// Its bytes. Captured text that prints other captured text twice is twice as large.
    pub bytes: u64,
    /// Depth of captured text inside captured text.
    pub nesting: usize,
}

impl Placeholders {
    fn kept(&self) -> MutexGuard<'_, Vec<Kept>> {
        // Nothing panics while it holds the lock, and a value that was pushed is whole.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a printed value and returns its placeholder. `bytes` is the size of a list or a mapping.
    pub(crate) fn keep(&self, printed: &Value, bytes: u64) -> String {
        let Some(UntrustedValue { value, untrusted }) = printed.downcast_object_ref() else {
            return self.push(printed, None, bytes);
        };
        // Text that a macro returned is already made of placeholders, and its parts are as untrusted as the whole.
        if let Some(text) = value.as_str().filter(|_| value.is_safe()) {
            self.distrust_parts(text, untrusted);
        }
        self.push(value, Some(Arc::clone(untrusted)), bytes)
    }

    /// Keeps what a filter made of the value of a placeholder, which is as untrusted as that value.
    pub(crate) fn keep_changed(&self, index: usize, changed: &Value) -> String {
        let untrusted = self.untrusted(index);
        self.push(changed, untrusted, 0)
    }

    fn distrust_parts(&self, text: &str, untrusted: &Arc<Untrusted>) {
        let mut kept = self.kept();
        for piece in pieces(text) {
            if let Piece::Value(index) | Piece::Captured(index) = piece
                && let Some(part) = kept.get_mut(index)
            {
                part.untrusted.get_or_insert_with(|| Arc::clone(untrusted));
            }
        }
    }

    fn push(&self, value: &Value, untrusted: Option<Arc<Untrusted>>, bytes: u64) -> String {
        let size = match value.as_str() {
            Some(text) => self.size_of(text),
            None => Size { bytes, nesting: 0 },
        };
        let mut kept = self.kept();
        let mut placeholder = String::with_capacity(16);
        // The engine calls text safe that went through its output once: what a macro, a `set` block or a filter made.
        let open = if value.is_safe() { CAPTURED } else { VALUE };
        write_placeholder(&mut placeholder, open, kept.len());
        kept.push(Kept { value: value.clone(), untrusted, size });
        placeholder
    }

    /// Returns the value of a placeholder.
    pub(crate) fn get(&self, index: usize) -> Option<Value> {
        self.kept().get(index).map(|kept| kept.value.clone())
    }

    /// Returns the size of a string.
    pub(crate) fn size_of(&self, text: &str) -> Size {
        let mut size = Size { bytes: text.len() as u64, nesting: 0 };
        if !has_reserved(text) {
            return size;
        }
        let kept = self.kept();
        for piece in pieces(text) {
            if let Piece::Value(index) | Piece::Captured(index) = piece
                && let Some(part) = kept.get(index)
            {
                size.bytes = size.bytes.saturating_add(part.size.bytes);
                size.nesting = size.nesting.max(part.size.nesting + 1);
            }
        }
        size
    }

    fn untrusted(&self, index: usize) -> Option<Arc<Untrusted>> {
        self.kept().get(index)?.untrusted.clone()
    }

    /// Returns the untrusted values of a placeholder: the value itself, or those inside captured text.
    pub(crate) fn untrusted_within(&self, index: usize) -> Vec<Arc<Untrusted>> {
        let mut untrusted = Vec::new();
        self.collect_untrusted(index, 0, &mut untrusted);
        untrusted
    }

    fn collect_untrusted(&self, index: usize, depth: usize, collected: &mut Vec<Arc<Untrusted>>) {
        if let Some(untrusted) = self.untrusted(index) {
            collected.push(untrusted);
            return;
        }
        let Some(value) = self.get(index) else { return };
        if depth >= CAPTURE_DEPTH || !value.is_safe() {
            return;
        }
        for piece in pieces(value.as_str().unwrap_or_default()) {
            if let Piece::Value(part) | Piece::Captured(part) = piece {
                self.collect_untrusted(part, depth + 1, collected);
            }
        }
    }

    /// Forgets all values, before the next rendering.
    pub(crate) fn clear(&self) {
        self.kept().clear();
    }

    /// Returns text without its marks and with values in place of their placeholders. Reserved characters that
    /// values brought with them are still escaped.
    pub(crate) fn resolved(&self, text: &str) -> String {
        let mut resolved = String::with_capacity(text.len());
        self.resolve_into(&mut resolved, text, 0);
        resolved
    }

    fn resolve_into(&self, resolved: &mut String, text: &str, depth: usize) {
        if depth >= CAPTURE_DEPTH || !has_reserved(text) {
            resolved.push_str(text);
            return;
        }
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => resolved.push_str(&reveal(text)),
                Piece::Mark(..) => {}
                Piece::Value(index) | Piece::Captured(index) => {
                    let Some(value) = self.get(index) else { continue };
                    match value.as_str() {
                        Some(text) => self.resolve_into(resolved, text, depth + 1),
                        None => resolved.push_str(&atom_text(&value)),
                    }
                }
            }
        }
    }
}
