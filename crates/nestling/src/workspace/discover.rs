//! One walk over the repository's directories: which hold a `nestling.yml`, and which a rule matches.

use super::FILE_NAME;
use super::directory_globs::DirectoryGlobs;
use super::document::split;
use crate::files::{Files, ReadError, Search, Walk};
use crate::path::RepoPath;

/// A directory that is a unit, and why.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The bytes of its `nestling.yml`, if it has one.
    pub file: Option<Vec<u8>>,
    /// The rules of the workspace that match it, by index, in order.
    pub rules: Vec<usize>,
}

/// Finds all units' directories, in order. The root is one where a rule says so: its `nestling.yml` is the workspace's.
/// A directory whose `nestling.yml` opens a workspace of its own is left
/// alone with all that is below it, as Cargo leaves nested workspaces alone.
///
/// # Errors
/// A directory cannot be listed, or a `nestling.yml` cannot be read.
pub(crate) fn discover(
    files: &dyn Files,
    rules: &[DirectoryGlobs],
) -> Result<Vec<(RepoPath, Found)>, ReadError> {
    let mut found: Vec<(RepoPath, Found)> = Vec::new();
    let depth = rules.iter().map(DirectoryGlobs::depth).max().unwrap_or(0);
    let search = Search { depth, ..Search::new(FILE_NAME.as_bytes()) };
    files.find(&search, &mut |directory, file| {
        let is_root = directory.is_root();
        if !is_root && file.as_deref().is_some_and(opens_workspace) {
            return Walk::Skip;
        }
        let matching = rules.iter().enumerate().filter(|(_, globs)| globs.matches(directory));
        let rules: Vec<usize> = matching.map(|(at, _)| at).collect();
        let file = file.filter(|_| !is_root);
        if file.is_some() || !rules.is_empty() {
            found.push((directory.clone(), Found { file, rules }));
        }
        Walk::Descend
    })?;
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(found)
}

fn opens_workspace(bytes: &[u8]) -> bool {
    if !bytes.windows(10).any(|window| window == b"workspace:") {
        return false;
    }
    let text = String::from_utf8_lossy(bytes);
    let header = split(&text).header.unwrap_or_default();
    header.lines().any(|line| line.starts_with("workspace:"))
}
