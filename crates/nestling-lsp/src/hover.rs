//! Hover: everything known of the word under the cursor.

use crate::index::{Index, Occurrence};
use crate::keywords;
use crate::library;
use crate::meaning::Section;
use crate::model::{Model, OpenFile, UnitJobs};
use crate::names::NameKind;
use crate::outline::Outline;
use crate::plain;
use crate::variables;
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};
use nestling::Sources;
use nestling::ide::{InputFacts, JobFacts};
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::yaml::{Map, Node, emit_entry};
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
    if let Some((text, bytes)) = of_expression(model, file, &index, &outline, offset) {
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
            let input = facts.template(owner)?.inputs.iter().find(|input| input.name == name.text)?;
            let mut text = format!("input {}", input_line(input));
            let given = facts.users(owner).filter_map(|(unit, used)| {
                let (_, value) = used.inputs.iter().find(|(known, _)| *known == name.text)?;
                Some(format!("\n- `{}`: `{}`", unit.name, shown(value)))
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
            format!("`vars.{}`: `{}`", name.text, shown(value))
        }
        NameKind::Macro(_) => format!("macro **`{}`**{}", name.text, definition(index, occurrence)),
        NameKind::Job => of_job(model, file, index, occurrence)
            .or_else(|| of_plain_job(model, file, &name.text))
            .unwrap_or_else(|| format!("job **`{}`**{}", name.text, definition(index, occurrence))),
        NameKind::Stage => {
            let position = facts.stages.iter().position(|stage| *stage == name.text)?;
            format!("stage **`{}`**: {} of {}", name.text, position + 1, facts.stages.len())
        }
        NameKind::Rule => {
            let rule = nestling::rule(&name.text)?;
            format!("**`{}`** reports that {}.\n\n[Page of the rule]({})", rule.id, rule.summary, rule.url())
        }
        NameKind::Block | NameKind::Include | NameKind::DirectoryGlob | NameKind::Glob => return None,
    };
    Some(text)
}

