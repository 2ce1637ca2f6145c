//! Byte offsets in a template's text as the lines and columns of diagnostics, both counted from 1.

use nestling_gitlab::diagnostic::{FileId, Origin, number};

/// Returns how many line breaks a string has.
pub(crate) fn line_breaks(text: &str) -> u32 {
    number(text.bytes().filter(|byte| *byte == b'\n').count())
}

/// Returns how many characters a string has.
pub(crate) fn characters(text: &str) -> u32 {
    number(text.chars().count())
}

/// Returns the line of a byte.
pub(crate) fn line_of(source: &str, offset: usize) -> u32 {
    line_breaks(&source[..offset]) + 1
}

/// Returns the column of a byte.
pub(crate) fn column_of(source: &str, offset: usize) -> u32 {
    characters(&source[line_start(source, offset)..offset]) + 1
}

/// Returns the first byte of the line that a byte is on.
pub(crate) fn line_start(source: &str, offset: usize) -> usize {
    source[..offset].rfind('\n').map_or(0, |line_break| line_break + 1)
}

/// Returns the first line of a string: all of it that one label can underline.
pub(crate) fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Returns the origin of so many characters from a byte on.
pub(crate) fn span(file: FileId, source: &str, offset: usize, width: u32) -> Origin {
    Origin::span(file, line_of(source, offset), column_of(source, offset), width)
}
