//! The names in files of test cases, and in the pipelines that are stored beside them.

use super::{Name, NameKind, NamedFile, is_computed, name_of_key, name_of_value, used_template};
use crate::meaning::{KeyKind, Section, ValueKind, in_case, key_kind, value_kind};
use crate::outline::{ITEM, Outline};
use nestling_gitlab::name::slug;

/// A test case as its file names it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    /// The template, and those that the unit uses before it.
    pub templates: Vec<String>,
    /// The unit's name.
    pub unit: String,
    /// The environments of a workspace of its own.
    environments: Vec<String>,
    /// The name of its stored pipeline, without the ending.
    pub snapshot: Option<String>,
}

/// Returns the cases of a file, each with the entry that holds it; `None` for a file of one case.
pub(crate) fn cases(outline: &Outline<'_>, template: Option<&str>, stem: &str) -> Vec<(Option<usize>, Case)> {
    let items: Vec<usize> =
        outline.children(None).filter(|child| outline.entries[*child].key.is_none()).collect();
    let holders: Vec<Option<usize>> =
        if items.is_empty() { vec![None] } else { items.into_iter().map(Some).collect() };
    let is_alone = holders.len() == 1;
    let case = |(number, holder): (usize, Option<usize>)| {
        let text = |path: &[&str]| at(outline, holder, path).and_then(|entry| outline.value(entry));
        let mut templates: Vec<String> = Vec::new();
        templates.extend(text(&["template"]).or(template).map(|name| super::template_stem(name).to_owned()));
        let used = at(outline, holder, &["use"]).into_iter().flat_map(|used| {
            let items = outline.children(Some(used)).collect::<Vec<_>>();
            [vec![used], items].concat()
        });
        let names = used.filter_map(|used| {
            let of_key = outline.child(Some(used), "template").and_then(|entry| outline.value(entry));
            of_key.or_else(|| outline.value(used))
        });
        templates.extend(names.map(|name| super::template_stem(name).to_owned()));
        let environments = at(outline, holder, &["workspace", "environments"]).into_iter();
        let environments = environments.flat_map(|entry| outline.children(Some(entry)));
        let title = match (text(&["name"]), is_alone) {
            (Some(name), _) => name.to_owned(),
            (None, true) => stem.to_owned(),
            (None, false) => format!("case {}", number + 1),
        };
        let is_stored = text(&["expect", "snapshot"]) == Some("true");
        let case = Case {
            templates,
            unit: text(&["unit", "name"]).unwrap_or("api").to_owned(),
            environments: environments.map(|entry| outline.step(entry).to_owned()).collect(),
            snapshot: is_stored.then(|| format!("{stem}.{}", slug(&title))),
        };
        (holder, case)
    };
    holders.into_iter().enumerate().map(case).collect()
}

/// Returns the entry at a path below a case.
fn at(outline: &Outline<'_>, holder: Option<usize>, path: &[&str]) -> Option<usize> {
    let mut position = holder;
    for step in path {
        position = Some(outline.child(position, step)?);
    }
    position
}

/// Returns the names of a file of cases.
pub(super) fn names(outline: &Outline<'_>, template: Option<&str>, file: NamedFile<'_>) -> Vec<Name> {
    let cases = cases(outline, template, "");
    let mut collected = Vec::new();
    for index in 0..outline.entries.len() {
        let root = outline.above(index).last();
        let case = cases.iter().find(|(holder, _)| holder.is_none() || *holder == root);
        let Some((_, case)) = case else { continue };
        let path = outline.path(index);
        let entry = &outline.entries[index];
        if let (Some(range), Some(kind)) = (&entry.key, key_kind(Section::Cases, &path)) {
            match (kind, in_case(&path)) {
                (KeyKind::Job, _) => collected.extend(job(outline, range.start, range.end, case, file)),
                (KeyKind::Input, ["inputs", _]) => {
                    let owner = case.templates.first().cloned().unwrap_or_default();
                    let kind = NameKind::Input(owner);
                    collected.push(Name::new(kind, &outline.text[range.clone()], range.clone()));
                }
                (KeyKind::Input, _) if used_template(outline, index).is_none() => {}
                _ => collected.extend(name_of_key(outline, index, kind, range.clone(), file)),
            }
        }
        if let (Some(range), Some(kind)) = (&entry.value, value_kind(Section::Cases, &path)) {
            match kind {
                ValueKind::Job => collected.extend(job(outline, range.start, range.end, case, file)),
                kind => {
                    let text = &outline.text[range.clone()];
                    name_of_value(text, range.clone(), kind, file, &mut collected);
                }
            }
        }
    }
    // The workspace of a case defines nothing for the templates.
    collected.iter_mut().for_each(|name| name.is_definition = false);
    collected.sort_by_key(|name| name.range.start);
    collected
}

/// Returns the names in the stored pipeline of a case.
pub(crate) fn of_snapshot(outline: &Outline<'_>, case: &Case, file: NamedFile<'_>) -> Vec<Name> {
    let mut collected = Vec::new();
    for index in 0..outline.entries.len() {
        let path = outline.path(index);
        let entry = &outline.entries[index];
        if let (Some(range), Some(KeyKind::Job)) = (&entry.key, key_kind(Section::Jobs, &path)) {
            collected.extend(job(outline, range.start, range.end, case, file));
        }
        let Some(range) = &entry.value else { continue };
        match value_kind(Section::Jobs, &path) {
            Some(ValueKind::Job) => collected.extend(job(outline, range.start, range.end, case, file)),
            Some(ValueKind::Stage | ValueKind::StageDefinition) => {
                collected.push(Name::new(NameKind::Stage, &outline.text[range.clone()], range.clone()));
            }
            _ => {}
        }
    }
    collected.sort_by_key(|name| name.range.start);
    collected
}

/// Returns the names in the final name of a job: `api:deploy:review`, `test 2/3`, `test: [linux]`.
fn job(outline: &Outline<'_>, start: usize, end: usize, case: &Case, file: NamedFile<'_>) -> Vec<Name> {
    let text = &outline.text[start..end];
    if is_computed(text) {
        return Vec::new();
    }
    let unit = text.strip_prefix(case.unit.as_str()).and_then(|rest| rest.strip_prefix(':'));
    let mut name = unit.unwrap_or(text);
    let offset = start + text.len() - name.len();
    name = name.split_once(": [").map_or(name, |(before, _)| before);
    if let Some((before, copy)) = name.rsplit_once(' ')
        && copy.split_once('/').is_some_and(|(number, count)| is_number(number) && is_number(count))
    {
        name = before;
    }
    let mut names = Vec::new();
    let named = |name: &str| {
        let job = Name::new(NameKind::Job, name, offset..offset + name.len());
        Name { templates: case.templates.clone(), ..job }
    };
    // The stop job of a deploy, unless a template writes a job of that name.
    if let Some(deploy) = name.strip_suffix(":stop") {
        names.push(named(name));
        name = deploy;
    }
    let is_environment = |text: &str| {
        let mut known = case.environments.iter().chain(&file.facts.environments);
        known.any(|environment| environment == text)
    };
    if let Some((before, environment)) = name.rsplit_once(':').filter(|(_, last)| is_environment(last)) {
        let behind = offset + before.len() + 1;
        names.push(Name::new(NameKind::Environment, environment, behind..behind + environment.len()));
        name = before;
    }
    names.push(named(name));
    names
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns `true` for the keys of a case whose strings are messages, which may name anything.
pub(crate) fn is_message(path: &[&str]) -> bool {
    matches!(in_case(path), ["expect", "errors" | "warnings", ITEM, "message"])
}
