//! Outcomes of cases.

use super::case::TemplateCase;
use crate::project::Error;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Origin;
use std::fmt::Write as _;

/// The outcome of a case.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CaseOutcome {
    /// The case's name.
    pub name: String,
    /// The place of the case.
    pub place: String,
    /// The unmet expectations; empty if the case passed.
    pub failures: Vec<CaseFailure>,
    /// All errors, expected or not, with all their places.
    pub errors: Vec<String>,
    /// Unexpected warnings.
    pub warnings: Vec<String>,
    /// The generated pipeline, if there was no error.
    pub pipeline: Option<String>,
    /// The pipeline with the path of its snapshot, if the case has one.
    pub snapshot: Option<Snapshot>,
}

/// An unmet expectation of a case.
///
/// [`Suite`](super::Suite) has an example of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CaseFailure {
    /// The place of the expectation, or of the case.
    pub origin: Origin,
    /// The expected and the found value.
    pub message: String,
    /// The way out: what to type.
    pub help: Option<String>,
}

impl CaseFailure {
    pub(super) fn new(origin: Origin, message: impl Into<String>) -> Self {
        Self { origin, message: message.into(), help: None }
    }

    pub(super) fn with_help(self, help: Option<String>) -> Self {
        Self { help, ..self }
    }

    /// Returns the message with the way out.
    pub(super) fn text(&self) -> String {
        match &self.help {
            Some(help) => format!("{}\nhelp: {help}", self.message),
            None => self.message.clone(),
        }
    }
}

/// A pipeline to store beside a case.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Snapshot {
    /// The path of the file.
    pub path: RepoPath,
    /// The generated pipeline.
    pub text: String,
}

impl CaseOutcome {
    /// Creates the outcome of a case that could not be planned because files could not be read.
    pub(super) fn not_run(case: &TemplateCase, place: String, error: &Error) -> Self {
        Self {
            name: case.name.clone(),
            place,
            failures: vec![CaseFailure::new(case.origin, error.to_string())],
            errors: Vec::new(),
            warnings: Vec::new(),
            pipeline: None,
            snapshot: None,
        }
    }

    /// Returns `true` if all expectations are met.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Returns the failed cases with their failures, and a line with the number of cases.
pub fn summary(outcomes: &[CaseOutcome]) -> String {
    let mut text = String::new();
    for outcome in outcomes.iter().filter(|outcome| !outcome.passed()) {
        let _ = writeln!(text, "failed  {} ({})", outcome.name, outcome.place);
        for failure in &outcome.failures {
            for line in failure.text().lines() {
                let _ = writeln!(text, "    {line}");
            }
        }
    }
    let failed = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    let plural = if outcomes.len() == 1 { "" } else { "s" };
    let _ = match failed {
        0 => writeln!(text, "{} case{plural} passed", outcomes.len()),
        failed => writeln!(text, "{failed} of {} case{plural} failed", outcomes.len()),
    };
    text
}
