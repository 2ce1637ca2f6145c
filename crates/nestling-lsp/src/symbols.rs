//! The outline of a file for its reader: both documents with their keys; and the lines that can be folded.

use crate::meaning::{Section, is_global};
use crate::model::OpenFile;
use crate::outline::Outline;
use lsp_types::{DocumentSymbol, FoldingRange, FoldingRangeKind, SymbolKind};

/// The levels of keys that are shown of a header and of jobs.
const LEVELS: [(Section, usize); 2] = [(Section::Header, 3), (Section::Jobs, 2)];

/// Returns the symbols of a file: its documents, if there are two, with their keys.
pub(crate) fn symbols(file: &OpenFile<'_>) -> Vec<DocumentSymbol> {
    let outline = Outline::of(file.text);
    let roots: Vec<usize> = outline.children(None).collect();
    roots.into_iter().filter_map(|root| symbol(file, &outline, root, 0)).collect()
}

fn symbol(file: &OpenFile<'_>, outline: &Outline<'_>, index: usize, level: usize) -> Option<DocumentSymbol> {
    let entry = &outline.entries[index];
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
    #[expect(deprecated, reason = "the field has to be given")]
    Some(DocumentSymbol {
        name,
        detail,
        kind,
        tags: None,
        deprecated: None,
        range: file.lines.range(whole),
        selection_range: file.lines.range(key),
        children: (!children.is_empty()).then_some(children),
    })
}

/// Returns the lines that can be folded: documents, and entries of several lines.
pub(crate) fn folds(file: &OpenFile<'_>) -> Vec<FoldingRange> {
    let outline = Outline::of(file.text);
    let mut lines: Vec<(usize, usize)> = Vec::new();
    if outline.documents.len() > 1 {
        for document in &outline.documents {
            let text = file.text[document.clone()].trim_end();
            lines.push((file.lines.line(document.start), file.lines.line(document.start + text.len())));
        }
    }
    let entries = outline.entries.iter().filter(|entry| entry.key.is_some());
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
