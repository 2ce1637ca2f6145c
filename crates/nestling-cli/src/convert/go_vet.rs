//! `go vet -json`: for each package a JSON value, with comments between them.
//!
//! Before Go 1.24 all of it is on standard error, where the messages of the compiler are in every version: `go vet -json 2>&1`
//! has both. A package that does not compile has findings as well.

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
    let mut report = ToolReport::default();
    // Lines of JSON are kept, and the others are blank, so that errors have their numbers.
    let mut values = String::with_capacity(text.len());
    let mut is_value = false;
    for line in text.lines() {
        is_value |= line.starts_with('{');
        if is_value {
            values.push_str(line);
        } else {
            read_message(line, &mut report);
        }
        is_value &= !line.starts_with('}') && line != "{}";
        values.push('\n');
    }
    for package in serde_json::Deserializer::from_str(values.trim_end()).into_iter() {
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

/// Reads a line between the values: a comment, a message of the compiler with the lines that belong to it, or something else,
/// which is kept as a note.
fn read_message(line: &str, report: &mut ToolReport) {
    // `go: downloading …` and the names of packages.
    if line.trim().is_empty() || line.starts_with('#') || line.starts_with("go: downloading ") {
        return;
    }
    if line.starts_with('\t')
        && let Some(finding) = report.findings.last_mut()
    {
        finding.message = one_line(&format!("{}\n{line}", finding.message));
        return;
    }
    let compiled = line.strip_prefix("vet: ").and_then(|message| message.split_once(": "));
    match compiled.filter(|(place, _)| place.contains(".go:")) {
        Some((posn, message)) => {
            let finding = Finding { posn: posn.to_owned(), message: message.to_owned() };
            let compile = located("compile", &finding);
            report.findings.push(ToolFinding { severity: CodeQualitySeverity::Critical, ..compile });
        }
        None => report.notes.push(one_line(line)),
    }
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
