//! Calls around the expressions that print an untrusted value: through them the values of a rendering are known to be
//! untrusted, and the author never sees them.

use super::calls::without_calls;
use super::private_use::{Piece, UNTRUSTED, pieces};
use crate::template::untrusted::AS_WORD;
use nestling_gitlab::diagnostic::{FileId, Origin};

/// The function that a wrapped expression calls: with [`UNTRUSTED`], the expression, and a [`Untrusted::note`].
pub(crate) const UNTRUSTED_FUNCTION: &str = "__untrusted__";

/// An untrusted value that a template prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Untrusted {
    /// The expression that prints it.
    pub origin: Origin,
    /// The name that it was read from, such as `pipeline.branch`, with [`AS_WORD`] after it where it is one word of a shell.
    pub source: String,
}

impl Untrusted {
    /// Returns `true` if it is quoted for a shell.
    pub(crate) fn is_word(&self) -> bool {
        self.source.ends_with(AS_WORD)
    }

    /// Returns the name that it was read from.
    pub(crate) fn shown_source(&self) -> &str {
        self.source.trim_end_matches(AS_WORD)
    }

    /// Writes what the call says of its expression, in words that are no YAML and need no escapes.
    fn note(&self) -> String {
        let Origin { file, line, column, width, .. } = self.origin;
        format!("{UNTRUSTED}{} {line} {column} {width} {}", file.index(), self.source)
    }

    /// Reads what a call says of its expression; `None` where an author wrote the call.
    pub(crate) fn read(note: &str) -> Option<Self> {
        let mut words = note.strip_prefix(UNTRUSTED)?.split(' ');
        let file = FileId::from_index(words.next()?.parse().ok()?);
        let line = words.next()?.parse().ok()?;
        let column = words.next()?.parse().ok()?;
        let width = words.next()?.parse().ok()?;
        let source = words.next()?.to_owned();
        Some(Self { origin: Origin::span(file, line, column, width), source })
    }
}

/// Returns what opens and what closes the call around an expression. The parentheses keep `a if b` and `a | filter`
/// together.
pub(crate) fn call(untrusted: &Untrusted) -> (String, String) {
    (format!("{UNTRUSTED_FUNCTION}(\"{UNTRUSTED}\",("), format!("),\"{}\")", untrusted.note()))
}

/// Returns marked text as its author wrote it: without marks and without calls around expressions.
pub(crate) fn visible(marked: &str) -> String {
    let mut text = String::with_capacity(marked.len());
    for piece in pieces(marked) {
        if let Piece::Text(part) = piece {
            text.push_str(part);
        }
    }
    let text = without_calls(&text);
    if !text.contains(UNTRUSTED) {
        return text;
    }
    let before_expression = format!("{UNTRUSTED_FUNCTION}(\"{UNTRUSTED}\",(");
    let behind_expression = format!("),\"{UNTRUSTED}");
    let text = text.replace(&before_expression, "");
    let mut visible = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(end) = rest.find(&behind_expression) {
        visible.push_str(&rest[..end]);
        let note = &rest[end + behind_expression.len()..];
        rest = note.find("\")").map_or("", |end| &note[end + 2..]);
    }
    visible.push_str(rest);
    visible
}
