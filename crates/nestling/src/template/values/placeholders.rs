//! The values that placeholders stand for.

use crate::template::marks::private_use::{self, Piece, TEXT, VALUE};
use minijinja::Value;
use nestling_gitlab::diagnostic::Origin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Captured text inside captured text, at most so many times.
const DEPTH: usize = 50;

/// A contributor's choice that a template prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Untrusted {
    /// Where it is printed.
    pub origin: Origin,
    /// What it is, such as `pipeline.branch`.
    pub source: String,
}

/// The values of one rendering, by the number in their placeholders. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Store {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    values: Vec<(Value, Option<Arc<Untrusted>>)>,
    /// What the next value to be kept is told to be.
    next: Option<Arc<Untrusted>>,
}

impl Store {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a value and gives its placeholder.
    pub(crate) fn keep(&self, value: &Value) -> String {
        let mut kept = self.kept();
        let untrusted = kept.next.take();
        if let (Some(untrusted), Some(text)) = (&untrusted, value.as_str().filter(|_| value.is_safe())) {
            for piece in private_use::pieces(text) {
                if let Piece::Value(index) | Piece::Captured(index) = piece
                    && let Some((_, inner)) = kept.values.get_mut(index)
                {
                    inner.get_or_insert_with(|| Arc::clone(untrusted));
                }
            }
        }
        let mut placeholder = String::with_capacity(16);
        let open = if value.is_safe() { TEXT } else { VALUE };
        private_use::write_placeholder(&mut placeholder, open, kept.values.len());
        kept.values.push((value.clone(), untrusted));
        placeholder
    }

    /// Keeps what became of the value behind a placeholder.
    pub(crate) fn keep_changed(&self, index: usize, changed: &Value) -> String {
        let untrusted = self.untrusted(index);
        self.kept().next = untrusted;
        self.keep(changed)
    }

    /// Tells that the value that is kept next is a contributor's choice.
    pub(crate) fn distrust_next(&self, untrusted: Untrusted) {
        self.kept().next = Some(Arc::new(untrusted));
    }

    /// The value behind a placeholder.
    pub(crate) fn get(&self, index: usize) -> Option<Value> {
        self.kept().values.get(index).map(|(value, _)| value.clone())
    }

    /// Whether the value behind a placeholder is a contributor's choice.
    pub(crate) fn untrusted(&self, index: usize) -> Option<Arc<Untrusted>> {
        self.kept().values.get(index)?.1.clone()
    }

    /// All contributor's choices behind a placeholder, in captured text as well.
    pub(crate) fn all_untrusted(&self, index: usize) -> Vec<Arc<Untrusted>> {
        let mut found = Vec::new();
        self.collect_untrusted(index, 0, &mut found);
        found
    }

    fn collect_untrusted(&self, index: usize, depth: usize, found: &mut Vec<Arc<Untrusted>>) {
        if let Some(untrusted) = self.untrusted(index) {
            return found.push(untrusted);
        }
        let Some(value) = self.get(index).filter(|value| depth < DEPTH && value.is_safe()) else { return };
        for piece in private_use::pieces(value.as_str().unwrap_or_default()) {
            if let Piece::Value(index) | Piece::Captured(index) = piece {
                self.collect_untrusted(index, depth + 1, found);
            }
        }
    }

    /// Forgets all values, before the next rendering.
    pub(crate) fn clear(&self) {
        *self.kept() = Kept::default();
    }

    /// Text with its marks gone and its placeholders replaced by what they stand for, signs in values still escaped.
    pub(crate) fn resolved(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        self.resolve_into(&mut out, text, 0);
        out
    }

    fn resolve_into(&self, out: &mut String, text: &str, depth: usize) {
        if depth >= DEPTH || !private_use::has_sign(text) {
            out.push_str(text);
            return;
        }
        for piece in private_use::pieces(text) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Mark(..) => {}
                Piece::Value(index) | Piece::Captured(index) => {
                    let Some(value) = self.get(index) else { continue };
                    match value.as_str() {
                        Some(text) => self.resolve_into(out, text, depth + 1),
                        None => out.push_str(&crate::template::values::convert::atom(&value)),
                    }
                }
            }
        }
    }
}
