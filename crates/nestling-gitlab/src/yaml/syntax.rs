//! Syntax errors of the YAML reader, moved to the line that causes them: the reader often stops a line too late.

use super::position::Position;
use crate::diagnostic::{Diagnostic, Origin, number};
use crate::yaml::rules::YAML_SYNTAX;

/// How far up a crooked line is looked for.
const LINES: usize = 60;

/// The reader's complaint at a line and a column, both from 1, with the line that is at fault, if it can be found.
pub(super) fn problem(
    text: &str,
    (line, column): (usize, usize),
    info: &str,
    locate: &dyn Fn(Position) -> Origin,
) -> Diagnostic {
    let lines: Vec<&str> = text.lines().collect();
    let at = line.saturating_sub(1).min(lines.len().saturating_sub(1));
    if let Some(tab) = tab(&lines, at) {
        let here = whole(&lines, tab, locate);
        return Diagnostic::error(&YAML_SYNTAX, here, "this line is indented with a tab")
            .with_help("indent with spaces");
    }
    if let Some(column) = lines.get(at).and_then(|line| braces(line)) {
        let here = locate(Position { line: number(at + 1), column, width: 2 });
        return Diagnostic::error(&YAML_SYNTAX, here, "to YAML, `{{` opens a mapping inside a mapping")
            .with_help("write `${{ … }}` to print a value, or quote the text");
    }
    let here = locate(Position { line: number(line), column: number(column), width: 0 });
    let problem = Diagnostic::error(&YAML_SYNTAX, here, info);
    if let Some(item) = stray_item(&lines, at) {
        let above = content_above(&lines, item).unwrap_or(item);
        return problem
            .with_label(whole(&lines, item, locate), "this looks like an item, and goes on the text above")
            .with_label(whole(&lines, above, locate), "the text above")
            .with_help("indent both alike");
    }
    let places = ["did not find expected", "mapping values are not allowed"];
    let crooked = places.iter().any(|place| info.contains(place)).then(|| crooked(&lines, at)).flatten();
    if let Some(other) = crooked {
        let deeper = indent(lines[other]) > indent(lines[at]);
        let said = match lines[other].contains(": ") {
            _ if deeper => "this line is indented otherwise",
            true => "this key has a value already",
            false if lines[other].trim_end().ends_with(':') => "this line is indented otherwise",
            false => "is a `:` missing at its end?",
        };
        let belongs = parent(&lines, other).filter(|_| deeper);
        let problem = problem.with_label(whole(&lines, other, locate), said);
        let problem = match belongs {
            Some(parent) => problem.with_label(whole(&lines, parent, locate), "and belongs here"),
            None => problem,
        };
        return problem.with_help("indent lines that belong together alike, with spaces only");
    }
    problem.with_help(
        "check the indentation (spaces only), and quote texts with `: `, ` #` or a special first character",
    )
}

/// The column of the braces of other tools' templates, where a value begins with them.
fn braces(line: &str) -> Option<u32> {
    let at = [": {{", "- {{"].iter().find_map(|start| Some(line.find(start)? + 2))?;
    Some(number(line[..at].chars().count() + 1))
}

/// The line of an item that is deeper than the item above, whose text it continues: `- a` over `  - b`.
pub(super) fn continues_item(lines: &[&str], at: usize) -> bool {
    let Some(above) = content_above(lines, at) else { return false };
    let (item, other) = (lines[at], lines[above]);
    let text = other.trim();
    item.trim_start().starts_with("- ")
        && text.starts_with("- ")
        && indent(item) > indent(other)
        && !text.ends_with([':', '|', '>', '-', '['])
        && !text[2..].trim_start().starts_with(['"', '\'', '[', '{', '-', '&', '*'])
}

fn stray_item(lines: &[&str], at: usize) -> Option<usize> {
    (at.saturating_sub(LINES)..=at).rev().find(|line| continues_item(lines, *line))
}

/// The first line at or behind a place that is indented with a tab.
fn tab(lines: &[&str], at: usize) -> Option<usize> {
    let has_tab = |line: &&str| line[..indent(line)].contains('\t') && !line.trim().is_empty();
    // The reader complains where the value in front of the line begins.
    let end = (at + LINES).min(lines.len());
    let first = (at..end).find(|at| *at > 0 && is_content(lines[*at]) && has_tab(&lines[*at]))?;
    (at + 1..first).all(|at| !is_content(lines[at])).then_some(first)
}

/// The line above that should stand at the same column: deeper than this one, though nothing that it could belong to is.
fn crooked(lines: &[&str], at: usize) -> Option<usize> {
    let own = indent(lines.get(at)?);
    let first = at.saturating_sub(LINES);
    for above in (first..at).rev().filter(|above| is_content(lines[*above])) {
        let depth = indent(lines[above]);
        if depth < own {
            break;
        }
        if depth > own && parent(lines, above).is_none_or(|parent| indent(lines[parent]) < own) {
            return Some(above);
        }
    }
    content_above(lines, at).filter(|above| indent(lines[*above]) != own)
}

/// The nearest line above that is indented less.
fn parent(lines: &[&str], at: usize) -> Option<usize> {
    (0..at).rev().find(|line| is_content(lines[*line]) && indent(lines[*line]) < indent(lines[at]))
}

pub(super) fn content_above(lines: &[&str], at: usize) -> Option<usize> {
    (0..at).rev().find(|above| is_content(lines[*above]))
}

fn is_content(line: &str) -> bool {
    let text = line.trim();
    !text.is_empty() && !text.starts_with('#')
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// A line without its indentation.
pub(super) fn whole(lines: &[&str], at: usize, locate: &dyn Fn(Position) -> Origin) -> Origin {
    let line = lines[at];
    let column = line[..indent(line)].chars().count() + 1;
    let width = line.trim().chars().count();
    locate(Position { line: number(at + 1), column: number(column), width: number(width) })
}
