//! The names in a file: each definition and each use, with its bytes.

mod cases;
mod expressions;
mod macros;
mod variables;

pub(crate) use cases::{cases, is_message, of_snapshot};

pub(crate) use expressions::strings;
pub(crate) use variables::{Statement, statements};

use crate::meaning::{FileKind, KeyKind, Section, ValueKind, key_kind, value_kind};
use crate::outline::Outline;
use nestling::ide::WorkspaceFacts;
use std::ops::Range;

/// The kind of thing that a name stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NameKind {
    Template,
    /// An input of this template, or of this file.
    Input(String),
    Environment,
    Unit,
    Stage,
    Job,
    /// A macro of this template.
    Macro(String),
    /// A block of a template, which others may override.
    Block,
    /// A variable of a statement, by its file and the place of its scope.
    Variable(String),
    /// A value of the workspace's `vars`.
    Var,
    Include,
    DirectoryGlob,
    Glob,
    Rule,
}

/// A name where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub kind: NameKind,
    pub text: String,
    /// Its bytes, without quotes.
    pub range: Range<usize>,
    pub is_definition: bool,
    /// The unit of a job that is named in full: `libs/core` of `libs/core:build`.
    pub unit: Option<String>,
    /// Set for a need on a job of every dependency: `^build`.
    pub is_of_dependencies: bool,
    /// The templates of the test case that it is in; none outside of cases.
    pub templates: Vec<String>,
}

/// A file whose names are looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NamedFile<'a> {
    pub kind: &'a FileKind,
    /// The name of its inputs and macros: that of the template, or else its path.
    pub owner: &'a str,
    pub facts: &'a WorkspaceFacts,
}

/// Returns the names of a file in the order in which they are written.
pub(crate) fn names(outline: &Outline<'_>, file: NamedFile<'_>) -> Vec<Name> {
    if let FileKind::Cases(template) = file.kind {
        return cases::names(outline, template.as_deref(), file);
    }
    // The names of a stored pipeline are those of its case.
    if *file.kind == FileKind::Snapshot {
        return Vec::new();
    }
    let mut collected = Vec::new();
    let macros = macros::bodies(outline.text, file.kind);
    for index in 0..outline.entries.len() {
        let entry = &outline.entries[index];
        let section = Section::of(outline, entry.document, file.kind);
        let path = outline.path(index);
        if let Some(key) = &entry.key
            && let Some(kind) = key_kind(section, &path)
            && (kind != KeyKind::Job || !macros::is_part(outline, index, &macros))
        {
            collected.extend(name_of_key(outline, index, kind, key.clone(), file));
        }
        let Some(value) = &entry.value else { continue };
        let is_reference = entry.parent.is_some_and(|parent| outline.entries[parent].is_reference);
        let is_first = is_reference && outline.children(entry.parent).next() == Some(index);
        let kind = if is_first { Some(ValueKind::Job) } else { value_kind(section, &path) };
        if let Some(kind) = kind.filter(|kind| *kind != ValueKind::Job || !is_elsewhere(outline, index)) {
            name_of_value(&outline.text[value.clone()], value.clone(), kind, file, &mut collected);
        }
    }
    expressions::add(outline, file, &mut collected);
    if file.kind.is_rendered() {
        variables::add(outline.text, file.owner, &mut collected);
    }
    collected.sort_by_key(|name| name.range.start);
    collected
}

impl Name {
    pub(crate) fn new(kind: NameKind, text: &str, range: Range<usize>) -> Self {
        let text = text.to_owned();
        let (unit, templates) = (None, Vec::new());
        Self { kind, text, range, is_definition: false, unit, is_of_dependencies: false, templates }
    }

    pub(crate) fn definition(self) -> Self {
        Self { is_definition: true, ..self }
    }
}

/// Returns `true` for a name that an expression or a statement makes.
pub(crate) fn is_computed(text: &str) -> bool {
    text.contains("${{") || text.contains("{%")
}

