//! The names in expressions and control lines of templates.

use super::{Name, NameKind, NamedFile, template_stem};
use crate::meaning::Section;
use crate::outline::Outline;
use nestling::ide::{TemplateRegion, template_regions};
use nestling_gitlab::pipeline::moa::{self, ExpressionName};
use std::ops::Range;

/// The functions of every template, which are no macros.
const FUNCTIONS: [&str; 7] = ["super", "caller", "range", "dict", "namespace", "fail", "debug"];

/// Imports of a file: a name with the template that it stands for.
#[derive(Default)]
struct Imports {
    /// `import "x" as NAME`.
    templates: Vec<(String, String)>,
    /// `from "x" import NAME`.
    macros: Vec<(String, String)>,
}

/// Adds the names in the expressions and control lines of a file's jobs.
pub(super) fn add(outline: &Outline<'_>, file: NamedFile<'_>, collected: &mut Vec<Name>) {
    let text = outline.text;
    if !file.kind.is_rendered() {
        return add_inputs_of_gitlab(text, file, collected);
    }
    // Names in the catalogue's strings count as well.
    let regions = template_regions(text);
    let is_in_jobs = |range: &Range<usize>| {
        let section = Section::of(outline, outline.document_at(range.start), file.kind);
        section == Section::Jobs
    };
    let mut imports = Imports::default();
    for region in &regions {
        match region {
            TemplateRegion::Control(range) if is_in_jobs(range) => {
                control(text, range.clone(), file, &mut imports, collected);
            }
            TemplateRegion::Expression(range) => expression(text, range.clone(), file, &imports, collected),
            _ => {}
        }
    }
}

/// Adds the names of `$[[ inputs.NAME ]]`.
fn add_inputs_of_gitlab(text: &str, file: NamedFile<'_>, collected: &mut Vec<Name>) {
    for (open, _) in text.match_indices("$[[") {
        let Some(length) = text[open..].find("]]") else { break };
        let inside = &text[open + 3..open + length];
        let Some(name) = inside.trim_start().strip_prefix("inputs.") else { continue };
        let end = name.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-')).unwrap_or(name.len());
        let start = offset_in(text, name);
        if end > 0 {
            let kind = NameKind::Input(file.owner.to_owned());
            collected.push(Name::new(kind, &name[..end], start..start + end));
        }
    }
}

/// Adds the names in a control line.
fn control(
    text: &str,
    range: Range<usize>,
    file: NamedFile<'_>,
    imports: &mut Imports,
    collected: &mut Vec<Name>,
) {
    let statement = &text[range.clone()];
    let words = moa::names(statement);
    let Some((keyword, rest)) = words.split_first() else { return };
    let start_of = |name: &ExpressionName<'_>| range.start + name.range.start;
    match (keyword.root, rest.first()) {
        ("macro", Some(name)) => {
            let start = start_of(name);
            let kind = NameKind::Macro(file.owner.to_owned());
            collected.push(Name::new(kind, name.root, start..start + name.root.len()).definition());
        }
        ("block", Some(name)) => {
            let start = start_of(name);
            collected
                .push(Name::new(NameKind::Block, name.root, start..start + name.root.len()).definition());
        }
        ("import" | "from" | "include" | "extends", _) => {
            let templates = strings(statement);
            for template in &templates {
                let stem = template_stem(template);
                let start = range.start + offset_in(statement, template);
                collected.push(Name::new(NameKind::Template, stem, start..start + stem.len()));
            }
            let Some(template) = templates.first().map(|template| template_stem(template).to_owned()) else {
                return;
            };
            let bound = rest.iter().skip_while(|name| !matches!(name.root, "as" | "import")).skip(1);
            for name in bound {
                let target = (name.root.to_owned(), template.clone());
                if keyword.root == "import" {
                    imports.templates.push(target);
                } else {
                    let start = start_of(name);
                    let kind = NameKind::Macro(template.clone());
                    collected.push(Name::new(kind, name.root, start..start + name.root.len()));
                    imports.macros.push(target);
                }
            }
        }
        _ => expression(text, range, file, imports, collected),
    }
}

/// Adds the names that an expression reads.
fn expression(
    text: &str,
    range: Range<usize>,
    file: NamedFile<'_>,
    imports: &Imports,
    collected: &mut Vec<Name>,
) {
    let expression = &text[range.clone()];
    for name in moa::names(expression) {
        let of_key = |kind: NameKind, key: &str| {
            let start = range.start + offset_in(expression, key);
            Name::new(kind, key, start..start + key.len())
        };
        match (name.root, name.keys.as_slice()) {
            ("inputs", [key, ..]) => collected.push(of_key(NameKind::Input(file.owner.to_owned()), key)),
            ("vars", [key, ..]) => collected.push(of_key(NameKind::Var, key)),
            ("units", [key, ..]) if file.facts.unit(key).is_some() => {
                collected.push(of_key(NameKind::Unit, key));
            }
            (root, []) if name.is_call && !FUNCTIONS.contains(&root) => {
                let imported = imports.macros.iter().find(|(known, _)| known == root);
                let owner = imported.map_or_else(|| file.owner.to_owned(), |(_, template)| template.clone());
                collected.push(of_key(NameKind::Macro(owner), root));
            }
            (root, [key]) if name.is_call => {
                let imported = imports.templates.iter().find(|(known, _)| known == root);
                collected
                    .extend(imported.map(|(_, template)| of_key(NameKind::Macro(template.clone()), key)));
            }
            _ => {}
        }
    }
}

/// Returns the insides of the strings in a statement.
pub(crate) fn strings(statement: &str) -> Vec<&str> {
    let mut collected = Vec::new();
    let mut rest = statement;
    while let Some(open) = rest.find(['"', '\'']) {
        let quote = if rest[open..].starts_with('"') { '"' } else { '\'' };
        let inside = &rest[open + 1..];
        let Some(close) = inside.find(quote) else { break };
        collected.push(&inside[..close]);
        rest = &inside[close + 1..];
    }
    collected
}

/// Returns the offset of a substring.
fn offset_in(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len())
}
