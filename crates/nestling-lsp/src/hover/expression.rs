//! The hover of an expression: the strings that it makes, for the units that use it, and for each of their jobs where these differ.

use super::{SHOWN_UNITS, job::texts_at};
use crate::index::Index;
use crate::model::{Model, OpenFile};
use crate::outline::Outline;
use nestling::ide::{TemplateRegion, template_regions};
use nestling_gitlab::pipeline::moa;
use std::ops::Range;

/// The values that a hover lists.
const SHOWN_VALUES: usize = 12;

/// The units that are planned in search of those that use an entry of the catalogue.
const TRIED_UNITS: usize = 20;

/// Returns the strings that an expression makes, or that the variable of a loop makes in its first use, and the bytes that they come
/// from.
pub(super) fn values(
    model: &Model<'_>,
    file: &OpenFile<'_>,
    index: &Index,
    outline: &Outline<'_>,
    offset: usize,
) -> Option<(String, Range<usize>)> {
    let is_touched = |range: &Range<usize>| range.start <= offset && offset <= range.end;
    for region in template_regions(file.text) {
        match region {
            TemplateRegion::Expression(range) if is_touched(&range) => {
                let text = of_expression(model, file, index, outline, range.start)?;
                return Some((format!("The string that it is in becomes\n\n{text}"), range));
            }
            TemplateRegion::Control(range) if is_touched(&range) => {
                let (name, used) = use_of_variable(file.text, range, offset)?;
                let text = of_expression(model, file, index, outline, used)?;
                let (line, word) = (file.lines.line(used) + 1, &file.text[name.clone()]);
                return Some((format!("The string with `{word}` in line {line} becomes\n\n{text}"), name));
            }
            _ => {}
        }
    }
    None
}

/// Returns the variable of a loop under the cursor, and the first expression in the loop that reads it.
fn use_of_variable(text: &str, statement: Range<usize>, offset: usize) -> Option<(Range<usize>, usize)> {
    let names = moa::names(&text[statement.clone()]);
    let (keyword, rest) = names.split_first()?;
    if keyword.root != "for" {
        return None;
    }
    let variables = rest.iter().take_while(|name| name.root != "in");
    let bytes = |name: &moa::ExpressionName<'_>| {
        let start = statement.start + name.range.start;
        start..start + name.root.len()
    };
    let variable = variables.map(bytes).find(|range| range.start <= offset && offset <= range.end)?;
    let name = &text[variable.clone()];
    let reads = |region| match region {
        TemplateRegion::Expression(range) if range.start > statement.end => {
            let is_read = moa::names(&text[range.clone()]).iter().any(|read| read.root == name);
            is_read.then_some(range.start)
        }
        _ => None,
    };
    let used = template_regions(text).into_iter().find_map(reads)?;
    Some((variable, used))
}

/// Returns the strings that the expression at an offset makes, a line for each unit, or for each job where its jobs have several.
fn of_expression(
    model: &Model<'_>,
    file: &OpenFile<'_>,
    index: &Index,
    outline: &Outline<'_>,
    offset: usize,
) -> Option<String> {
    let entry = outline.entries.iter().rev().find_map(|entry| {
        let ranges = [entry.value.clone(), entry.key.clone()];
        ranges.into_iter().flatten().find(|range| range.contains(&offset))
    })?;
    let position = index.file(&file.path)?;
    let mut units = index.units_of(position);
    if units.is_empty() && file.repo_path == index.facts.file {
        // An entry of the catalogue is used by the units that deploy there.
        units = index.facts.units.iter().map(|unit| unit.name.as_str()).take(TRIED_UNITS).collect();
    }
    let mut lines: Vec<String> = Vec::new();
    let mut shown_units = 0;
    for unit in &units {
        if shown_units == SHOWN_UNITS {
            break;
        }
        let Some(unit_jobs) = model.jobs(file, &[unit]) else { continue };
        let texts = texts_at(&unit_jobs, file, &entry);
        let line = |text: &str| line_at(&file.text[entry.clone()], text, offset - entry.start).to_owned();
        let mut values: Vec<String> = texts.iter().map(|(_, text)| line(text)).collect();
        values.dedup();
        shown_units += usize::from(!values.is_empty());
        match values.as_slice() {
            [] => {}
            // The names of the jobs themselves.
            _ if texts.iter().all(|(job, text)| job == text) => {
                lines.push(format!("- `{unit}`: `{}`", values.join("`, `")));
            }
            [value] => lines.push(format!("- `{unit}`: `{value}`")),
            _ => {
                let of_job = |(job, text): &(&str, String)| format!("- `{job}`: `{}`", line(text));
                lines.extend(texts.iter().map(of_job));
            }
        }
    }
    lines.dedup();
    if lines.is_empty() {
        return None;
    }
    if lines.len() > SHOWN_VALUES {
        let more = lines.len() - SHOWN_VALUES;
        lines.truncate(SHOWN_VALUES);
        lines.push(format!("- and {more} more"));
    } else if units.len() > SHOWN_UNITS && shown_units == SHOWN_UNITS {
        lines.push(format!("- and {} more", units.len() - SHOWN_UNITS));
    }
    Some(lines.join("\n"))
}

/// Returns the line of a rendered string that the expression is in: the same line as in the written one, if they have as many.
fn line_at<'t>(written: &str, rendered: &'t str, offset: usize) -> &'t str {
    let written_lines: Vec<&str> = written.lines().collect();
    let rendered_lines: Vec<&str> = rendered.lines().collect();
    // The first line of a block is its mark.
    let head = usize::from(written.starts_with(['|', '>']));
    let number = written[..offset].matches('\n').count();
    let is_same = written_lines.len().saturating_sub(head) == rendered_lines.len();
    let line = number.checked_sub(head).filter(|_| is_same).and_then(|number| rendered_lines.get(number));
    line.or(rendered_lines.first()).map_or("", |line| line.trim())
}

#[cfg(test)]
mod tests {
    use super::line_at;

    #[test]
    fn the_line_of_a_block_is_that_of_the_expression() {
        for (written, rendered, offset, expected) in [
            ("|\n  a\n  ${{ b }}\n", "a\nx\n", 8, "x"),
            ("|\n  a\n  ${{ b }}\n", "a\nx\ny\n", 8, "a"),
            ("make ${{ b }}", "make x", 8, "make x"),
            ("", "", 0, ""),
        ] {
            assert_eq!(line_at(written, rendered, offset), expected, "{written:?}");
        }
    }
}
