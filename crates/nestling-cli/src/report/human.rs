//! Diagnostics as text for a person, in the manner of rustc.

use super::{kinds, units};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use nestling::{Diagnostic, Label, Origin, Severity, Source, Sources};
use std::fmt::Write as _;
use std::sync::Arc;

/// Renders diagnostics with their source excerpts, one after the other, and a last line that counts them.
pub(crate) fn human(diagnostics: &[Diagnostic], sources: &Sources, renderer: &Renderer) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let _ = writeln!(text, "{}\n", one(diagnostic, sources, renderer));
    }
    let _ = write!(text, "{}", summary(diagnostics));
    text
}

fn one(diagnostic: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let files: Vec<Option<Arc<Source>>> =
        diagnostic.labels.iter().map(|label| sources.get(label.origin.file)).collect();
    let mut group =
        Group::with_title(level.primary_title(diagnostic.message.as_str()).id(diagnostic.rule.id));
    for (at, (label, file)) in diagnostic.labels.iter().zip(&files).enumerate() {
        if let Some(source) = file {
            let kind = if at == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
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

/// The bytes of a file that an origin means: its span, or its line without the indentation.
fn byte_range(origin: Origin, text: &str) -> (usize, usize) {
    let line_at =
        text.split_inclusive('\n').take(origin.line.saturating_sub(1) as usize).map(str::len).sum::<usize>();
    let line = text[line_at..].split('\n').next().unwrap_or_default().trim_end_matches('\r');
    if origin.column == 0 {
        let indent = line.len() - line.trim_start().len();
        return (line_at + indent, line_at + line.trim_end().len().max(indent));
    }
    let byte = |column: usize| line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
    let from = origin.column as usize - 1;
    (line_at + byte(from), line_at + byte(from + origin.width.max(1) as usize))
}

fn summary(diagnostics: &[Diagnostic]) -> String {
    let count = |severity| diagnostics.iter().filter(|d| d.severity == severity).count();
    let some = |n: usize, word: &str| match n {
        0 => None,
        1 => Some(format!("1 {word}")),
        n => Some(format!("{n} {word}s")),
    };
    let parts: Vec<String> =
        [some(count(Severity::Error), "error"), some(count(Severity::Warning), "warning")]
            .into_iter()
            .flatten()
            .collect();
    if parts.is_empty() { String::new() } else { format!("{}\n", parts.join(", ")) }
}
