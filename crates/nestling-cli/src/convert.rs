//! Reports of other tools as GitLab's code quality report.
//!
//! Each tool has a pure function from the text of its report to findings; here they get their paths from the root of the
//! repository, their order and their fingerprints.

mod finding;
mod json;
mod source_root;
mod clippy;
mod eslint;
mod go_vet;
mod sarif;
mod shellcheck;
mod terraform;
mod tflint;

use crate::io::counted;
use crate::report::{CodeQualityFinding, CodeQualityReport};
use clap::ValueEnum;
pub(crate) use finding::Unreadable;
use finding::{ToolFinding, ToolReport};
pub(crate) use source_root::SourceRoot;

/// The formats that can be converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// SARIF 2.1.0, from any tool.
    Sarif,
    /// `cargo clippy --message-format=json`, also from `cargo check` and `cargo build`.
    Clippy,
    /// `eslint --format json`.
    Eslint,
    /// `go vet -json`, which may include stderr (`2>&1`).
    GoVet,
    /// `shellcheck --format json` or `json1`.
    Shellcheck,
    /// `tofu validate -json` or `terraform validate -json`.
    Terraform,
    /// `tflint --format json`.
    Tflint,
}

/// A converted report.
pub(crate) struct Converted {
    /// The code quality report.
    pub text: String,
    /// The number of its findings.
    pub findings: usize,
    /// The findings that the report does not hold, with the reasons.
    pub notes: Vec<String>,
}

/// Reads the report of a tool.
///
/// # Errors
/// The text is no report of this format.
pub(crate) fn read(format: ReportFormat, text: &str) -> Result<ToolReport, Unreadable> {
    // Tools of .NET write a byte order mark.
    let text = text.trim_start_matches('\u{feff}');
    match format {
        ReportFormat::Sarif => sarif::read(text),
        ReportFormat::Clippy => clippy::read(text),
        ReportFormat::Eslint => eslint::read(text),
        ReportFormat::GoVet => go_vet::read(text),
        ReportFormat::Shellcheck => shellcheck::read(text),
        ReportFormat::Terraform => terraform::read(text),
        ReportFormat::Tflint => tflint::read(text),
    }
}

/// Writes the code quality report of several reports, in the order of files and lines.
pub(crate) fn convert(reports: Vec<ToolReport>, root: &SourceRoot) -> Converted {
    let mut notes = Vec::new();
    let mut located: Vec<(String, u32, ToolFinding)> = Vec::new();
    let mut outside = 0;
    for report in reports {
        notes.extend(report.notes);
        for finding in report.findings {
            let location = finding.locations.iter().find_map(|location| {
                let path = root.locate(&location.path, finding.manifest.as_deref())?;
                Some((path, location.line))
            });
            match location {
                Some((path, line)) => located.push((path, line, finding)),
                None => outside += 1,
            }
        }
    }
    if outside > 0 {
        notes.push(format!("omitted {} in files outside of the repository", counted(outside, "finding")));
    }
    located.sort_by(|a, b| key(a).cmp(&key(b)));
    // A tool that looks at a file twice, as cargo does for a library and its tests, reports everything twice.
    located.dedup_by(|a, b| key(a) == key(b));
    let mut quality = CodeQualityReport::default();
    let findings = located.len();
    for (path, line, finding) in located {
        quality.add(CodeQualityFinding {
            rule: &finding.rule,
            message: &finding.message,
            description: finding.message.clone(),
            severity: finding.severity,
            path,
            line,
        });
    }
    Converted { text: quality.text(), findings, notes }
}

fn key(located: &(String, u32, ToolFinding)) -> (&str, u32, u32, &str, &str) {
    let (path, line, finding) = located;
    let column = finding.locations.first().map_or(0, |location| location.column);
    (path, *line, column, &finding.rule, &finding.message)
}
