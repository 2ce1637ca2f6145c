//! Messages of cargo, a JSON value a line (<https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages>).

use super::finding::{ToolFinding, ToolLocation, ToolReport, Unreadable, severity};
use super::json;
use crate::report::CodeQualitySeverity;
use serde::Deserialize;

#[derive(Deserialize)]
struct Line {
    reason: String,
    manifest_path: Option<String>,
    target: Option<Target>,
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Target {
    src_path: String,
}

#[derive(Deserialize)]
struct Message {
    level: String,
    message: String,
    code: Option<Code>,
    #[serde(default)]
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: u32,
    column_start: u32,
    #[serde(default)]
    is_primary: bool,
    expansion: Option<Box<Expansion>>,
}

/// The macro that a span comes from.
#[derive(Deserialize)]
struct Expansion {
    span: Span,
}

/// Reads the report.
pub(super) fn read(text: &str) -> Result<ToolReport, Unreadable> {
    let mut report = ToolReport::default();
    let mut is_finished = false;
    for (number, text) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let line: Line = json::line(text, number).map_err(|error| Unreadable {
            message: format!("{}; is standard error in the report, too?", error.message),
            ..error
        })?;
        is_finished |= line.reason == "build-finished";
        report.findings.extend(finding(line));
    }
    if !is_finished {
        report.notes.push("the report is truncated: cargo was stopped, or could not start".to_owned());
    }
    Ok(report)
}

/// Returns the finding of a compiler's message; `None` for one that only counts others.
fn finding(line: Line) -> Option<ToolFinding> {
    let message = line.message?;
    let is_summary = message.code.is_none() && message.spans.is_empty();
    let counts = message.message.starts_with("aborting due to") || message.message.ends_with("emitted");
    if line.reason != "compiler-message" || message.level == "failure-note" || (is_summary && counts) {
        return None;
    }
    let mut locations = Vec::new();
    let primary = message.spans.iter().find(|span| span.is_primary).or(message.spans.first());
    let mut next = primary;
    while let Some(span) = next {
        // The code of a macro may be in another package; the call is in this one.
        let Span { file_name, line_start, column_start, .. } = span;
        locations.push(ToolLocation { path: file_name.clone(), line: *line_start, column: *column_start });
        next = span.expansion.as_ref().map(|expansion| &expansion.span);
    }
    if let (true, Some(target)) = (locations.is_empty(), line.target) {
        // An error of the linker, say.
        locations.push(ToolLocation { path: target.src_path, line: 1, column: 1 });
    }
    let severity = match message.level.as_str() {
        "error: internal compiler error" => CodeQualitySeverity::Critical,
        level => severity(level),
    };
    let rule = message.code.map_or_else(|| "rustc".to_owned(), |code| code.code);
    Some(ToolFinding { rule, message: message.message, severity, locations, manifest: line.manifest_path })
}
