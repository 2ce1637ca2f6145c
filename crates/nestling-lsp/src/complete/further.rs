//! Completion of values that other definitions decide: of inputs, `inherit`, `!reference`, `stop`, `pipelines`, `$[[ ]]`.

use super::{Candidate, default_template, template_at};
use crate::index::Index;
use crate::meaning::Section;
use crate::model::OpenFile;
use crate::names::NameKind;
use crate::outline::{ITEM, Outline};
use crate::place::Place;
use crate::words::GITLAB_FUNCTIONS;
use lsp_types::CompletionItemKind;
use nestling::ide::InputFacts;
use nestling_gitlab::table::DEFAULT;

/// The kinds of pipelines that a case can be of.
const KINDS: [&str; 6] = ["merge_request", "branch:main", "tag:1.0.0", "schedule", "web", "api"];

/// The kinds of pipelines that `workspace: pipelines:` has.
const PIPELINES: [&str; 10] =
    ["merge_request", "branch", "tag", "schedule", "web", "api", "trigger", "pipeline", "chat", "other"];

/// Returns the values that a place can have by the definition of an input, or by what a job inherits.
pub(super) fn values(
    file: &OpenFile<'_>,
    index: &Index,
    outline: &Outline<'_>,
    place: &Place<'_>,
) -> Vec<Candidate> {
    let path = place.path.as_slice();
    match path {
        [.., "as"] if place.section == Section::Cases => {
            let kinds = KINDS.iter();
            kinds
                .map(|kind| Candidate::new(*kind, CompletionItemKind::ENUM_MEMBER, "kind of pipeline"))
                .collect()
        }
        ["spec", "inputs", _, "default"] => {
            let holder = place.holder.and_then(|holder| outline.entries[holder].parent);
            let text = |key: &str| outline.value(outline.child(holder, key)?);
            let options = outline.child(holder, "options").into_iter();
            let options = options.flat_map(|options| outline.children(Some(options)));
            let options: Vec<&str> = options.filter_map(|option| outline.value(option)).collect();
            of_input(text("type").unwrap_or("string"), options)
        }
        ["workspace", "environments", _, "inputs", name] => {
            let inputs = index.facts.templates.iter().flat_map(|template| &template.inputs);
            let inputs: Vec<&InputFacts> = inputs.filter(|input| input.name == *name).collect();
            let mut candidates: Vec<Candidate> = inputs.into_iter().flat_map(of_facts).collect();
            candidates.dedup_by(|one, other| one.label == other.label);
            candidates
        }
        ["inputs", name] | [.., "inputs", name] | [.., "environments", _, name]
            if matches!(path.first(), Some(&("unit" | "workspace" | "inputs" | ITEM))) =>
        {
            let template = template_at(outline, place, default_template(&file.kind));
            let template = template.and_then(|template| index.facts.template(template));
            let input =
                template.and_then(|template| template.inputs.iter().find(|input| input.name == *name));
            input.map(of_facts).unwrap_or_default()
        }
        [_, "inherit", "default", ITEM] => {
            let keys = DEFAULT.keys.iter();
            keys.map(|key| Candidate::new(key.name, CompletionItemKind::PROPERTY, "of `default`")).collect()
        }
        [_, "inherit", "variables", ITEM] => {
            let roots = outline.children(None).filter(|root| outline.step(*root) == "variables");
            let names = roots.flat_map(|root| outline.children(Some(root))).map(|child| outline.step(child));
            names.map(|name| Candidate::new(name, CompletionItemKind::VARIABLE, "variable")).collect()
        }
        [_, "stop"] | ["workspace", "environments", _, "stop"] => {
            vec![Candidate::new("false", CompletionItemKind::ENUM_MEMBER, "no stop job")]
        }
        _ => Vec::new(),
    }
}

/// Returns the keys that a mapping can have beside those of its schema.
pub(super) fn keys(path: &[&str]) -> Vec<Candidate> {
    let ["workspace", "pipelines", _] = path else { return Vec::new() };
    let kinds = PIPELINES.iter();
    kinds.map(|kind| Candidate::new(*kind, CompletionItemKind::PROPERTY, "kind of pipeline")).collect()
}

fn of_facts(input: &InputFacts) -> Vec<Candidate> {
    of_input(&input.type_name, input.options.iter().map(String::as_str))
}

