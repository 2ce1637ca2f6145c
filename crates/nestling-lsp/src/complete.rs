//! Completion: the words that can be typed at the place of the cursor.

mod expressions;
mod conditions;
mod inputs;
mod further;
mod jobs;
mod paths;

use crate::edit::as_scalar;
use crate::index::Index;
use crate::keywords::{self, KnownKey};
use crate::meaning::{FileKind, KeyKind, Section, ValueKind, key_kind, value_kind};
use crate::model::{Model, OpenFile};
use crate::names::NameKind;
use crate::outline::Outline;
use crate::place::{Place, Slot, expression_before, is_in_comment, takes_nothing};
use crate::variables;
use inputs::{default_template, template_at};
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, MarkupContent, MarkupKind,
    Position, TextEdit,
};
use nestling::ide::TemplateFacts;
use nestling_gitlab::name::StageName;
use std::ops::Range;

/// One thing that can be typed.
pub(crate) struct Candidate {
    pub label: String,
    pub kind: CompletionItemKind,
    /// A few words beside it.
    pub detail: String,
    /// Markdown.
    pub documentation: String,
    /// The text that is written, if it is not the label.
    pub written: Option<String>,
}

impl Candidate {
    fn new(label: impl Into<String>, kind: CompletionItemKind, detail: impl Into<String>) -> Self {
        Self { label: label.into(), kind, detail: detail.into(), documentation: String::new(), written: None }
    }

    /// Adds the blank that a value needs behind its colon.
    fn behind_colon(&mut self) {
        let written = self.written.take().unwrap_or_else(|| self.label.clone());
        self.written = Some(format!(" {written}"));
    }

    /// Adds the quotes that YAML requires.
    fn quoted(self) -> Self {
        let written = as_scalar(&self.label);
        Self { written: (written != self.label).then_some(written), ..self }
    }
}

/// The place of the cursor, with all that is known there.
struct Cursor<'a> {
    model: &'a Model<'a>,
    file: &'a OpenFile<'a>,
    index: &'a Index,
    outline: &'a Outline<'a>,
    place: &'a Place<'a>,
}

/// Returns what can be typed at a position.
pub(crate) fn complete(model: &Model<'_>, file: &OpenFile<'_>, position: Position) -> Vec<CompletionItem> {
    let offset = file.lines.offset(position);
    let index = model.index(file);
    let outline = Outline::of(file.text);
    if is_in_comment(file.text, offset, file.kind.is_rendered()) {
        return Vec::new();
    }
    if file.kind.is_rendered()
        && let Some(before) = expression_before(file.text, offset)
    {
        let (typed, candidates) = expressions::candidates(before, file, &index);
        return items(file, offset - typed..offset, "", candidates);
    }
    if let Some((typed, candidates)) = further::of_gitlab_expression(file, &outline, offset) {
        return items(file, offset - typed..offset, "", candidates);
    }
    if let Some(typed) = variables::variable_at(file.text, offset) {
        return items(file, typed, "", variables_of(file, &index));
    }
    let place = Place::at(&outline, offset, &file.kind);
    if place.path.last() == Some(&"if")
        && let Some((typed, candidates)) = conditions::candidates(file.text, offset)
    {
        return items(file, offset - typed..offset, "", candidates);
    }
    if takes_nothing(&outline, offset, &place) {
        return Vec::new();
    }
    let cursor = Cursor { model, file, index: &index, outline: &outline, place: &place };
    let mut candidates = Vec::new();
    if place.slot != Slot::Key {
        let mut values = values(&cursor);
        values.extend(further::values(file, &index, &outline, &place));
        if !place.is_quoted {
            values = values.into_iter().map(Candidate::quoted).collect();
        }
        values.extend(words(&place));
        if file.text[..place.typed.start].ends_with(':') {
            values.iter_mut().for_each(Candidate::behind_colon);
        }
        candidates.extend(items(file, place.typed.clone(), "", values));
    }
    let is_key = place.slot != Slot::Value && (place.slot == Slot::Key || !place.is_quoted);
    if is_key && keywords::can_be_mapping(place.section, &place.path) {
        let colon = if has_colon(file.text, place.typed.end) { "" } else { ":" };
        candidates.extend(items(file, place.typed.clone(), colon, keys(&cursor)));
    }
    candidates
}

/// Returns the variables that the jobs of a file have: those that it and its neighbors define, then GitLab's.
fn variables_of(file: &OpenFile<'_>, index: &Index) -> Vec<Candidate> {
    let given = index.file(&file.path).map(|position| variables::given(index, position));
    let own = given.into_iter().flatten();
    let own = own.map(|name| Candidate::new(name, CompletionItemKind::VARIABLE, "variable"));
    let predefined = variables::PREDEFINED.iter().map(|(name, meaning)| Candidate {
        documentation: format!("{meaning}."),
        ..Candidate::new(*name, CompletionItemKind::VARIABLE, "")
    });
    own.chain(predefined).collect()
}

