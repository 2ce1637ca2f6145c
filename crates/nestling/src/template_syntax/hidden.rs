//! Characters that stand for those of a `${{ }}` that is GitLab's, so that the engine takes it for text.
//!
//! Each stands for one character, which keeps lines and columns, and means nothing to YAML: the reader sees the rest of the
//! expression as it was written. They are among those that a template cannot hold.

use std::borrow::Cow;

/// Stands for `$`.
const DOLLAR: char = '\u{F0008}';
/// Stands for `{`.
const OPEN: char = '\u{F0009}';
/// Stands for `}`.
const CLOSE: char = '\u{F000A}';
/// Stands for the backslash that gives an expression to GitLab, which does not get it.
const BACKSLASH: char = '\u{F000B}';

/// Returns `true` if a character stands for another.
pub(crate) fn is_hidden(c: char) -> bool {
    (DOLLAR..=BACKSLASH).contains(&c)
}

/// Returns the character that stands for a character of an expression; the character itself where it needs none.
pub(super) fn hide(c: char) -> char {
    match c {
        '$' => DOLLAR,
        '{' => OPEN,
        '}' => CLOSE,
        c => c,
    }
}

/// Stands for the backslash of `\${{`.
pub(super) fn hidden_backslash() -> char {
    BACKSLASH
}

/// Returns the character that a character stands for in the source; the character itself where it stands for none.
pub(crate) fn as_written(c: char) -> char {
    match c {
        DOLLAR => '$',
        OPEN => '{',
        CLOSE => '}',
        BACKSLASH => '\\',
        c => c,
    }
}

/// Returns a string as GitLab gets it.
pub(crate) fn reveal(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|c| *c != BACKSLASH).map(as_written).collect())
}
