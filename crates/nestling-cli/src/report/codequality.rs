//! GitLab's code quality report, which a merge request shows beside its changes
//! (<https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>).

use super::{kinds, units};
use nestling::{Diagnostic, Severity, Sources};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// A report that is being written.
#[derive(Default)]
pub(crate) struct CodeQualityReport {
    findings: Vec<Finding>,
    /// Number of findings of each identity.
    seen: BTreeMap<String, usize>,
}

/// A finding, before it has a fingerprint.
pub(crate) struct CodeQualityFinding<'a> {
    /// The rule that reports it.
    pub rule: &'a str,
    /// The message, without anything that changes while the problem stays the same.
    pub message: &'a str,
    /// The text that people read.
    pub description: String,
    pub severity: CodeQualitySeverity,
    /// The path from the root of the repository.
    pub path: String,
    pub line: u32,
}

/// GitLab's severities, from the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CodeQualitySeverity {
    Info,
    Minor,
    Major,
    Critical,
    Blocker,
}

#[derive(Serialize)]
struct Finding {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: CodeQualitySeverity,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

impl CodeQualityReport {
    /// Adds a finding. Its line is no part of the fingerprint, so that it stays the same when lines move. Equal problems of
    /// one file are distinguished by a number.
    pub(crate) fn add(&mut self, finding: CodeQualityFinding<'_>) {
        let CodeQualityFinding { rule, message, description, severity, path, line } = finding;
        let identity = format!("{rule}\0{path}\0{message}");
        let number = self.seen.entry(identity.clone()).and_modify(|number| *number += 1).or_insert(0);
        let hash = Sha256::digest(format!("{identity}\0{number}").as_bytes());
        self.findings.push(Finding {
            description,
            check_name: rule.to_owned(),
            fingerprint: hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect(),
            severity,
            location: Location { path, lines: Lines { begin: line.max(1) } },
        });
    }

    /// Returns the report's text.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string_pretty(&self.findings)
            .map_or_else(|error| error.to_string(), |text| text + "\n")
    }
}

/// Returns the report. A problem without a place is reported at the workspace's file, since the format requires one.
pub(crate) fn codequality(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut report = CodeQualityReport::default();
    for diagnostic in diagnostics {
        report.add(finding(diagnostic, sources));
    }
    report.text()
}

fn finding<'a>(diagnostic: &'a Diagnostic, sources: &Sources) -> CodeQualityFinding<'a> {
    let (path, line) = diagnostic.origin().map_or_else(
        || (nestling::FILE_NAME.to_owned(), 1),
        |origin| (sources.exact_path(origin.file), origin.line),
    );
    let units = units(&diagnostic.units).map(|units| format!(" ({units})")).unwrap_or_default();
    let kinds = kinds(&diagnostic.kinds).map(|kinds| format!(" ({kinds})")).unwrap_or_default();
    let help = diagnostic.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    CodeQualityFinding {
        rule: diagnostic.rule.id,
        message: &diagnostic.message,
        description: format!("{}{units}{kinds}{help}", diagnostic.message),
        severity: match diagnostic.severity {
            Severity::Error => CodeQualitySeverity::Critical,
            Severity::Warning => CodeQualitySeverity::Minor,
            Severity::Note => CodeQualitySeverity::Info,
        },
        path,
        line,
    }
}
