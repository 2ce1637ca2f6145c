//! Hover: everything known of the word under the cursor.

mod job;
mod expression;

pub(crate) use job::{is_of, jobs_of_name, written_here};

use crate::index::{Index, Occurrence};
use crate::keywords;
use crate::library;
use crate::meaning::Section;
use crate::model::{Model, OpenFile};
use crate::names::{NameKind, is_computed};
use crate::outline::Outline;
use crate::variables;
use crate::words;
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};
use nestling::ide::{InputFacts, TemplateRegion, template_regions};
use std::fmt::Write as _;
use std::ops::Range;
use std::path::PathBuf;

/// The units that a hover lists.
const SHOWN_UNITS: usize = 5;

/// Returns what is known at a position.
pub(crate) fn hover(model: &Model<'_>, file: &OpenFile<'_>, position: Position) -> Option<Hover> {
    let offset = file.lines.offset(position);
    let outline = Outline::of(file.text);
    let index = model.index(file);
    let position = index.file(&file.path)?;
    let name = index.name_at(position, offset);
    let mut parts = Vec::new();
    let mut range = None;
    if let Some(occurrence) = name {
        range = Some(index.name(occurrence).range.clone());
        parts.extend(of_name(model, file, &index, occurrence));
    }
    if let Some((bytes, text)) = meaning_of_word(file, offset).filter(|_| parts.is_empty()) {
        parts.push(text);
        range = Some(bytes);
    }
    if let Some((text, bytes)) = expression::values(model, file, &index, &outline, offset) {
        parts.push(text);
        range = range.or(Some(bytes));
    }
    if let Some(bytes) = variables::variable_at(file.text, offset).filter(|_| parts.is_empty())
        && let Some(meaning) = variables::meaning(&file.text[bytes.clone()])
    {
        parts.push(format!("`${}`: {meaning}.", &file.text[bytes.clone()]));
        range = Some(bytes);
    }
    if parts.is_empty()
        && let Some((text, bytes)) = of_keyword(file, &outline, offset)
    {
        parts.push(text);
        range = Some(bytes);
    }
    if parts.is_empty() {
        return None;
    }
    let value = parts.join("\n\n---\n\n");
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value }),
        range: range.map(|range| file.lines.range(range)),
    })
}

/// Returns the meaning of a word of the template language, or of a function of GitLab's `$[[ ]]`.
fn meaning_of_word(file: &OpenFile<'_>, offset: usize) -> Option<(Range<usize>, String)> {
    let of_template = file.kind.is_rendered().then(|| words::meaning(file.text, offset)).flatten();
    of_template.or_else(|| words::meaning_in_block(file.text, offset))
}

/// Returns the documentation of the keyword at an offset, or of the keyword whose value is there.
fn of_keyword(file: &OpenFile<'_>, outline: &Outline<'_>, offset: usize) -> Option<(String, Range<usize>)> {
    let touches = |range: &Range<usize>| range.start <= offset && offset <= range.end;
    let entries = outline.entries.iter().enumerate().rev();
    let (entry_index, bytes) = entries
        .flat_map(|(position, entry)| [(position, entry.key.clone()), (position, entry.value.clone())])
        .find_map(|(position, range)| Some((position, range.filter(touches)?)))?;
    let section = Section::of(outline, outline.entries[entry_index].document, &file.kind);
    // The value of an item is described by the key of its list.
    let keyed = outline.above(entry_index).find(|above| outline.entries[*above].key.is_some())?;
    let path = outline.path(keyed);
    let key = keywords::key(section, &path)?;
    Some((format!("**`{}`**\n\n{}", key.name, key.documentation), bytes))
}

