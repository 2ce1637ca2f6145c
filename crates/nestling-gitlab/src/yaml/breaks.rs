//! The line breaks of YAML 1.1 that later versions took out.

use super::position::Position;
use crate::diagnostic::number;

/// Next line: for GitLab's reader it ends a line, and is one line feed in a string of several lines.
pub(super) const NEXT_LINE: char = '\u{85}';

/// The line and the column, both from 1, at which a line of the changed text begins in the original.
pub(super) type Start = (u32, u32);

/// Returns the text with line feeds in their place, and the places at which its lines begin.
pub(super) fn as_line_feeds(text: &str) -> (String, Vec<Start>) {
    let mut changed = String::with_capacity(text.len());
    let mut starts: Vec<Start> = Vec::new();
    for (line, content) in (1..).zip(text.split_inclusive('\n')) {
        let mut column = 1;
        for part in content.split(NEXT_LINE) {
            if column > 1 {
                changed.push('\n');
            }
            starts.push((line, number(column)));
            changed.push_str(part);
            column += part.chars().count() + 1;
        }
    }
    (changed, starts)
}

/// Returns the place in the original of a position in the changed text.
pub(super) fn original(position: Position, starts: &[Start]) -> Position {
    let index = usize::try_from(position.line).unwrap_or_default().saturating_sub(1);
    let Some((line, column)) = starts.get(index) else { return position };
    Position { line: *line, column: position.column + column - 1, width: position.width }
}
