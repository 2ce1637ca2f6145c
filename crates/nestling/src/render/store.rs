//! The values that placeholders stand for.

use super::sign::{self, Piece, TEXT, VALUE};
use minijinja::Value;
use std::sync::{Arc, Mutex, PoisonError};

/// Captured text inside captured text, at most so many times.
const DEPTH: usize = 50;

/// The values of one rendering, by the number in their placeholders. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Store {
    values: Arc<Mutex<Vec<Value>>>,
}

impl Store {
    /// Keeps a value and gives its placeholder.
    pub(crate) fn keep(&self, value: &Value) -> String {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        let mut placeholder = String::with_capacity(16);
        let open = if value.is_safe() { TEXT } else { VALUE };
        sign::write_placeholder(&mut placeholder, open, values.len());
        values.push(value.clone());
        placeholder
    }

    /// The value behind a placeholder.
    pub(crate) fn get(&self, index: usize) -> Option<Value> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner).get(index).cloned()
    }

    /// Forgets all values, before the next rendering.
    pub(crate) fn clear(&self) {
        self.values.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Text with its marks gone and its placeholders replaced by what they stand for, signs in values still escaped.
    pub(crate) fn resolved(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        self.resolve_into(&mut out, text, 0);
        out
    }

    fn resolve_into(&self, out: &mut String, text: &str, depth: usize) {
        if depth >= DEPTH || !sign::has_sign(text) {
            out.push_str(text);
            return;
        }
        for piece in sign::pieces(text) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Mark(..) => {}
                Piece::Value(index) | Piece::Captured(index) => {
                    let Some(value) = self.get(index) else { continue };
                    match value.as_str() {
                        Some(text) => self.resolve_into(out, text, depth + 1),
                        None => out.push_str(&super::value::atom(&value)),
                    }
                }
            }
        }
    }
}
