//! GitLab's code quality report, which a merge request shows beside its changes
//! (<https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>).

use super::{kinds, units};
use nestling::{Diagnostic, Severity, Sources};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Finding {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
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

/// Returns the report. A problem without a place is reported at the workspace's file, since the format requires one.
pub(crate) fn codequality(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut seen = BTreeMap::new();
    let findings: Vec<Finding> =
        diagnostics.iter().map(|diagnostic| finding(diagnostic, sources, &mut seen)).collect();
    serde_json::to_string_pretty(&findings).map_or_else(|error| error.to_string(), |text| text + "\n")
}

fn finding(diagnostic: &Diagnostic, sources: &Sources, seen: &mut BTreeMap<String, usize>) -> Finding {
    let (path, begin) = diagnostic.origin().map_or_else(
        || (nestling::FILE_NAME.to_owned(), 1),
        |origin| (sources.exact_path(origin.file), origin.line.max(1)),
    );
    let units = units(&diagnostic.units).map(|units| format!(" ({units})")).unwrap_or_default();
    let kinds = kinds(&diagnostic.kinds).map(|kinds| format!(" ({kinds})")).unwrap_or_default();
    let help = diagnostic.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    // The line is left out, so that a finding keeps its fingerprint when lines move. Equal problems of one file are
    // distinguished by a number.
    let identity = format!("{}\0{path}\0{}", diagnostic.rule, diagnostic.message);
    let number = seen.entry(identity.clone()).and_modify(|number| *number += 1).or_insert(0);
    let hash = Sha256::digest(format!("{identity}\0{number}").as_bytes());
    Finding {
        description: format!("{}{units}{kinds}{help}", diagnostic.message),
        check_name: diagnostic.rule.id,
        fingerprint: hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect(),
        severity: match diagnostic.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        location: Location { path, lines: Lines { begin } },
    }
}
