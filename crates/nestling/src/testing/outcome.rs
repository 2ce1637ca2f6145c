//! What became of cases.

use super::case::TemplateCase;
use crate::project::Error;
use nestling_files::path::RepoPath;
use std::fmt::Write as _;

/// What became of a case.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CaseOutcome {
    /// The case's name.
    pub name: String,
    /// Where it is written.
    pub place: String,
    /// What was not as expected; empty where it passed.
    pub failures: Vec<String>,
    /// All errors, expected or not, with all their places.
    pub errors: Vec<String>,
    /// Warnings that it did not name.
    pub warnings: Vec<String>,
    /// The pipeline that came out, where there was no error.
    pub pipeline: Option<String>,
    /// The same with the place to store it, where the case stores it.
    pub snapshot: Option<Snapshot>,
}

/// A pipeline to store beside a case.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Snapshot {
    /// Where.
    pub path: RepoPath,
    /// The pipeline as it came out.
    pub text: String,
}

impl CaseOutcome {
    /// A case that could not be planned, since files could not be read.
    pub(super) fn not_run(case: &TemplateCase, place: String, error: &Error) -> Self {
        Self {
            name: case.name.clone(),
            place,
            failures: vec![error.to_string()],
            errors: Vec::new(),
            warnings: Vec::new(),
            pipeline: None,
            snapshot: None,
        }
    }

    /// Whether everything was as expected.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// The cases that failed, with what differed, and a line that counts all of them.
pub fn summary(outcomes: &[CaseOutcome]) -> String {
    let mut text = String::new();
    for outcome in outcomes.iter().filter(|outcome| !outcome.passed()) {
        let _ = writeln!(text, "failed  {} ({})", outcome.name, outcome.place);
        for line in outcome.failures.iter().flat_map(|failure| failure.lines()) {
            let _ = writeln!(text, "    {line}");
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
