//! Semantic tokens for the template language, which editors take for comments and strings; and hints of defaults.

use crate::hover::in_one_line;
use crate::index::Index;
use crate::model::{Model, OpenFile};
use crate::names::{NameKind, template_stem};
use crate::outline::Outline;
use lsp_types::{InlayHint, InlayHintKind, InlayHintLabel, Range, SemanticToken, SemanticTokens};
use nestling::ide::{TemplateRegion, template_regions};
use nestling_gitlab::pipeline::moa;
use std::ops::Range as Bytes;

/// The kinds of tokens, in the order of their numbers.
pub(crate) const TOKEN_TYPES: [&str; 5] = ["keyword", "variable", "property", "function", "macro"];

/// Words of control lines.
const KEYWORDS: [&str; 31] = [
    "if",
    "elif",
    "else",
    "endif",
    "for",
    "endfor",
    "in",
    "not",
    "and",
    "or",
    "is",
    "set",
    "endset",
    "macro",
    "endmacro",
    "call",
    "endcall",
    "with",
    "endwith",
    "block",
    "endblock",
    "extends",
    "include",
    "import",
    "from",
    "as",
    "filter",
    "endfilter",
    "do",
    "raw",
    "endraw",
];

/// Returns the tokens of a file.
pub(crate) fn tokens(file: &OpenFile<'_>) -> SemanticTokens {
    if !file.kind.is_rendered() {
        return SemanticTokens::default();
    }
    let mut spans: Vec<(Bytes<usize>, u32)> = Vec::new();
    for region in template_regions(file.text) {
        match region {
            TemplateRegion::Control(inside) => add(file.text, inside, 2, &mut spans),
            TemplateRegion::Expression(inside) => {
                spans.push((inside.start - 3..inside.start, 4));
                let end = inside.end;
                add(file.text, inside, 0, &mut spans);
                if file.text[end..].starts_with("}}") {
                    spans.push((end..end + 2, 4));
                }
            }
            _ => {}
        }
    }
    spans.retain(|(bytes, _)| !bytes.is_empty() && !file.text[bytes.clone()].contains('\n'));
    spans.sort_by_key(|(bytes, _)| bytes.start);
    let mut data = Vec::new();
    let (mut last_line, mut last_start) = (0, 0);
    for (bytes, token_type) in spans {
        let Range { start, end } = file.lines.range(bytes);
        let delta_line = start.line - last_line;
        let delta_start = if delta_line == 0 { start.character - last_start } else { start.character };
        let length = end.character - start.character;
        data.push(SemanticToken { delta_line, delta_start, length, token_type, token_modifiers_bitset: 0 });
        (last_line, last_start) = (start.line, start.character);
    }
    SemanticTokens { result_id: None, data }
}

/// Adds the tokens of a control line or an expression; the mark of `opening` bytes before it is one of its own.
fn add(text: &str, inside: Bytes<usize>, opening: usize, spans: &mut Vec<(Bytes<usize>, u32)>) {
    let is_mark = opening > 0 && inside.start >= opening;
    if is_mark {
        spans.push((inside.start - opening..inside.start, 4));
    }
    let statement = &text[inside.clone()];
    for name in moa::names(statement) {
        let root = inside.start + name.range.start..inside.start + name.range.start + name.root.len();
        let is_keyword = KEYWORDS.contains(&name.root) && name.keys.is_empty();
        let before = statement[..name.range.start].trim_end();
        let token_type = match (is_keyword, name.is_call || before.ends_with('|')) {
            (true, _) => 0,
            (false, true) => 3,
            (false, false) => 1,
        };
        let keys = root.end..inside.start + name.range.end;
        spans.push((root, token_type));
        if !keys.is_empty() {
            spans.push((keys, 2));
        }
    }
}

/// Returns hints of the inputs that a use leaves at their defaults, behind the template's name.
pub(crate) fn hints(model: &Model<'_>, file: &OpenFile<'_>, range: Range) -> Vec<InlayHint> {
    let index = model.index(file);
    let Some(position) = index.file(&file.path) else { return Vec::new() };
    let outline = Outline::of(file.text);
    let names = index.files[position].names.iter();
    let uses = names.filter(|name| name.kind == NameKind::Template && !name.is_definition);
    let mut hints = Vec::new();
    for name in uses {
        let name_end = file.lines.position(name.range.end);
        if name_end < range.start || name_end > range.end {
            continue;
        }
        let Some(label) = defaults(&outline, &index, &name.text, &name.range) else { continue };
        hints.push(InlayHint {
            position: name_end,
            label: InlayHintLabel::String(label),
            kind: Some(InlayHintKind::PARAMETER),
            text_edits: None,
            tooltip: None,
            padding_left: Some(true),
            padding_right: None,
            data: None,
        });
    }
    hints
}

/// Returns the defaults of the inputs that a use does not give: `shards: 1, image: node:22`.
fn defaults(outline: &Outline<'_>, index: &Index, template: &str, bytes: &Bytes<usize>) -> Option<String> {
    let used = outline
        .entries
        .iter()
        .position(|entry| entry.value.as_ref().is_some_and(|value| value.start == bytes.start))?;
    let inputs = &index.facts.template(template_stem(template))?.inputs;
    let parent = outline.entries[used].parent;
    let given = if outline.step(used) == "template" { outline.child(parent, "inputs") } else { None };
    let given: Vec<&str> = given
        .map(|given| outline.children(Some(given)).map(|child| outline.step(child)).collect())
        .unwrap_or_default();
    let left = inputs.iter().filter(|input| !given.contains(&input.name.as_str()));
    let shown: Vec<String> = left
        .filter_map(|input| {
            let written = input.default.as_ref()?;
            let default = in_one_line(written);
            let is_whole = !written.contains('\n') || default.starts_with('[');
            let is_short = is_whole && default.len() <= 20 && default != "\"\"";
            is_short.then(|| format!("{}: {default}", input.name))
        })
        .take(3)
        .collect();
    (!shown.is_empty()).then(|| shown.join(", "))
}
