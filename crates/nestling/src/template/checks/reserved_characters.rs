//! Private-use characters in a template: those that marks are made of cannot be the author's.

use crate::template::marks::private_use::{has_reserved, is_reserved};
use crate::template::rules::TEMPLATE_CHARACTER;
use crate::template::source_position::span;
use crate::template_syntax::hidden::is_hidden;
use crate::workspace::Body;
use nestling_gitlab::diagnostic::Diagnostic;

/// Reports the first reserved character of a template.
pub(crate) fn reserved_character(body: &Body) -> Option<Diagnostic> {
    // Every template of every unit comes here: the quick test first.
    if !has_reserved(&body.text) {
        return None;
    }
    let is_of_author = |c: char| is_reserved(c) && !(body.has_hidden && is_hidden(c));
    let offset = body.text.find(is_of_author)?;
    let message = "a template cannot contain private-use characters from U+F0000 to U+F001F";
    let problem = Diagnostic::error(&TEMPLATE_CHARACTER, span(body.file, &body.text, offset, 1), message);
    Some(problem.with_help("remove the character"))
}
