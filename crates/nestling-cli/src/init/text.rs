//! Manifests as text.

use nestling::{Files, ReadError, RepoPath};
use serde_json::Value;

/// Reads a file as text, without the byte order mark that some editors write. `None` if it is missing.
///
/// # Errors
/// The file cannot be read.
pub(super) fn text_of(files: &dyn Files, path: &RepoPath) -> Result<Option<String>, ReadError> {
    let bytes = files.read(path)?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned()))
}

/// Reads a file of JSON; `null` if it is missing or invalid.
///
/// # Errors
/// The file cannot be read.
pub(super) fn json_of(files: &dyn Files, path: &RepoPath) -> Result<Value, ReadError> {
    let text = text_of(files, path)?.unwrap_or_default();
    Ok(serde_json::from_str(&text).unwrap_or_default())
}
