//! Diagnostics as text with source excerpts, in the style of rustc.

use super::{kinds, units};
use crate::io::counted;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use nestling::{Diagnostic, Label, Origin, Severity, Source, Sources};
use nestling_files::path;
use std::fmt::Write as _;
use std::sync::Arc;

/// Number of diagnostics that have an excerpt.
const EXCERPTS: usize = 500;

/// Number of bytes of files that are searched for excerpts: each search reads the whole file.
const EXCERPT_BYTES: usize = 64 << 20;

/// Renders diagnostics with their source excerpts, and a last line with their number.
pub(crate) fn human(diagnostics: &[Diagnostic], sources: &Sources, renderer: &Renderer) -> String {
    let mut text = String::new();
    let mut bytes = 0_usize;
    for (index, diagnostic) in diagnostics.iter().enumerate() {
        let diagnostic = readable(diagnostic);
        let files = diagnostic.labels.iter().filter_map(|label| sources.get(label.origin.file));
        bytes += files.map(|source| source.text.len()).sum::<usize>();
        if index < EXCERPTS && bytes < EXCERPT_BYTES {
            let _ = writeln!(text, "{}\n", render(&diagnostic, sources, renderer));
        } else {
            let _ = writeln!(text, "{}", in_one_line(&diagnostic, sources));
        }
    }
    let _ = write!(text, "{}", summary(diagnostics));
    text
}

/// Renders one diagnostic with its source excerpt.
pub(crate) fn excerpt(diagnostic: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    format!("{}\n\n", render(&readable(diagnostic), sources, renderer))
}

/// Returns a diagnostic without an excerpt: nobody reads so many, and each would go through its file again.
fn in_one_line(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let place = diagnostic.origin().map(|origin| format!("{}: ", sources.place(origin))).unwrap_or_default();
    format!("{place}{}[{}]: {}", diagnostic.severity, diagnostic.rule.id, diagnostic.message)
}

/// Returns a diagnostic without control characters: those of a name or a value could hide the rest.
fn readable(diagnostic: &Diagnostic) -> Diagnostic {
    let shown = |text: &str| -> String {
        text.split('\n').map(|line| path::escaped(line.as_bytes())).collect::<Vec<_>>().join("\n")
    };
    let mut readable = diagnostic.clone();
    readable.message = shown(&diagnostic.message);
    readable.notes = diagnostic.notes.iter().map(|note| shown(note)).collect();
    readable.help = diagnostic.help.as_deref().map(shown);
    for label in &mut readable.labels {
        label.text = shown(&label.text);
    }
    readable
}

fn render(diagnostic: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let files: Vec<Option<Arc<Source>>> =
        diagnostic.labels.iter().map(|label| sources.get(label.origin.file)).collect();
    let mut group =
        Group::with_title(level.primary_title(diagnostic.message.as_str()).id(diagnostic.rule.id));
    for (index, (label, file)) in diagnostic.labels.iter().zip(&files).enumerate() {
        if let Some(source) = file {
            let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            group = group.element(snippet(label, source, kind));
        }
    }
    let notes = diagnostic.all_notes();
    let units = units(&diagnostic.units);
    let kinds = kinds(&diagnostic.kinds);
    for note in notes.iter().chain(&units).chain(&kinds) {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let url = diagnostic.rule.url();
    group = group.element(Level::NOTE.with_name("docs").message(url.as_str()));
    renderer.render(&[group])
}

fn snippet<'a>(
    label: &'a Label,
    source: &'a Source,
    kind: AnnotationKind,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let (start, end) = byte_range(label.origin, &source.text);
    let mut annotation = kind.span(start..end);
    if !label.text.is_empty() {
        annotation = annotation.label(label.text.as_str());
    }
    Snippet::source(&*source.text).path(source.path.as_str()).annotation(annotation)
}

/// Returns the byte range of an origin: its span, or its line without the indentation.
fn byte_range(origin: Origin, text: &str) -> (usize, usize) {
    let previous_lines = text.split_inclusive('\n').take(origin.line.saturating_sub(1) as usize);
    let line_start: usize = previous_lines.map(str::len).sum();
    let line = text[line_start..].split('\n').next().unwrap_or_default().trim_end_matches('\r');
    if origin.column == 0 {
        let indent = line.len() - line.trim_start().len();
        return (line_start + indent, line_start + line.trim_end().len().max(indent));
    }
    let start_column = origin.column as usize - 1;
    let end_column = start_column + origin.width.max(1) as usize;
    (line_start + byte_offset(line, start_column), line_start + byte_offset(line, end_column))
}

/// Returns the byte offset of a column, which counts characters.
fn byte_offset(line: &str, column: usize) -> usize {
    line.char_indices().nth(column).map_or(line.len(), |(offset, _)| offset)
}

fn summary(diagnostics: &[Diagnostic]) -> String {
    let mut counts = Vec::new();
    for (severity, word) in [(Severity::Error, "error"), (Severity::Warning, "warning")] {
        let count = diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        if count > 0 {
            counts.push(counted(count, word));
        }
    }
    if counts.is_empty() {
        return String::new();
    }
    counts.join(", ") + "\n"
}
