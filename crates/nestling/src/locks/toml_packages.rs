//! Lock files in TOML: a list of packages, and settings beside it.

use super::Unknown;
use super::lock::Lock;
use serde::Serialize;
use toml::{Table, Value};

/// Returns the packages, and a lock that has the settings.
pub(super) fn packages(table: &Table) -> Result<(Vec<&Table>, Lock), Unknown> {
    let listed = table.get("package").map_or(Some(&[][..]), |list| list.as_array().map(Vec::as_slice));
    let listed = listed.ok_or("`package` is not a list")?;
    let entries: Option<Vec<&Table>> = listed.iter().map(Value::as_table).collect();
    let settings: Table = table
        .iter()
        .filter(|(key, _)| *key != "package")
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let lock = Lock { settings: printed(&settings), ..Lock::default() };
    Ok((entries.ok_or("a package is not a table")?, lock))
}

/// Writes a value in one way.
pub(super) fn printed(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Returns a string of a table.
pub(super) fn text<'t>(table: &'t Table, key: &str) -> Result<&'t str, Unknown> {
    table.get(key).and_then(Value::as_str).ok_or_else(|| format!("a package has no `{key}`"))
}
