//! TFLint's `json` format (<https://github.com/terraform-linters/tflint/blob/master/docs/user-guide/compatibility.md>).

use super::finding::{ToolFinding, ToolReport, Unreadable, one_line, severity};
use super::json;
use super::terraform::Range;
use serde::Deserialize;

#[derive(Deserialize)]
struct Report {
    issues: Vec<Issue>,
    #[serde(default)]
    errors: Vec<Failed>,
}

#[derive(Deserialize)]
struct Issue {
    rule: Rule,
    message: String,
    range: Range,
}

#[derive(Deserialize)]
struct Rule {
    name: String,
    severity: String,
}

/// An error of TFLint itself, or of the file that it reads.
#[derive(Deserialize)]
struct Failed {
    #[serde(default)]
    summary: String,
    message: String,
    #[serde(default)]
    severity: String,
    range: Option<Range>,
}

/// Reads the report.
pub(super) fn read(text: &str) -> Result<ToolReport, Unreadable> {
    let read: Report = json::whole(text)?;
    let mut report = ToolReport::default();
    for Issue { rule, message, range } in read.issues {
        report.findings.push(ToolFinding {
            message: one_line(&message),
            severity: severity(&rule.severity),
            rule: rule.name,
            locations: vec![range.location()],
            manifest: None,
        });
    }
    for Failed { summary, message, severity: level, range } in read.errors {
        let message = one_line(&message);
        let Some(range) = range else {
            report.notes.push(format!("omitted, since it has no location: {message}"));
            continue;
        };
        report.findings.push(ToolFinding {
            rule: if summary.is_empty() { "tflint".to_owned() } else { summary },
            message,
            severity: severity(if level.is_empty() { "error" } else { &level }),
            locations: vec![range.location()],
            manifest: None,
        });
    }
    Ok(report)
}