fn name_of_key(
    outline: &Outline<'_>,
    index: usize,
    kind: KeyKind,
    range: Range<usize>,
    file: NamedFile<'_>,
) -> Option<Name> {
    let text = &outline.text[range.clone()];
    Some(match kind {
        // A word without a colon is not yet a job.
        KeyKind::Job if outline.entries[index].is_half => return None,
        KeyKind::Job => Name::new(NameKind::Job, text, range).definition(),
        KeyKind::Environment => Name::new(NameKind::Environment, text, range).definition(),
        KeyKind::EnvironmentUse => Name::new(NameKind::Environment, text, range),
        KeyKind::InputDefinition => {
            Name::new(NameKind::Input(file.owner.to_owned()), text, range).definition()
        }
        KeyKind::Input => Name::new(NameKind::Input(used_template(outline, index)?.to_owned()), text, range),
        KeyKind::Var => Name::new(NameKind::Var, text, range).definition(),
    })
}

/// Returns `true` for a job of another project or pipeline.
fn is_elsewhere(outline: &Outline<'_>, index: usize) -> bool {
    let holder = outline.entries[index].parent.filter(|_| outline.step(index) == "job");
    let has = |key: &str| outline.child(holder, key).is_some();
    holder.is_some() && (has("project") || has("pipeline"))
}

/// Returns the template of the use that an input is given in.
pub(crate) fn used_template<'t>(outline: &Outline<'t>, index: usize) -> Option<&'t str> {
    let mut holders = outline.above(index).skip(1);
    let of_use = holders.find_map(|holder| outline.child(Some(holder), "template"))?;
    outline.value(of_use).map(template_stem)
}

/// Returns the name of a template without the ending of its file.
pub(crate) fn template_stem(name: &str) -> &str {
    name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")).unwrap_or(name)
}

fn name_of_value(
    text: &str,
    range: Range<usize>,
    kind: ValueKind,
    file: NamedFile<'_>,
    collected: &mut Vec<Name>,
) {
    let simple = |kind: NameKind| Name::new(kind, text, range.clone());
    if is_computed(text) {
        let kind = match kind {
            ValueKind::Job => NameKind::Job,
            ValueKind::Stage => NameKind::Stage,
            ValueKind::Environment => NameKind::Environment,
            _ => return,
        };
        return collected.push(simple(kind));
    }
    if text.is_empty() {
        return;
    }
    match kind {
        ValueKind::Template => {
            let stem = template_stem(text);
            collected.push(Name::new(NameKind::Template, stem, range.start..range.start + stem.len()));
        }
        ValueKind::Unit => collected.push(simple(NameKind::Unit)),
        ValueKind::UnitDefinition => collected.push(simple(NameKind::Unit).definition()),
        ValueKind::Environment if file.facts.environments.iter().any(|known| known == text) => {
            collected.push(simple(NameKind::Environment));
        }
        ValueKind::Environment | ValueKind::TemplateFolder | ValueKind::Component => {}
        ValueKind::Stage => collected.push(simple(NameKind::Stage)),
        ValueKind::StageDefinition => collected.push(simple(NameKind::Stage).definition()),
        ValueKind::Job => job_names(text, range.start, file.facts, collected),
        ValueKind::Include => collected.push(simple(NameKind::Include)),
        ValueKind::DirectoryGlob => collected.push(simple(NameKind::DirectoryGlob)),
        ValueKind::Glob => collected.push(simple(NameKind::Glob)),
        ValueKind::Rule => collected.push(simple(NameKind::Rule)),
    }
}

/// Adds the names in a need: `build`, `libs/core:build`, `deploy:staging`, `build?`, `^build`.
fn job_names(text: &str, start: usize, facts: &WorkspaceFacts, collected: &mut Vec<Name>) {
    let (is_of_dependencies, behind) = match text.strip_prefix('^') {
        Some(behind) => (true, behind),
        None => (false, text),
    };
    let mut offset = start + text.len() - behind.len();
    let mut job = behind.strip_suffix('?').unwrap_or(behind);
    let mut unit = None;
    if let Some((before, rest)) = job.split_once(':')
        && facts.unit(before).is_some()
    {
        collected.push(Name::new(NameKind::Unit, before, offset..offset + before.len()));
        offset += before.len() + 1;
        unit = Some(before.to_owned());
        job = rest;
    }
    // `deploy:staging` is the job of one environment.
    if let Some((before, environment)) = job.rsplit_once(':')
        && facts.environments.iter().any(|known| known == environment)
    {
        let behind = offset + before.len() + 1;
        collected.push(Name::new(NameKind::Environment, environment, behind..behind + environment.len()));
        job = before;
    }
    let name = Name::new(NameKind::Job, job, offset..offset + job.len());
    collected.push(Name { unit, is_of_dependencies, ..name });
}
