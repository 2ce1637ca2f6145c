//! Moves syntax errors of the parser to the line that causes them: the parser often stops a line too late.

use super::position::Position;
use crate::diagnostic::{Diagnostic, Origin, number};
use crate::yaml::rules::YAML_SYNTAX;

/// Lines that are searched for the cause.
const SEARCHED_LINES: usize = 60;

/// Returns the diagnostic for the parser's error at a line and a column, both from 1, with the line that causes it where
/// that can be found.
pub(super) fn problem(
    text: &str,
    (line, column): (usize, usize),
    info: &str,
    locate: &dyn Fn(Position) -> Origin,
) -> Diagnostic {
    let lines: Vec<&str> = text.lines().collect();
    let index = line.saturating_sub(1).min(lines.len().saturating_sub(1));
    if let Some(tab) = tab(&lines, index) {
        let origin = line_origin(&lines, tab, locate);
        return Diagnostic::error(&YAML_SYNTAX, origin, "this line is indented with a tab")
            .with_help("indent with spaces");
    }
    if let Some(column) = lines.get(index).and_then(|line| braces(line)) {
        let origin = locate(Position { line: number(index + 1), column, width: 2 });
        return Diagnostic::error(&YAML_SYNTAX, origin, "`{{` opens a mapping inside a mapping in YAML")
            .with_help("write `${{ … }}` to print a value, or quote the string");
    }
    let origin = locate(Position { line: number(line), column: number(column), width: 0 });
    let problem = Diagnostic::error(&YAML_SYNTAX, origin, info);
    if let Some(item) = folded_item(&lines, index) {
        let above = content_above(&lines, item).unwrap_or(item);
        return problem
            .with_label(
                line_origin(&lines, item, locate),
                "this line looks like an item, but continues the one above",
            )
            .with_label(line_origin(&lines, above, locate), "the item above")
            .with_help("indent both lines the same");
    }
    // With other errors the indentation is right.
    let is_indentation =
        ["did not find expected", "mapping values are not allowed"].iter().any(|text| info.contains(text));
    match misaligned(&lines, index).filter(|_| is_indentation) {
        Some(other) => misalignment(problem, &lines, (index, other), locate),
        None => problem.with_help(
            "check the indentation (spaces only), and quote strings with `: `, ` #` or a special first character",
        ),
    }
}

/// Adds the line `other` whose indentation does not fit the line `index` that the parser rejected.
fn misalignment(
    problem: Diagnostic,
    lines: &[&str],
    (index, other): (usize, usize),
    locate: &dyn Fn(Position) -> Origin,
) -> Diagnostic {
    let line = lines[other];
    let is_deeper = indent(line) > indent(lines[index]);
    let label = if is_deeper {
        "this line is indented differently"
    } else if line.contains(": ") {
        "this key already has a value"
    } else if line.trim_end().ends_with(':') {
        "this line is indented differently"
    } else {
        "is a `:` missing at its end?"
    };
    let mut problem = problem.with_label(line_origin(lines, other, locate), label);
    if let Some(parent) = parent(lines, other).filter(|_| is_deeper) {
        problem = problem.with_label(line_origin(lines, parent, locate), "and belongs to this one");
    }
    problem.with_help("indent lines of the same level the same, with spaces only")
}

/// Returns the column of the braces of other tools' templates, if a value starts with them.
fn braces(line: &str) -> Option<u32> {
    let start = [": {{", "- {{"].iter().find_map(|start| Some(line.find(start)? + 2))?;
    Some(number(line[..start].chars().count() + 1))
}

/// Returns `true` for an item that is deeper than the item above and continues its string: `  - b` below `- a`.
pub(super) fn continues_item(lines: &[&str], index: usize) -> bool {
    let Some(above) = content_above(lines, index) else { return false };
    let item = lines[index];
    let item_above = lines[above];
    let text = item_above.trim();
    item.trim_start().starts_with("- ")
        && text.starts_with("- ")
        && indent(item) > indent(item_above)
        // These end a key, a block or a nested list, to which a deeper item belongs.
        && !text.ends_with([':', '|', '>', '-', '['])
        && !text[2..].trim_start().starts_with(['"', '\'', '[', '{', '-', '&', '*'])
}

fn folded_item(lines: &[&str], index: usize) -> Option<usize> {
    (index.saturating_sub(SEARCHED_LINES)..=index).rev().find(|line| continues_item(lines, *line))
}

/// Returns the first line from `index` on that is indented with a tab.
fn tab(lines: &[&str], index: usize) -> Option<usize> {
    // The parser reports the start of the value before the line, so only the next line with content can be the cause.
    let end = (index + SEARCHED_LINES).min(lines.len());
    let first = (index..end).find(|line| *line > 0 && is_content(lines[*line]) && has_tab(lines[*line]))?;
    (index + 1..first).all(|line| !is_content(lines[line])).then_some(first)
}

fn has_tab(line: &str) -> bool {
    line[..indent(line)].contains('\t')
}

/// Returns the line above that should have the same indentation: it is deeper than this one, but has no parent that is not.
fn misaligned(lines: &[&str], index: usize) -> Option<usize> {
    let own_indent = indent(lines.get(index)?);
    let first = index.saturating_sub(SEARCHED_LINES);
    for above in (first..index).rev().filter(|above| is_content(lines[*above])) {
        let depth = indent(lines[above]);
        if depth < own_indent {
            break;
        }
        if depth > own_indent && parent(lines, above).is_none_or(|parent| indent(lines[parent]) < own_indent)
        {
            return Some(above);
        }
    }
    content_above(lines, index).filter(|above| indent(lines[*above]) != own_indent)
}

/// Returns the nearest line above that is indented less.
fn parent(lines: &[&str], index: usize) -> Option<usize> {
    let own_indent = indent(lines[index]);
    (0..index).rev().find(|line| is_content(lines[*line]) && indent(lines[*line]) < own_indent)
}

pub(super) fn content_above(lines: &[&str], index: usize) -> Option<usize> {
    (0..index).rev().find(|above| is_content(lines[*above]))
}

fn is_content(line: &str) -> bool {
    let text = line.trim();
    !text.is_empty() && !text.starts_with('#')
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Returns the origin of a line without its indentation.
pub(super) fn line_origin(lines: &[&str], index: usize, locate: &dyn Fn(Position) -> Origin) -> Origin {
    let line = lines[index];
    let column = line[..indent(line)].chars().count() + 1;
    let width = line.trim().chars().count();
    locate(Position { line: number(index + 1), column: number(column), width: number(width) })
}
