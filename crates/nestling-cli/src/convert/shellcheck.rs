//! ShellCheck's `json` and `json1` formats (<https://github.com/koalaman/shellcheck/wiki/Integration>).

use super::finding::{ToolFinding, ToolLocation, ToolReport, Unreadable, one_line, severity};
use super::json;
use serde::Deserialize;

/// The format `json1`; `json` is the list alone.
#[derive(Deserialize)]
struct Report {
    comments: Vec<Comment>,
}

#[derive(Deserialize)]
struct Comment {
    file: String,
    line: u32,
    column: u32,
    level: String,
    code: u32,
    message: String,
}

/// Reads the report.
pub(super) fn read(text: &str) -> Result<ToolReport, Unreadable> {
    let comments: Vec<Comment> = if text.trim_start().starts_with('[') {
        json::whole(text)?
    } else {
        json::whole::<Report>(text)?.comments
    };
    let findings = comments.into_iter().map(|comment| ToolFinding {
        rule: format!("SC{}", comment.code),
        message: one_line(&comment.message),
        severity: severity(&comment.level),
        locations: vec![ToolLocation { path: comment.file, line: comment.line, column: comment.column }],
        manifest: None,
    });
    Ok(ToolReport { findings: findings.collect(), notes: Vec::new() })
}
