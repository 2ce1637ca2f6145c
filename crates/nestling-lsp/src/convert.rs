//! Findings as the protocol has them: each at its first place in a file, with its other places beside it.

use crate::documents::Documents;
use crate::findings::{Checked, Findings};
use crate::position::{self, Encoding};
use crate::uri::uri_of;
use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Uri,
};
use nestling_gitlab::diagnostic::{Diagnostic as Problem, Label, Origin, Severity};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

/// A finding of a file.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub diagnostic: Diagnostic,
    pub problem: Problem,
    /// Its place in the file; `None` for a finding without one.
    pub origin: Option<Origin>,
}

/// Rules that report what has no effect.
const WITHOUT_EFFECT: [&str; 6] = [
    "allow-unused",
    "document-dropped",
    "glob-unmatched",
    "job-duplicate",
    "key-unused",
    "rules-unreachable",
];

/// Returns the findings of each file, in the order of their places.
pub(crate) fn by_file(
    findings: &Findings,
    documents: &Documents,
    encoding: Encoding,
) -> BTreeMap<PathBuf, Vec<Shown>> {
    let mut files: BTreeMap<PathBuf, Vec<Shown>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for checked in &findings.checked {
        for problem in &checked.problems {
            let Some((path, shown)) = shown(problem, checked, documents, encoding) else { continue };
            // Two kinds of checks may find the same in a file that both read.
            let range = shown.diagnostic.range;
            if seen.insert((path.clone(), range.start, range.end, shown.diagnostic.message.clone())) {
                files.entry(path).or_default().push(shown);
            }
        }
    }
    for of_file in files.values_mut() {
        of_file.sort_by_key(|shown| shown.diagnostic.range.start);
    }
    files
}

/// Returns a finding at the first of its places that is in a file on disk. One without a place is said of the first open file of the
/// repository, so that it is not lost.
fn shown(
    problem: &Problem,
    checked: &Checked,
    documents: &Documents,
    encoding: Encoding,
) -> Option<(PathBuf, Shown)> {
    let mut places =
        problem.labels.iter().filter_map(|label| Some((label, checked.path(label.origin.file, documents)?)));
    let Some((first, path)) = places.next() else {
        let path = documents.open.keys().find(|path| path.starts_with(&checked.root))?.clone();
        let diagnostic = Diagnostic { message: message(problem), ..diagnostic(problem) };
        return Some((path, Shown { diagnostic, problem: problem.clone(), origin: None }));
    };
    let text = checked.sources.get(first.origin.file)?.text.clone();
    let related: Vec<DiagnosticRelatedInformation> =
        places.filter_map(|(label, path)| related(label, &path, checked, documents, encoding)).collect();
    let diagnostic = Diagnostic {
        range: position::range(&text, first.origin, encoding),
        message: message(problem),
        related_information: (!related.is_empty()).then_some(related),
        ..diagnostic(problem)
    };
    Some((path, Shown { diagnostic, problem: problem.clone(), origin: Some(first.origin) }))
}

/// The note in a file that is in no repository, so that the silence of the rest is not read as an answer.
pub(crate) fn outside_of_git() -> Diagnostic {
    let message = "this file is in no git repository: it is checked, but which branch changes it, and what ignores it, is unknown";
    Diagnostic {
        severity: Some(DiagnosticSeverity::INFORMATION),
        source: Some("nestling".to_owned()),
        message: message.to_owned(),
        ..Diagnostic::default()
    }
}

/// The fields that do not depend on the place.
fn diagnostic(problem: &Problem) -> Diagnostic {
    let severity = match problem.severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Note => DiagnosticSeverity::INFORMATION,
    };
    let page = Uri::from_str(&problem.rule.url()).ok();
    Diagnostic {
        severity: Some(severity),
        code: Some(NumberOrString::String(problem.rule.id.to_owned())),
        code_description: page.map(|href| CodeDescription { href }),
        source: Some("nestling".to_owned()),
        tags: WITHOUT_EFFECT.contains(&problem.rule.id).then(|| vec![DiagnosticTag::UNNECESSARY]),
        ..Diagnostic::default()
    }
}

/// Returns the message with everything else that is to be said, one line each.
fn message(problem: &Problem) -> String {
    let label = problem.labels.first().map(|label| label.text.clone()).filter(|text| !text.is_empty());
    let kinds: Vec<String> = problem.kinds.iter().map(|kind| kind.name.clone()).collect();
    let kinds = (!kinds.is_empty()).then(|| format!("in {}", kinds.join(", ")));
    let help = problem.help.iter().map(|help| format!("help: {help}"));
    let lines = label.into_iter().chain(problem.all_notes()).chain(kinds).chain(help);
    std::iter::once(problem.message.clone()).chain(lines).collect::<Vec<String>>().join("\n")
}

/// Another place of a finding.
fn related(
    label: &Label,
    path: &Path,
    checked: &Checked,
    documents: &Documents,
    encoding: Encoding,
) -> Option<DiagnosticRelatedInformation> {
    let text = checked.sources.get(label.origin.file)?.text.clone();
    let uri = documents.open.get(path).map(|document| document.uri.clone()).or_else(|| uri_of(path))?;
    let message = if label.text.is_empty() { "here".to_owned() } else { label.text.clone() };
    let location = Location { uri, range: position::range(&text, label.origin, encoding) };
    Some(DiagnosticRelatedInformation { location, message })
}
