//! Questions about the repository's files.

use crate::workspace::glob_below;
use nestling_files::path::RepoPath;

/// A question about the files of the repository. Its paths are from the root.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::template) enum FileQuestion {
    /// Existence of a file or a directory.
    Exists(RepoPath),
    /// The first of these names, in a directory or the nearest above it that has one of them.
    Nearest {
        /// Start of the search.
        directory: RepoPath,
        /// Names of files, in the order of preference in one directory.
        names: Vec<String>,
    },
    /// All files of these names, in a directory and then in those above it.
    Above {
        /// Start of the search.
        directory: RepoPath,
        /// Names of files, in the order of preference in one directory.
        names: Vec<String>,
    },
    /// The files that a glob matches, read as `rules:changes` is.
    Glob(String),
    /// A file's text, or the data in it.
    Content(RepoPath, Format),
    /// The fingerprint of a unit, by its name: of files as well.
    Fingerprint(String),
}

/// Language that a file is parsed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::template) enum Format {
    /// As text.
    Text,
    /// As JSON.
    Json,
    /// As GitLab reads YAML.
    Yaml,
    /// As TOML.
    Toml,
}

/// Returns the path that a template means: from the root of the repository, or from the unit's directory if it begins with
/// `./` or `../`.
///
/// # Errors
/// It leads out of the repository.
pub(crate) fn meant_path(directory: &RepoPath, text: &str) -> Result<RepoPath, String> {
    let base = if is_relative(text) { directory.clone() } else { RepoPath::root() };
    base.join(text.trim_start_matches('/')).map_err(|error| error.to_string())
}

/// Returns whether a path is one from the unit's directory.
pub(in crate::template) fn is_relative(text: &str) -> bool {
    matches!(text, "." | "..") || text.starts_with("./") || text.starts_with("../")
}

/// Returns a glob as one from the root of the repository.
///
/// # Errors
/// It leads out of the repository, or has exclusions.
pub(crate) fn glob_from_root(directory: &RepoPath, text: &str) -> Result<String, String> {
    if text.starts_with('!') {
        return Err(format!("`files.glob` does not support exclusions: `{text}`"));
    }
    if !is_relative(text) {
        return Ok(text.trim_start_matches('/').to_owned());
    }
    // What stands before the first wildcard climbs as a path does.
    let mut base = directory.clone();
    let mut rest = text;
    while let Some((first @ ("." | ".."), after)) = rest.split_once('/') {
        base = base.join(first).map_err(|error| error.to_string())?;
        rest = after;
    }
    Ok(glob_below(&base, rest))
}