fn of_name(model: &Model<'_>, file: &OpenFile<'_>, index: &Index, occurrence: Occurrence) -> Option<String> {
    let name = index.name(occurrence);
    let facts = &index.facts;
    let text = match &name.kind {
        // The value of a name that expressions make is that of the string.
        NameKind::Stage | NameKind::Environment if is_computed(&name.text) => return None,
        NameKind::Template => {
            let template = facts.template(&name.text)?;
            let mut text = format!("template **`{}`**", template.name);
            text.extend(template.description.iter().map(|description| format!("\n\n{description}")));
            for input in &template.inputs {
                let _ = write!(text, "\n- {}", input_line(input));
            }
            let users = facts.users(&template.name).count();
            let _ = write!(text, "\n\nUsed by {}.", counted(users, "unit"));
            text
        }
        NameKind::Input(owner) => {
            let Some(template) = facts.template(owner) else {
                return Some(format!("input **`{}`**{}", name.text, definition(index, occurrence)));
            };
            let input = template.inputs.iter().find(|input| input.name == name.text)?;
            let mut text = format!("input {}", input_line(input));
            let given = facts.users(owner).filter_map(|(unit, used)| {
                let (_, value) = used.inputs.iter().find(|(known, _)| *known == name.text)?;
                Some(format!("\n- `{}`: `{}`", unit.name, in_one_line(value)))
            });
            text.extend(given.take(SHOWN_UNITS));
            text
        }
        NameKind::Unit => {
            let unit = facts.unit(&name.text)?;
            let mut text = format!("unit **`{}`** in `{}`", unit.name, unit.directory.to_directory());
            let uses: Vec<String> = unit.uses.iter().map(|used| format!("`{}`", used.template)).collect();
            if !uses.is_empty() {
                let _ = write!(text, "\n\nUses {}.", uses.join(", "));
            }
            if !unit.dependencies.is_empty() {
                let _ = write!(text, "\n\nDepends on `{}`.", unit.dependencies.join("`, `"));
            }
            text
        }
        NameKind::Environment => format!("environment **`{}`**{}", name.text, definition(index, occurrence)),
        NameKind::Var => {
            let (_, value) = facts.vars.iter().find(|(known, _)| *known == name.text)?;
            format!("`vars.{}`: `{}`", name.text, in_one_line(value))
        }
        NameKind::Macro(_) => format!("macro **`{}`**{}", name.text, definition(index, occurrence)),
        NameKind::Job => job::of_job(model, file, index, occurrence)
            .unwrap_or_else(|| format!("job **`{}`**{}", name.text, definition(index, occurrence))),
        NameKind::Stage => {
            let position = facts.stages.iter().position(|stage| *stage == name.text)?;
            format!("stage **`{}`**: {} of {}", name.text, position + 1, facts.stages.len())
        }
        NameKind::Rule => {
            let rule = nestling::rule(&name.text)?;
            format!("**`{}`** reports that {}.\n\n[Page of the rule]({})", rule.id, rule.summary, rule.url())
        }
        NameKind::Variable(_) => of_variable(index, occurrence)?,
        NameKind::Block | NameKind::Include | NameKind::DirectoryGlob | NameKind::Glob => return None,
    };
    Some(text)
}

/// Returns a variable with the statement that gives it a value.
fn of_variable(index: &Index, occurrence: Occurrence) -> Option<String> {
    let mut same = index.same(occurrence).into_iter();
    let (file, position) = same.find(|same| index.name(*same).is_definition)?;
    let (name, text) = (&index.files[file].names[position], &index.files[file].text);
    let is_inside = |range: &Range<usize>| range.start <= name.range.start && name.range.end <= range.end;
    let statement = template_regions(text).into_iter().find_map(|region| match region {
        TemplateRegion::Control(range) if is_inside(&range) => Some(text[range].trim()),
        _ => None,
    })?;
    Some(format!("variable **`{}`** of `{statement}`", name.text))
}

fn input_line(input: &InputFacts) -> String {
    let default = match &input.default {
        Some(default) => format!("default `{}`", in_one_line(default)),
        None => "required".to_owned(),
    };
    let mut text = format!("**`{}`**: {}, {default}", input.name, input.type_name);
    if !input.options.is_empty() {
        let _ = write!(text, "; one of `{}`", input.options.join("`, `"));
    }
    text.extend(input.description.iter().map(|description| format!(". {description}")));
    text
}

/// Returns a list as it is written in brackets, and the first line of any other value.
pub(crate) fn in_one_line(value: &str) -> String {
    let items: Option<Vec<&str>> = value.lines().map(|line| line.strip_prefix("- ")).collect();
    match items {
        Some(items) if !items.is_empty() => format!("[{}]", items.join(", ")),
        _ => shown(value).to_owned(),
    }
}

/// Returns the first line of a value.
fn shown(value: &str) -> &str {
    value.lines().next().unwrap_or_default()
}

/// Returns the lines of a name's definition, as they are written.
fn definition(index: &Index, occurrence: Occurrence) -> String {
    let definition = index.same(occurrence).into_iter().find(|same| index.name(*same).is_definition);
    let Some((file, position)) = definition else { return String::new() };
    let indexed = &index.files[file];
    let name = &indexed.names[position];
    let line_start = indexed.text[..name.range.start].rfind('\n').map_or(0, |newline| newline + 1);
    let outline = Outline::of(&indexed.text);
    let entry = outline.entries.iter().find(|entry| entry.key.as_ref() == Some(&name.range));
    let end = match entry {
        Some(entry) => entry.end,
        None => indexed.text[name.range.start..]
            .find("#% end")
            .map_or(name.range.end, |length| name.range.start + length),
    };
    let lines = indexed.text.get(line_start..end.max(line_start)).unwrap_or_default();
    let path = indexed.path.strip_prefix(&index.root).unwrap_or(&indexed.path);
    let path = library::template(&indexed.path).map_or(path.to_owned(), PathBuf::from);
    let lines: Vec<&str> = lines.lines().take(30).collect();
    format!("\n\n```yaml\n{}\n```\n\n{}", lines.join("\n"), path.display())
}

/// Returns a number with its noun.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::in_one_line;

    #[test]
    fn a_list_is_in_brackets_and_of_other_values_the_first_line_is_shown() {
        for (value, expected) in
            [("- a\n- b\n", "[a, b]"), ("- a: 1\n  b: 2\n", "- a: 1"), ("x\n", "x"), ("", "")]
        {
            assert_eq!(in_one_line(value), expected);
        }
    }
}