fn has_colon(text: &str, end: usize) -> bool {
    text[end..].trim_start_matches(['"', '\'', ' ']).starts_with(':')
}

fn items(
    file: &OpenFile<'_>,
    typed: Range<usize>,
    suffix: &str,
    candidates: Vec<Candidate>,
) -> Vec<CompletionItem> {
    let range = file.lines.range(typed);
    let item = |(position, candidate): (usize, Candidate)| {
        let Candidate { label, kind, detail, documentation, written } = candidate;
        let written = written.unwrap_or_else(|| label.clone());
        let is_plain = suffix.is_empty() || kind == CompletionItemKind::CLASS;
        let new_text = match suffix {
            "" => written,
            suffix if is_plain => format!("{written}{suffix}"),
            suffix => format!("{written}{suffix} "),
        };
        let markup = MarkupContent { kind: MarkupKind::Markdown, value: documentation };
        let documentation = (!markup.value.is_empty()).then_some(Documentation::MarkupContent(markup));
        CompletionItem {
            label,
            kind: Some(kind),
            detail: (!detail.is_empty()).then_some(detail),
            documentation,
            // Editors sort by label otherwise; the table's order is that in which people write keys.
            sort_text: Some(format!("{position:04}")),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text })),
            ..CompletionItem::default()
        }
    };
    candidates.into_iter().enumerate().map(item).collect()
}

/// Returns the keys that the mapping at a place does not have yet.
fn keys(cursor: &Cursor<'_>) -> Vec<Candidate> {
    let &Cursor { file, outline, place, .. } = cursor;
    let present: Vec<&str> = outline
        .children(place.holder)
        .filter(|child| {
            let entry = &outline.entries[*child];
            entry.key.as_ref().is_some_and(|key| *key != place.typed)
                && entry.document == place_document(outline, place)
        })
        .map(|child| outline.step(child))
        .collect();
    let mut candidates: Vec<Candidate> = named_keys(cursor);
    let mut known = keywords::keys(place.section, &place.path);
    if place.path.is_empty() {
        known = root_keys(file, outline, place, known);
    }
    candidates.extend(known.into_iter().map(of_key));
    candidates.retain(|candidate| !present.contains(&candidate.label.as_str()));
    candidates
}

/// Returns the keys at the root of a document: those of a header only in its first one, as long as no job is there.
fn root_keys(
    file: &OpenFile<'_>,
    outline: &Outline<'_>,
    place: &Place<'_>,
    mut known: Vec<KnownKey>,
) -> Vec<KnownKey> {
    let is_first = place_document(outline, place) == 0;
    if place.section == Section::Header {
        return keywords::header_keys(&file.kind);
    }
    known.retain(|key| key.name != "spec");
    let is_empty = outline.children(None).all(|child| outline.entries[child].is_half);
    if is_first && is_empty {
        known.splice(0..0, keywords::header_keys(&file.kind));
    }
    known
}

fn place_document(outline: &Outline<'_>, place: &Place<'_>) -> usize {
    outline.document_at(place.typed.start)
}

fn of_key(key: KnownKey) -> Candidate {
    // A collection begins on the next line, or with a bracket.
    let kind = if key.is_container { CompletionItemKind::CLASS } else { CompletionItemKind::PROPERTY };
    Candidate { documentation: key.documentation, ..Candidate::new(key.name, kind, key.value) }
}

/// Returns the keys that are names: inputs of a template, environments, jobs of templates that a unit lays its own over.
fn named_keys(cursor: &Cursor<'_>) -> Vec<Candidate> {
    let &Cursor { file, index, outline, place, .. } = cursor;
    let mut path = place.path.clone();
    path.push("NAME");
    match key_kind(place.section, &path) {
        Some(KeyKind::Input) => {
            // The entry itself is looked up from one of its children, or from the holder.
            let template = template_at(outline, place, default_template(&file.kind));
            let inputs =
                template.and_then(|name| index.facts.template(name)).map(|template| &template.inputs);
            let candidate = |input: &nestling::ide::InputFacts| {
                let default =
                    input.default.as_ref().map_or("required".to_owned(), |value| format!("default {value}"));
                let mut documentation = input.description.clone().unwrap_or_default();
                if !input.options.is_empty() {
                    documentation = format!("{documentation}\n\nOne of `{}`.", input.options.join("`, `"));
                }
                let detail = format!("{}, {default}", input.type_name);
                Candidate { documentation, ..Candidate::new(&input.name, CompletionItemKind::FIELD, detail) }
            };
            inputs.into_iter().flatten().map(candidate).collect()
        }
        Some(KeyKind::EnvironmentUse) => environments(index),
        Some(KeyKind::Job) if place.section == Section::Cases => jobs::jobs_of_case(cursor),
        _ => further::keys(&path),
    }
}

