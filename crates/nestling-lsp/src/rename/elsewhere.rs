//! Uses of a name that a rename does not reach: in templates that are no files here, and in values that may be the name.

use crate::index::{Index, IndexedFile, Occurrence};
use crate::meaning::{FileKind, in_header};
use crate::model::{Model, OpenFile};
use crate::names::{Name, NameKind, NamedFile, is_message, names, template_stem};
use crate::outline::{ITEM, Outline};
use nestling_files::path::{Glob, RepoPath};
use nestling_gitlab::diagnostic::FileId;
use std::collections::BTreeSet;
use std::ops::Range;

/// Refuses a name that a built-in template, or one of another revision, uses as well.
///
/// # Errors
/// Names the template.
pub(super) fn check_templates(
    model: &Model<'_>,
    file: &OpenFile<'_>,
    index: &Index,
    same: &[Occurrence],
    wanted: &Name,
) -> Result<(), String> {
    let of_file = |checked: &&crate::findings::Checked| {
        checked.root == file.root && checked.workspace == file.workspace && checked.workspace.is_some()
    };
    let Some(checked) = model.findings.checked.iter().find(of_file) else { return Ok(()) };
    let used = used_templates(index, same);
    for (id, path) in (0..).map(FileId::from_index).zip(checked.sources.paths()) {
        if checked.path(id, model.documents).is_some() {
            continue;
        }
        let stem = template_stem(&path);
        let template = stem.strip_suffix("/template").unwrap_or(stem);
        let is_known = index.facts.template(template).is_some();
        if wanted.kind == NameKind::Job && is_known && !used.contains(template) {
            continue;
        }
        let Some(source) = checked.sources.get(id) else { continue };
        let kind = FileKind::Template(template.to_owned());
        let outline = Outline::of(&source.text);
        let of_template = names(&outline, NamedFile { kind: &kind, owner: template, facts: &index.facts });
        let is_used = of_template.iter().any(|name| name.kind == wanted.kind && name.text == wanted.text);
        if is_used || value_with(&outline, &of_template, wanted).is_some() {
            return Err(format!(
                "the template `{template}`, which is not a local file, uses `{}`",
                wanted.text
            ));
        }
    }
    Ok(())
}

/// Refuses a name that a value of `inputs`, `vars` or `allow` may be: a template may read it as one.
///
/// # Errors
/// Names the place.
pub(super) fn check_values(index: &Index, wanted: &Name) -> Result<(), String> {
    for file in index.files.iter().filter(|file| !file.is_built_in) {
        let outline = Outline::of(&file.text);
        let found = value_with(&outline, &file.names, wanted);
        let found = found.or_else(|| in_case(&outline, file, wanted));
        let Some(range) = found else { continue };
        return Err(may_be_this(index, file, range));
    }
    Ok(())
}

/// Refuses the name of a unit that a glob among the dependencies of another one matches.
///
/// # Errors
/// Names the place.
pub(super) fn check_globs(index: &Index, unit: &str) -> Result<(), String> {
    for file in index.files.iter().filter(|file| file.kind == FileKind::Nestling) {
        let outline = Outline::of(&file.text);
        for (position, entry) in outline.entries.iter().enumerate() {
            let path = outline.path(position);
            let is_dependency = matches!(
                path.as_slice(),
                ["unit", "depends_on", ..] | ["workspace", "units", ITEM, "depends_on", ..]
            );
            let Some(range) = entry.value.clone().filter(|_| is_dependency) else { continue };
            let glob = file.text[range.clone()].trim_start_matches('!');
            let is_glob = glob.contains(['*', '?', '[', '{']);
            let path = RepoPath::parse(unit).ok();
            let matches = |path: &RepoPath| Glob::parse(glob).is_ok_and(|glob| glob.matches(path));
            if is_glob && path.is_some_and(|path| matches(&path)) {
                return Err(may_be_this(index, file, range));
            }
        }
    }
    Ok(())
}

