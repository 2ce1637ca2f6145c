//! `go vet -json`: for each package a JSON value, with comments between them.

use super::finding::{ToolFinding, ToolLocation, ToolReport, Unreadable, one_line};
use super::json;
use crate::report::CodeQualitySeverity;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Findings(Vec<Finding>),
    Failed { error: String },
}

#[derive(Deserialize)]
struct Finding {
    /// `PATH:LINE:COLUMN`.
    posn: String,
    message: String,
}

/// Reads the report. Where nothing is found it may be empty.
pub(super) fn read(text: &str) -> Result<ToolReport, Unreadable> {
    // Lines are kept, so that errors have their numbers.
    let comment = |line: &str| line.starts_with('#');
    let lines: Vec<&str> = text.lines().map(|line| if comment(line) { "" } else { line }).collect();
    let joined = lines.join("\n");
    let packages = serde_json::Deserializer::from_str(&joined).into_iter();
    let mut report = ToolReport::default();
    for package in packages {
        let package: BTreeMap<String, BTreeMap<String, Answer>> =
            package.map_err(|error| json::unreadable(&error, 0))?;
        for (name, analyzers) in package {
            for (analyzer, answer) in analyzers {
                match answer {
                    Answer::Findings(findings) => {
                        report
                            .findings
                            .extend(findings.into_iter().map(|finding| located(&analyzer, &finding)));
                    }
                    Answer::Failed { error } => report.notes.push(format!("{name}: {analyzer}: {error}")),
                }
            }
        }
    }
    Ok(report)
}

fn located(analyzer: &str, finding: &Finding) -> ToolFinding {
    let mut parts = finding.posn.rsplitn(3, ':');
    let column = parts.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    let line = parts.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    let path = parts.next().unwrap_or(&finding.posn).to_owned();
    ToolFinding {
        rule: analyzer.to_owned(),
        message: one_line(&finding.message),
        severity: CodeQualitySeverity::Major,
        locations: vec![ToolLocation { path, line, column }],
        manifest: None,
    }
}
