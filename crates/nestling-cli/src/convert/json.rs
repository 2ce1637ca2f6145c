//! Reading JSON with the position of its errors.

use super::finding::Unreadable;
use serde::de::DeserializeOwned;

/// Reads a report that is one JSON value.
///
/// # Errors
/// It is empty, no JSON, or has another shape.
pub(super) fn whole<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    if text.trim().is_empty() {
        return Err(Unreadable::whole("the report is empty"));
    }
    serde_json::from_str(text).map_err(|error| unreadable(&error, 0))
}

/// Reads one value of a report that has a value a line; `line` counts from 0.
///
/// # Errors
/// It is no JSON, or has another shape.
pub(super) fn line<T: DeserializeOwned>(text: &str, line: usize) -> Result<T, Unreadable> {
    serde_json::from_str(text).map_err(|error| unreadable(&error, line))
}

/// Returns an error with its position; `before` lines of the report are above the text that was read.
pub(super) fn unreadable(error: &serde_json::Error, before: usize) -> Unreadable {
    let message = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let message = message.strip_suffix(&position).unwrap_or(&message).to_owned();
    Unreadable { line: before + error.line().max(1), column: error.column().max(1), message }
}
