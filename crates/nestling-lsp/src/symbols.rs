//! The outline of a file for its reader: both documents with their keys; and the lines that can be folded.

use crate::meaning::{FileKind, Section, is_global};
use crate::model::OpenFile;
use crate::names::{Statement, statements};
use crate::outline::{Entry, Outline};
use lsp_types::{DocumentSymbol, FoldingRange, FoldingRangeKind, Range, SymbolKind};

/// The levels of keys that are shown of a header, of jobs and of test cases.
const LEVELS: [(Section, usize); 3] = [(Section::Header, 3), (Section::Jobs, 2), (Section::Cases, 4)];

/// Returns the symbols of a file: its documents, if there are two, with their keys, and the macros and blocks with theirs.
pub(crate) fn symbols(file: &OpenFile<'_>) -> Vec<DocumentSymbol> {
    let outline = Outline::of(file.text);
    let roots: Vec<usize> = outline.children(None).collect();
    let mut symbols: Vec<DocumentSymbol> =
        roots.into_iter().filter_map(|root| symbol(file, &outline, root, 0)).collect();
    if file.kind.is_rendered() {
        for statement in statements(file.text) {
            add_statement(file, statement, &mut symbols);
        }
    }
    symbols
}

/// Adds a macro or a block, which takes the symbols of its lines.
fn add_statement(file: &OpenFile<'_>, statement: Statement<'_>, symbols: &mut Vec<DocumentSymbol>) {
    let kind = match statement.keyword {
        "macro" => SymbolKind::METHOD,
        "block" => SymbolKind::NAMESPACE,
        _ => return,
    };
    let Some(name) = statement.name else { return };
    let range = file.lines.range(statement.range);
    let is_inside =
        |symbol: &DocumentSymbol| range.start <= symbol.range.start && symbol.range.end <= range.end;
    let start = symbols.iter().position(|symbol| range.start <= symbol.range.start).unwrap_or(symbols.len());
    let count = symbols[start..].iter().take_while(|symbol| is_inside(symbol)).count();
    let children: Vec<DocumentSymbol> = symbols.drain(start..start + count).collect();
    let (text, detail) = (file.text[name.clone()].to_owned(), Some(statement.keyword.to_owned()));
    let selection_range = file.lines.range(name);
    symbols.insert(start, new_symbol((text, detail), kind, (range, selection_range), children));
}

/// Returns a test case of a list.
fn case(file: &OpenFile<'_>, outline: &Outline<'_>, index: usize) -> DocumentSymbol {
    let entry = &outline.entries[index];
    let name = outline.child(Some(index), "name").and_then(|name| outline.entries[name].value.clone());
    let items = outline.children(None).filter(|child| outline.entries[*child].key.is_none());
    let number = items.take_while(|item| *item <= index).count();
    let text = name.as_ref().map_or(format!("case {number}"), |name| outline.text[name.clone()].to_owned());
    let template = outline.child(Some(index), "template").and_then(|entry| outline.value(entry));
    let whole = file.lines.range(entry.start..entry.end);
    let selected = name.map_or(entry.start..entry.start + 1, |name| name);
    let children =
        outline.children(Some(index)).filter_map(|child| symbol(file, outline, child, 1)).collect();
    let names = (text, template.map(str::to_owned));
    new_symbol(names, SymbolKind::MODULE, (whole, file.lines.range(selected)), children)
}

fn symbol(file: &OpenFile<'_>, outline: &Outline<'_>, index: usize, level: usize) -> Option<DocumentSymbol> {
    let entry = &outline.entries[index];
    if level == 0 && entry.key.is_none() && matches!(file.kind, FileKind::Cases(_)) {
        return Some(case(file, outline, index));
    }
    let key = entry.key.clone().filter(|key| !key.is_empty())?;
    let section = Section::of(outline, entry.document, &file.kind);
    let most = LEVELS.iter().find(|(of, _)| *of == section).map_or(1, |(_, levels)| *levels);
    let name = outline.step(index).to_owned();
    let children: Vec<DocumentSymbol> = outline
        .children(Some(index))
        .filter(|_| level + 1 < most)
        .filter_map(|child| symbol(file, outline, child, level + 1))
        .collect();
    let kind = match (section, level) {
        (Section::Jobs, 0) if is_global(&name) => SymbolKind::NAMESPACE,
        (Section::Jobs, 0) if name.starts_with('.') => SymbolKind::INTERFACE,
        (Section::Jobs, 0) => SymbolKind::FUNCTION,
        (Section::Header, 0) => SymbolKind::MODULE,
        _ => SymbolKind::PROPERTY,
    };
    let detail = outline.value(index).and_then(|value| value.lines().next()).map(str::to_owned);
    // The name is inside of the whole, also where it is in quotes.
    let whole = entry.start.min(key.start)..entry.end.max(key.end);
    let ranges = (file.lines.range(whole), file.lines.range(key));
    Some(new_symbol((name, detail), kind, ranges, children))
}

fn new_symbol(
    (name, detail): (String, Option<String>),
    kind: SymbolKind,
    (range, selection_range): (Range, Range),
    children: Vec<DocumentSymbol>,
) -> DocumentSymbol {
    #[expect(deprecated, reason = "the field has to be given")]
    DocumentSymbol {
        name,
        detail,
        kind,
        tags: None,
        deprecated: None,
        range,
        selection_range,
        children: (!children.is_empty()).then_some(children),
    }
}

/// Returns the lines that can be folded: documents, entries of several lines, and the lines between statements.
pub(crate) fn folds(file: &OpenFile<'_>) -> Vec<FoldingRange> {
    let outline = Outline::of(file.text);
    let mut lines: Vec<(usize, usize)> = Vec::new();
    if outline.documents.len() > 1 {
        for document in &outline.documents {
            let text = file.text[document.clone()].trim_end();
            lines.push((file.lines.line(document.start), file.lines.line(document.start + text.len())));
        }
    }
    if file.kind.is_rendered() {
        let ranges = statements(file.text).into_iter().map(|statement| statement.range);
        lines.extend(ranges.map(|range| (file.lines.line(range.start), file.lines.line(range.end))));
    }
    let is_case = |entry: &Entry| matches!(file.kind, FileKind::Cases(_)) && entry.parent.is_none();
    let entries = outline.entries.iter().filter(|entry| entry.key.is_some() || is_case(entry));
    lines.extend(entries.map(|entry| (file.lines.line(entry.start), file.lines.line(entry.end))));
    lines.retain(|(start, end)| start < end);
    lines.sort_unstable();
    lines.dedup_by_key(|(start, _)| *start);
    let number = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
    let fold = |(start, end): (usize, usize)| FoldingRange {
        start_line: number(start),
        end_line: number(end),
        kind: Some(FoldingRangeKind::Region),
        ..FoldingRange::default()
    };
    lines.into_iter().map(fold).collect()
}
