//! `validate -json` of OpenTofu and Terraform (<https://developer.hashicorp.com/terraform/cli/commands/validate>).

use super::finding::{ToolFinding, ToolLocation, ToolReport, Unreadable, one_line, severity};
use super::json;
use serde::Deserialize;

#[derive(Deserialize)]
struct Report {
    diagnostics: Vec<Diagnostic>,
}

#[derive(Deserialize)]
struct Diagnostic {
    severity: String,
    summary: String,
    #[serde(default)]
    detail: String,
    range: Option<Range>,
}

/// A range, of TFLint as well.
#[derive(Deserialize)]
pub(super) struct Range {
    pub filename: String,
    pub start: Position,
}

/// A position in a file.
#[derive(Deserialize)]
pub(super) struct Position {
    pub line: u32,
    pub column: u32,
}

impl Range {
    /// Returns the place where it begins.
    pub(super) fn location(self) -> ToolLocation {
        ToolLocation { path: self.filename, line: self.start.line, column: self.start.column }
    }
}

/// Reads the report. An error of the whole module, such as a provider that is missing, has no place.
pub(super) fn read(text: &str) -> Result<ToolReport, Unreadable> {
    let read: Report = json::whole(text)?;
    let mut report = ToolReport::default();
    for Diagnostic { severity: level, summary, detail, range } in read.diagnostics {
        let message =
            if detail.is_empty() { summary.clone() } else { format!("{summary}: {}", one_line(&detail)) };
        let Some(range) = range else {
            report.notes.push(format!("omitted, since it has no location: {message}"));
            continue;
        };
        report.findings.push(ToolFinding {
            rule: summary,
            message,
            severity: severity(&level),
            locations: vec![range.location()],
            manifest: None,
        });
    }
    Ok(report)
}
