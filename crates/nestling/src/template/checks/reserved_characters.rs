//! Private-use characters in a template: those that marks are made of cannot be the author's.

use crate::template::marks::private_use::{has_reserved, is_reserved};
use crate::template::rules::TEMPLATE_CHARACTER;
use crate::template::source_position::span;
use nestling_gitlab::diagnostic::{Diagnostic, FileId};

/// Reports the first reserved character of a template.
pub(crate) fn reserved_character(source: &str, file: FileId) -> Option<Diagnostic> {
    // Every template of every unit comes here: the quick test first.
    if !has_reserved(source) {
        return None;
    }
    let offset = source.find(is_reserved)?;
    let message = "a template cannot hold private-use characters from U+F0000 to U+F001F";
    let problem = Diagnostic::error(&TEMPLATE_CHARACTER, span(file, source, offset, 1), message);
    Some(problem.with_help("take the character out"))
}
