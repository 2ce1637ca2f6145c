//! One walk over the repository's directories: which hold a `nestling.yml`, and which a rule matches.

use super::FILE_NAME;
use super::document::split;
use crate::files::{Entry, EntryKind, Files, ReadError, Walk};
use crate::path::RepoPath;
use globset::GlobSet;
use std::collections::BTreeMap;

/// A directory that is a unit, and why.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The bytes of its `nestling.yml`, if it has one.
    pub file: Option<Vec<u8>>,
    /// The rules of the workspace that match it, by index, in order.
    pub rules: Vec<usize>,
}

/// Finds all units' directories below the root. A directory whose `nestling.yml` opens a workspace of its own is left
/// alone with all that is below it, as Cargo leaves nested workspaces alone.
///
/// # Errors
/// A directory cannot be listed, or a `nestling.yml` cannot be read.
pub(crate) fn discover(files: &dyn Files, rules: &[GlobSet]) -> Result<BTreeMap<RepoPath, Found>, ReadError> {
    let mut found: BTreeMap<RepoPath, Found> = BTreeMap::new();
    let mut failure = None;
    files.walk(&mut |directory, entries| {
        if failure.is_some() {
            return Walk::Skip;
        }
        match visit(files, rules, directory, entries) {
            Ok(Visit::Nested) => Walk::Skip,
            Ok(Visit::Nothing) => Walk::Descend,
            Ok(Visit::Unit(unit)) => {
                found.insert(directory.clone(), unit);
                Walk::Descend
            }
            Err(error) => {
                failure = Some(error);
                Walk::Skip
            }
        }
    })?;
    failure.map_or(Ok(found), Err)
}

enum Visit {
    Nested,
    Nothing,
    Unit(Found),
}

fn visit(
    files: &dyn Files,
    rules: &[GlobSet],
    directory: &RepoPath,
    entries: &[Entry],
) -> Result<Visit, ReadError> {
    if directory.is_root() {
        return Ok(Visit::Nothing);
    }
    let has_file = entries.iter().any(|e| e.kind == EntryKind::File && e.name == FILE_NAME.as_bytes());
    let file = if has_file { files.read(&directory.child(FILE_NAME.as_bytes()))? } else { None };
    if file.as_deref().is_some_and(opens_workspace) {
        return Ok(Visit::Nested);
    }
    let text = String::from_utf8_lossy(directory.as_bytes());
    let rules: Vec<usize> =
        rules.iter().enumerate().filter(|(_, globs)| globs.is_match(&*text)).map(|(at, _)| at).collect();
    let is_unit = file.is_some() || !rules.is_empty();
    Ok(if is_unit { Visit::Unit(Found { file, rules }) } else { Visit::Nothing })
}

fn opens_workspace(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let header = split(&text).header.unwrap_or_default();
    header.lines().any(|line| line.starts_with("workspace:"))
}
