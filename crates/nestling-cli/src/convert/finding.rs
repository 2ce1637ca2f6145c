//! Findings of tools, before their paths are known.

use crate::report::CodeQualitySeverity;

/// The report of a tool.
#[derive(Debug, Default)]
pub(crate) struct ToolReport {
    pub findings: Vec<ToolFinding>,
    /// The findings that are left out, with the reasons.
    pub notes: Vec<String>,
}

/// A finding of a tool.
#[derive(Debug)]
pub(crate) struct ToolFinding {
    pub rule: String,
    /// The message, in one line.
    pub message: String,
    pub severity: CodeQualitySeverity,
    /// The places that it may be shown at, the best first.
    pub locations: Vec<ToolLocation>,
    /// The manifest of the package, where relative paths start at a directory above it.
    pub manifest: Option<String>,
}

/// A place, with the path as the tool writes it.
#[derive(Debug)]
pub(crate) struct ToolLocation {
    pub path: String,
    pub line: u32,
    pub column: u32,
}

/// An error of a report, with its position in the text.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub line: usize,
    pub column: usize,
    pub message: String,
}

impl Unreadable {
    /// Creates the error of a whole report.
    pub(crate) fn whole(message: impl Into<String>) -> Self {
        Self { line: 1, column: 1, message: message.into() }
    }
}

/// Returns a string of several lines as one line: merge requests show a finding in one.
pub(crate) fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

/// Returns the severity of the words that most tools use.
pub(crate) fn severity(word: &str) -> CodeQualitySeverity {
    match word {
        "error" => CodeQualitySeverity::Critical,
        "warning" => CodeQualitySeverity::Minor,
        _ => CodeQualitySeverity::Info,
    }
}