/// Returns `false` for a file of test cases, which is in a directory of templates as well.
fn is_template(index: &Index, template: &TemplateFacts) -> bool {
    let kind = template.path.as_ref().map(|path| FileKind::of(path, Some(&index.facts)));
    !template.is_component && kind.is_none_or(|kind| matches!(kind, FileKind::Template(_)))
}

fn environments(index: &Index) -> Vec<Candidate> {
    let names = index.facts.environments.iter();
    names.map(|name| Candidate::new(name, CompletionItemKind::ENUM_MEMBER, "environment")).collect()
}

/// Returns the values that a place can have.
fn values(cursor: &Cursor<'_>) -> Vec<Candidate> {
    let &Cursor { file, index, outline, place, .. } = cursor;
    let position = index.file(&file.path);
    let typed = &file.text[place.typed.clone()];
    let kind = match further::reference_at(outline, place) {
        Some(reference) if reference.before.is_empty() => Some(ValueKind::Job),
        Some(reference) => return further::of_reference(index, position, &reference),
        None => value_kind(place.section, &place.path),
    };
    match kind {
        Some(ValueKind::Template) => index
            .facts
            .templates
            .iter()
            .filter(|template| is_template(index, template))
            .map(|template| {
                let documentation = template.description.clone().unwrap_or_default();
                let candidate = Candidate::new(&template.name, CompletionItemKind::MODULE, "template");
                Candidate { documentation, ..candidate }
            })
            .collect(),
        Some(ValueKind::Component) => {
            let vendored = index.facts.templates.iter().filter(|template| template.is_component);
            let candidate = |component: &TemplateFacts| {
                let documentation = component.description.clone().unwrap_or_default();
                let candidate = Candidate::new(&component.name, CompletionItemKind::MODULE, "vendored");
                Candidate { documentation, ..candidate }
            };
            vendored.map(candidate).collect()
        }
        Some(ValueKind::Unit) => {
            let units = index.facts.units.iter().filter(|unit| unit.file.as_ref() != Some(&file.repo_path));
            let directory = |unit: &nestling::ide::UnitFacts| unit.directory.to_directory();
            units
                .map(|unit| Candidate::new(&unit.name, CompletionItemKind::MODULE, directory(unit)))
                .collect()
        }
        Some(ValueKind::Environment) => {
            // An environment does not come after itself.
            let own = matches!(place.path.as_slice(), ["workspace", "environments", _, "after", ..])
                .then(|| place.path[2]);
            let mut candidates = environments(index);
            candidates.retain(|candidate| Some(candidate.label.as_str()) != own);
            candidates
        }
        Some(ValueKind::Stage) => stages(index, position),
        Some(ValueKind::Job) if place.section == Section::Cases => jobs::jobs_of_case(cursor),
        Some(ValueKind::Job) => jobs::jobs(cursor),
        Some(ValueKind::Include) => paths::files(&index.root, typed),
        Some(ValueKind::TemplateFolder) => paths::directories(&index.root, typed),
        Some(ValueKind::Glob) if typed.starts_with('/') => paths::files(&index.root, typed),
        Some(ValueKind::Glob) => paths::files(file.path.parent().unwrap_or(&index.root), typed),
        Some(ValueKind::DirectoryGlob) => paths::directories(&index.root, typed),
        Some(ValueKind::Rule) => nestling::rules()
            .into_iter()
            .filter(|rule| rule.can_be_allowed())
            .map(|rule| Candidate::new(rule.id, CompletionItemKind::CONSTANT, rule.summary))
            .collect(),
        Some(ValueKind::UnitDefinition | ValueKind::StageDefinition) | None => Vec::new(),
    }
}

/// Returns the words of the table, as they have to be written.
fn words(place: &Place<'_>) -> Vec<Candidate> {
    let mut words = keywords::words(place.section, &place.path);
    let mut seen = std::collections::BTreeSet::new();
    words.retain(|word| seen.insert(word.clone()));
    words.into_iter().map(|word| Candidate::new(word, CompletionItemKind::ENUM_MEMBER, "")).collect()
}

fn stages(index: &Index, position: Option<usize>) -> Vec<Candidate> {
    let mut names: Vec<String> = index.facts.stages.clone();
    let defined = position.map(|position| index.defined(position, &NameKind::Stage)).unwrap_or_default();
    names.extend(defined.into_iter().map(str::to_owned));
    if names.is_empty() {
        names.extend(["build", "test", "deploy"].map(str::to_owned));
    }
    names.extend([StageName::PRE, StageName::POST].map(str::to_owned));
    let mut listed: Vec<String> = Vec::new();
    for name in names {
        if !listed.contains(&name) {
            listed.push(name);
        }
    }
    listed.into_iter().map(|name| Candidate::new(name, CompletionItemKind::ENUM_MEMBER, "stage")).collect()
}
