//! Completion of expressions: contexts, their keys, macros, filters.

use super::Candidate;
use crate::index::Index;
use crate::index::owner;
use crate::model::OpenFile;
use crate::names::{NameKind, template_stem};
use crate::outline::Outline;
use crate::place::Before;
use crate::words::{CONTEXTS, FILTERS, FUNCTIONS, KEYS, STATEMENTS};
use lsp_types::CompletionItemKind;
use nestling::ide::{TemplateRegion, template_regions};
use nestling_gitlab::pipeline::moa;

/// Returns the number of bytes of what is typed already, and what it can become.
pub(super) fn candidates(before: Before<'_>, file: &OpenFile<'_>, index: &Index) -> (usize, Vec<Candidate>) {
    let text = before.text;
    let statement = text.split_whitespace().next().unwrap_or_default();
    if let Some(string) = open_string(text) {
        let reads = ["import", "from", "include", "extends"].contains(&statement);
        let templates = if before.is_statement && reads { template_files(index) } else { Vec::new() };
        return (string.len(), templates);
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let start = text.trim_end_matches(is_part).len();
    let typed = text.len() - start;
    let above = text[..start].trim_end();
    if before.is_statement && above.is_empty() {
        return (typed, described(&STATEMENTS, CompletionItemKind::KEYWORD, ""));
    }
    let is_new_name = before.is_statement
        && match statement {
            "for" => !text.contains(" in "),
            "set" => !text.contains('='),
            "macro" => true,
            _ => above.ends_with(" as"),
        };
    if is_new_name {
        return (typed, Vec::new());
    }
    if is_behind_value(above) {
        return (typed, Vec::new());
    }
    if above.ends_with('|') {
        return (typed, described(&FILTERS, CompletionItemKind::FUNCTION, "filter"));
    }
    let Some(root) = above.strip_suffix('.') else { return (typed, roots(file, index)) };
    let is_path = |c: char| is_part(c) || c == '.';
    let root = &root[root.trim_end_matches(is_path).len()..];
    (typed, keys(root, file, index))
}

/// Returns `true` behind a value, where only an operator can follow.
fn is_behind_value(above: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let word = &above[above.trim_end_matches(is_part).len()..];
    let takes_value = [
        "if", "elif", "in", "not", "and", "or", "is", "else", "do", "filter", "block", "import", "call",
        "with",
    ];
    above.ends_with([')', ']', '"', '\'']) || !word.is_empty() && !takes_value.contains(&word)
}

/// Returns the inside of a string that nothing closes.
fn open_string(text: &str) -> Option<&str> {
    let mut open: Option<(char, usize)> = None;
    for (offset, character) in text.char_indices().filter(|(_, character)| matches!(character, '"' | '\'')) {
        match open {
            Some((quote, _)) if quote == character => open = None,
            Some(_) => {}
            None => open = Some((character, offset)),
        }
    }
    open.map(|(_, offset)| &text[offset + 1..])
}

/// Returns the templates as statements name them.
fn template_files(index: &Index) -> Vec<Candidate> {
    let candidate = |template: &nestling::ide::TemplateFacts| {
        let path = template.path.as_ref().map(ToString::to_string).unwrap_or_default();
        let extension = if path.ends_with(".yaml") { "yaml" } else { "yml" };
        Candidate::new(format!("{}.{extension}", template.name), CompletionItemKind::MODULE, "template")
    };
    index.facts.templates.iter().map(candidate).collect()
}

/// Returns the contexts, the names that the file gives values, and the macros.
fn roots(file: &OpenFile<'_>, index: &Index) -> Vec<Candidate> {
    let mut candidates = described(&CONTEXTS, CompletionItemKind::VARIABLE, "");
    candidates.extend(described(&FUNCTIONS, CompletionItemKind::FUNCTION, "function"));
    let mut add = |name: &str, kind: CompletionItemKind, detail: &str| {
        if !candidates.iter().any(|known| known.label == name) {
            candidates.push(Candidate::new(name, kind, detail));
        }
    };
    for name in bound_names(file.text) {
        add(name, CompletionItemKind::VARIABLE, "of this file");
    }
    for indexed in &index.files {
        let macros = indexed.names.iter().filter(|name| name.is_definition);
        for name in macros.filter(|name| matches!(name.kind, NameKind::Macro(_))) {
            add(&name.text, CompletionItemKind::FUNCTION, "macro");
        }
    }
    candidates
}

/// Returns the statements of a file: the keyword, and all names behind it.
fn statements(text: &str) -> Vec<(&str, Vec<&str>)> {
    let controls = template_regions(text).into_iter().filter_map(|region| match region {
        TemplateRegion::Control(range) => Some(&text[range]),
        _ => None,
    });
    let statement = |control| {
        let names: Vec<&str> = moa::names(control).iter().map(|name| name.root).collect();
        let (keyword, rest) = names.split_first()?;
        Some((*keyword, rest.to_vec()))
    };
    controls.filter_map(statement).collect()
}

/// Returns the names that the statements of a file give values.
fn bound_names(text: &str) -> Vec<&str> {
    let mut bound = Vec::new();
    for (keyword, names) in statements(text) {
        match keyword {
            "for" => bound.extend(names.into_iter().take_while(|name| *name != "in")),
            "set" => bound.extend(names.first()),
            "macro" => bound.extend(names.into_iter().skip(1)),
            "import" | "from" => {
                bound.extend(names.into_iter().skip_while(|name| !matches!(*name, "as" | "import")).skip(1));
            }
            _ => {}
        }
    }
    bound
}

/// Returns the macros of the template that a file has imported under a name.
fn imported_macros(name: &str, file: &OpenFile<'_>, index: &Index) -> Vec<Candidate> {
    let owners: Vec<&str> = template_regions(file.text)
        .into_iter()
        .filter_map(|region| match region {
            TemplateRegion::Control(range) => file.text[range].trim().strip_prefix("import"),
            _ => None,
        })
        .filter(|statement| statement.split_whitespace().last() == Some(name))
        .filter_map(|statement| statement.split(['"', '\'']).nth(1).map(template_stem))
        .collect();
    let names = index.files.iter().flat_map(|indexed| &indexed.names).filter(|name| name.is_definition);
    let macros =
        names.filter(|name| matches!(&name.kind, NameKind::Macro(owner) if owners.contains(&owner.as_str())));
    macros.map(|name| Candidate::new(&name.text, CompletionItemKind::FUNCTION, "macro")).collect()
}

fn keys(root: &str, file: &OpenFile<'_>, index: &Index) -> Vec<Candidate> {
    match root {
        "inputs" => {
            let name = owner(&file.kind, &file.repo_path);
            let template = index.facts.template(&name);
            let inputs = template.map(|template| template.inputs.as_slice()).unwrap_or_default();
            let candidate = |input: &nestling::ide::InputFacts| Candidate {
                documentation: input.description.clone().unwrap_or_default(),
                ..Candidate::new(&input.name, CompletionItemKind::FIELD, &input.type_name)
            };
            inputs.iter().map(candidate).collect()
        }
        "vars" => {
            let vars = index.facts.vars.iter();
            vars.map(|(name, value)| Candidate::new(name, CompletionItemKind::FIELD, value)).collect()
        }
        "units" => {
            let is_word = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let units = index.facts.units.iter().filter(|unit| is_word(&unit.name));
            let directory = |unit: &nestling::ide::UnitFacts| unit.directory.to_directory();
            units
                .map(|unit| Candidate::new(&unit.name, CompletionItemKind::MODULE, directory(unit)))
                .collect()
        }
        root if root.starts_with("vars.") => nested_vars(root, index),
        root if root.starts_with("units.") => {
            let keys = [
                ("name", "Its name"),
                ("dir", "Its directory"),
                ("slug", "Its slug"),
                ("fingerprint", "A hash of its content"),
            ];
            described(&keys, CompletionItemKind::FIELD, "")
        }
        root if !KEYS.iter().any(|(known, _)| *known == root) => imported_macros(root, file, index),
        root => {
            let known = KEYS.iter().find(|(known, _)| *known == root);
            known.map(|(_, keys)| described(keys, CompletionItemKind::FIELD, "")).unwrap_or_default()
        }
    }
}

/// Returns the keys of a mapping of the workspace's `vars`.
fn nested_vars(root: &str, index: &Index) -> Vec<Candidate> {
    let mut steps = root.split('.').skip(1);
    let first = steps.next().unwrap_or_default();
    let Some((_, value)) = index.facts.vars.iter().find(|(name, _)| name == first) else { return Vec::new() };
    let outline = Outline::of(value);
    let mut holder = None;
    for step in steps {
        let Some(child) = outline.child(holder, step) else { return Vec::new() };
        holder = Some(child);
    }
    let keys = outline.children(holder).filter(|child| outline.entries[*child].key.is_some());
    let candidate = |child: usize| {
        let detail = outline.value(child).unwrap_or_default();
        Candidate::new(outline.step(child), CompletionItemKind::FIELD, detail)
    };
    keys.map(candidate).collect()
}

fn described(names: &[(&str, &str)], kind: CompletionItemKind, detail: &str) -> Vec<Candidate> {
    let candidate = |(name, meaning): &(&str, &str)| Candidate {
        documentation: format!("{meaning}."),
        ..Candidate::new(*name, kind, detail)
    };
    names.iter().map(candidate).collect()
}