/// Returns the string of a test case, or of its stored pipeline, that may be the name: a message that names it, and what an
/// environment or a unit is called in the pipeline.
fn in_case(outline: &Outline<'_>, file: &IndexedFile, wanted: &Name) -> Option<Range<usize>> {
    let is_pipeline = file.kind == FileKind::Snapshot;
    if !is_pipeline && !matches!(file.kind, FileKind::Cases(_)) {
        return None;
    }
    let is_of_pipeline = matches!(wanted.kind, NameKind::Environment | NameKind::Unit);
    let is_known = |range: &Range<usize>| file.names.iter().any(|name| name.range == *range);
    let entries = outline.entries.iter().enumerate();
    let mut found = entries.filter_map(|(index, entry)| {
        let path = outline.path(index);
        let value = entry.value.clone()?;
        let text = &outline.text[value.clone()];
        let is_message = !is_pipeline && is_message(&path) && text.contains(&format!("`{}`", wanted.text));
        let mut parts = text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_'));
        let is_expected = is_pipeline || path.contains(&"expect");
        let is_part = is_of_pipeline && is_expected && parts.any(|part| part == wanted.text);
        (is_message || (is_part && !is_known(&value))).then_some(value)
    });
    found.next()
}

/// Names a string that may be the name, with its place.
pub(super) fn may_be_this(index: &Index, file: &IndexedFile, range: Range<usize>) -> String {
    let path = file.path.strip_prefix(&index.root).unwrap_or(&file.path).display().to_string();
    format!("{}: change it before", may_be_at(&path, &file.text, range))
}

/// Names a string of a file with its line.
pub(super) fn may_be_at(path: &str, text: &str, range: Range<usize>) -> String {
    let line = text[..range.start].matches('\n').count() + 1;
    format!("`{}` in {path}:{line} may be this name", &text[range])
}

/// Returns the templates that the units of a job use, with all that these read.
fn used_templates<'a>(index: &'a Index, same: &[Occurrence]) -> BTreeSet<&'a str> {
    let units = same.iter().flat_map(|(file, _)| index.units_of(*file));
    let units = units.filter_map(|unit| index.facts.unit(unit));
    units.flat_map(|unit| &unit.uses).flat_map(|used| index.facts.closure(&used.template)).collect()
}

/// Returns the first value that may be a name, and is not one of the known names.
fn value_with(outline: &Outline<'_>, known: &[Name], wanted: &Name) -> Option<Range<usize>> {
    let is_known = |range: &Range<usize>| known.iter().any(|name| name.range == *range);
    for (index, entry) in outline.entries.iter().enumerate() {
        let path = outline.path(index);
        let path = in_header(&path).unwrap_or(path);
        if let Some(key) = entry.key.clone() {
            let is_same = match wanted.kind {
                NameKind::Input(_) => {
                    is_input_of_environment(&path) && outline.text[key.clone()] == wanted.text
                }
                _ => {
                    let above = &path[..path.len() - 1];
                    is_value(above) && may_be(&outline.text[key.clone()], wanted)
                }
            };
            if is_same && !is_known(&key) {
                return Some(key);
            }
        }
        if let Some(value) = entry.value.clone()
            && is_value(&path)
            && may_be(&outline.text[value.clone()], wanted)
            && !is_known(&value)
        {
            return Some(value);
        }
    }
    None
}

/// Returns `true` for a key of an environment's `inputs`, which goes to each template that has such an input.
fn is_input_of_environment(path: &[&str]) -> bool {
    matches!(path, ["workspace", "environments", _, "inputs", _])
}

/// Returns `true` for the path of a value that a template reads, or that says which job a warning is allowed in.
fn is_value(path: &[&str]) -> bool {
    match path {
        ["workspace", "vars", _, ..] | ["workspace", "environments", _, "inputs", _, ..] => true,
        ["spec", "inputs", _, "default" | "options", ..] => true,
        ["unit" | "workspace", "allow", ITEM, "where"] => true,
        ["unit", rest @ ..] | ["workspace", "units", ITEM, rest @ ..] => {
            let (["use", ITEM, behind @ ..] | ["use", behind @ ..]) = rest else { return false };
            matches!(behind, ["inputs", _, ..] | ["environments", _, _, ..])
        }
        _ => false,
    }
}

/// Returns `true` if a string is a name, or has it as one of the parts of a need or of a list.
pub(super) fn may_be(value: &str, wanted: &Name) -> bool {
    if wanted.text.is_empty()
        || !matches!(wanted.kind, NameKind::Job | NameKind::Unit | NameKind::Environment | NameKind::Stage)
    {
        return false;
    }
    let separates = |c: Option<char>| c.is_none_or(|c| matches!(c, ':' | ',' | '^' | '?'));
    value.match_indices(&wanted.text).any(|(start, name)| {
        let before = value[..start].trim_end().chars().next_back();
        let behind = value[start + name.len()..].trim_start().chars().next();
        separates(before) && separates(behind)
    })
}