fn input_line(input: &InputFacts) -> String {
    let default = match &input.default {
        Some(default) => format!("default `{}`", shown(default)),
        None => "required".to_owned(),
    };
    let mut text = format!("**`{}`**: {}, {default}", input.name, input.type_name);
    if !input.options.is_empty() {
        let _ = write!(text, "; one of `{}`", input.options.join("`, `"));
    }
    text.extend(input.description.iter().map(|description| format!(". {description}")));
    text
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

/// Returns a job as GitLab gets it, with the places that its keywords come from.
fn of_job(model: &Model<'_>, file: &OpenFile<'_>, index: &Index, occurrence: Occurrence) -> Option<String> {
    let name = index.name(occurrence);
    let units = match &name.unit {
        Some(unit) => vec![unit.as_str()],
        None => index.units_of(occurrence.0),
    };
    let unit_jobs = model.jobs(file, units.get(..1).unwrap_or_default())?;
    let jobs: Vec<&JobFacts> = unit_jobs.jobs.iter().filter(|job| is_of(job, &name.text)).collect();
    let first = jobs.first()?;
    let mut text = String::new();
    for job in &jobs {
        let _ = write!(text, "job **`{}`**\n\n", job.name);
        for kind in &job.kinds {
            let place = kind.decided_by.map(|origin| format!(" ({})", unit_jobs.sources.place(origin)));
            let _ = writeln!(text, "- {}: {}{}", kind.kind.name, kind.state, place.unwrap_or_default());
        }
        text.push('\n');
    }
    let written = with_origins(first.name.as_str(), &first.body, &unit_jobs.sources);
    let _ = write!(text, "```yaml\n{written}```");
    if units.len() > 1 {
        let _ = write!(text, "\n\nOne of {}.", counted(units.len(), "unit"));
    }
    Some(text)
}

/// Returns `true` for a job of this short name, and for those that it was fanned out to.
pub(crate) fn is_of(job: &JobFacts, name: &str) -> bool {
    job.short_name == name
        || job.environment.is_some()
            && job.short_name.strip_prefix(name).is_some_and(|rest| rest.starts_with(':'))
}

/// Returns a job of a plain file after `include`, `extends` and `default`, with the places that its keywords come from.
fn of_plain_job(model: &Model<'_>, file: &OpenFile<'_>, name: &str) -> Option<String> {
    plain::jobs(model, file).iter().find_map(|read| {
        let job = read.pipeline.jobs.iter().find(|job| job.name.as_str() == name)?;
        let written = with_origins(name, &job.body, &read.sources);
        Some(format!("job **`{name}`**\n\n```yaml\n{written}```"))
    })
}

fn with_origins(name: &str, body: &Map, sources: &Sources) -> String {
    let mut text = format!("{name}:\n");
    for entry in &body.entries {
        let mut written = String::new();
        emit_entry(&mut written, &entry.key, &entry.value, 2);
        let origin = entry.key.origin;
        let (first, rest) = written.split_once('\n').unwrap_or((&written, ""));
        let place =
            if origin.is_generated() { String::new() } else { format!("  # {}", place(sources, origin)) };
        let _ = writeln!(text, "{first}{place}");
        text.push_str(rest);
    }
    text
}

fn place(sources: &Sources, origin: Origin) -> String {
    format!("{}:{}", sources.path(origin.file), origin.line)
}

/// Returns the values that an expression has for the units that are made from the file.
fn of_expression(
    model: &Model<'_>,
    file: &OpenFile<'_>,
    index: &Index,
    outline: &Outline<'_>,
    offset: usize,
) -> Option<(String, Range<usize>)> {
    let touches = |range: &Range<usize>| range.start <= offset && offset <= range.end;
    let entry = outline.entries.iter().rev().find_map(|entry| {
        let ranges = [entry.value.clone(), entry.key.clone()];
        ranges.into_iter().flatten().find(|range| touches(range))
    })?;
    let before = &file.text[entry.start..offset];
    let open = before.rfind("${{")?;
    if before[open..].contains("}}") {
        return None;
    }
    let units = index.units_of(index.file(&file.path)?);
    let mut values: Vec<String> = Vec::new();
    for unit in units.iter().take(SHOWN_UNITS) {
        let Some(unit_jobs) = model.jobs(file, &[unit]) else { continue };
        let value = rendered(&unit_jobs, file, &entry);
        values.extend(value.map(|value| format!("- `{unit}`: `{}`", shown(&value))));
    }
    if values.is_empty() {
        return None;
    }
    if units.len() > SHOWN_UNITS {
        values.push(format!("- and {} more", units.len() - SHOWN_UNITS));
    }
    Some((format!("The string that it is in becomes\n\n{}", values.join("\n")), entry))
}

/// Returns the text that a scalar became in the first job that has it.
fn rendered(unit_jobs: &UnitJobs, file: &OpenFile<'_>, bytes: &Range<usize>) -> Option<String> {
    let line_start = file.text[..bytes.start].rfind('\n').map_or(0, |newline| newline + 1);
    let column = file.text[line_start..bytes.start].chars().count() + 1;
    let line = file.lines.line(bytes.start) + 1;
    let path = file.repo_path.to_string();
    let is_here = |origin: Origin| {
        let is_line = usize::try_from(origin.line).is_ok_and(|number| number == line);
        let columns = [column, column.saturating_sub(1)];
        let is_column = usize::try_from(origin.column).is_ok_and(|number| columns.contains(&number));
        is_line && is_column && unit_jobs.sources.path(origin.file) == path
    };
    unit_jobs.jobs.iter().find_map(|job| {
        if is_here(job.origin) {
            return Some(job.name.to_string());
        }
        in_map(&job.body, &is_here)
    })
}

fn in_map(map: &Map, is_here: &dyn Fn(Origin) -> bool) -> Option<String> {
    map.entries.iter().find_map(|entry| {
        if is_here(entry.key.origin) {
            return Some(entry.key.text().to_owned());
        }
        in_node(&entry.value, is_here)
    })
}

fn in_node(node: &Node, is_here: &dyn Fn(Origin) -> bool) -> Option<String> {
    if let Some(map) = node.as_map() {
        return in_map(map, is_here);
    }
    if let Some(items) = node.as_seq() {
        return items.iter().find_map(|item| in_node(item, is_here));
    }
    node.text().filter(|_| is_here(node.origin)).map(str::to_owned)
}

/// Returns a number with its noun.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