fn of_input<'a>(type_name: &str, options: impl IntoIterator<Item = &'a str>) -> Vec<Candidate> {
    let options = options.into_iter();
    let mut candidates: Vec<Candidate> = options
        .map(|option| Candidate::new(option.trim_matches('"'), CompletionItemKind::ENUM_MEMBER, "option"))
        .collect();
    if candidates.is_empty() && type_name == "boolean" {
        let words = ["true", "false"];
        candidates.extend(words.map(|word| Candidate::new(word, CompletionItemKind::ENUM_MEMBER, "")));
    }
    candidates
}

/// The place of a `!reference`, with the keys before the cursor.
pub(super) struct Reference<'t> {
    pub before: Vec<&'t str>,
}

/// Returns the `!reference` that a place is in.
pub(super) fn reference_at<'t>(outline: &Outline<'t>, place: &Place<'t>) -> Option<Reference<'t>> {
    let holder = place.holder?;
    let entries = &outline.entries;
    let list = match entries[holder].parent {
        _ if entries[holder].is_reference => holder,
        Some(parent) if entries[parent].is_reference => parent,
        _ => return None,
    };
    let items = outline.children(Some(list)).filter(|item| entries[*item].end <= place.typed.start);
    Some(Reference { before: items.filter_map(|item| outline.value(item)).collect() })
}

/// Returns the keys that the next part of a `!reference` can be: those of the job in all files that define it.
pub(super) fn of_reference(
    index: &Index,
    position: Option<usize>,
    reference: &Reference<'_>,
) -> Vec<Candidate> {
    let Some((job, keys)) = position.and(reference.before.split_first()) else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    for file in &index.files {
        let definitions = file
            .names
            .iter()
            .filter(|name| name.kind == NameKind::Job && name.is_definition && name.text == *job);
        for definition in definitions {
            let outline = Outline::of(&file.text);
            let entry =
                outline.entries.iter().position(|entry| entry.key.as_ref() == Some(&definition.range));
            let holder = keys.iter().fold(entry, |holder, key| outline.child(Some(holder?), key));
            let children = holder.into_iter().flat_map(|holder| outline.children(Some(holder)));
            for child in children.filter(|child| outline.entries[*child].key.is_some()) {
                let name = outline.step(child).to_owned();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
    }
    names.into_iter().map(|name| Candidate::new(name, CompletionItemKind::PROPERTY, "")).collect()
}

/// Returns the number of bytes that are typed in `$[[ ]]`, and what they can become.
pub(super) fn of_gitlab_expression(
    file: &OpenFile<'_>,
    outline: &Outline<'_>,
    offset: usize,
) -> Option<(usize, Vec<Candidate>)> {
    let line_start = file.text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let before = &file.text[line_start..offset];
    let inside = &before[before.rfind("$[[")? + 3..];
    if inside.contains("]]") {
        return None;
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let typed = inside.len() - inside.trim_end_matches(is_part).len();
    let above = inside[..inside.len() - typed].trim();
    if above.ends_with('|') {
        let functions = GITLAB_FUNCTIONS.iter().map(|(name, meaning)| Candidate {
            documentation: format!("{meaning}."),
            ..Candidate::new(*name, CompletionItemKind::FUNCTION, "function")
        });
        return Some((typed, functions.collect()));
    }
    let candidates = match above {
        "" => {
            let contexts = [("inputs", "An input of this file"), ("component", "The component itself")];
            let context = |(name, meaning): (&str, &str)| Candidate {
                documentation: format!("{meaning}."),
                ..Candidate::new(name, CompletionItemKind::VARIABLE, "")
            };
            contexts.map(context).into()
        }
        "inputs." => {
            let inputs = outline.child(None, "spec").and_then(|spec| outline.child(Some(spec), "inputs"));
            let names = inputs.into_iter().flat_map(|inputs| outline.children(Some(inputs)));
            let candidate = |name: usize| {
                let type_name = outline.child(Some(name), "type").and_then(|value| outline.value(value));
                let detail = type_name.unwrap_or("string");
                Candidate::new(outline.step(name), CompletionItemKind::FIELD, detail)
            };
            names.filter(|name| outline.entries[*name].key.is_some()).map(candidate).collect()
        }
        "component." => {
            let keys = ["name", "sha", "version", "reference"];
            keys.map(|key| Candidate::new(key, CompletionItemKind::FIELD, "")).into()
        }
        _ => Vec::new(),
    };
    Some((typed, candidates))
}
