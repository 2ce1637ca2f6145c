//! ESLint's `json` format (<https://eslint.org/docs/latest/use/formatters/#json>).

use super::finding::{ToolFinding, ToolLocation, ToolReport, Unreadable, one_line};
use super::json;
use crate::report::CodeQualitySeverity;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    file_path: String,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    rule_id: Option<String>,
    severity: u8,
    message: String,
    line: Option<u32>,
    column: Option<u32>,
}

/// Reads the report.
pub(super) fn read(text: &str) -> Result<ToolReport, Unreadable> {
    let files: Vec<File> = json::whole(text)?;
    let mut report = ToolReport::default();
    for File { file_path, messages } in files {
        for message in messages {
            let location = ToolLocation {
                path: file_path.clone(),
                line: message.line.unwrap_or(1),
                column: message.column.unwrap_or(1),
            };
            report.findings.push(ToolFinding {
                // A message without a rule is an error of the parser or of a comment that switches rules.
                rule: message.rule_id.unwrap_or_else(|| "eslint".to_owned()),
                message: one_line(&message.message),
                severity: if message.severity == 2 {
                    CodeQualitySeverity::Critical
                } else {
                    CodeQualitySeverity::Minor
                },
                locations: vec![location],
                manifest: None,
            });
        }
    }
    Ok(report)
}
