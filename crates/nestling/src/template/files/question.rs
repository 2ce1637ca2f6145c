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
    /// A hash of files of the commit.
    Fingerprint(PrintOf),
    /// A stand-in for the hash of a path where two states of a unit are compared.
    ComparedPath(RepoPath),
}

/// The files that a hash is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PrintOf {
    /// The files that select a unit, given by its name.
    Unit(String),
    /// A file, or a directory with all that is in it.
    Path(RepoPath),
    /// The files that define the jobs of units.
    Definition,
}

impl std::fmt::Display for PrintOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unit(unit) => write!(f, "`{unit}`"),
            Self::Path(path) => write!(f, "`{path}`"),
            Self::Definition => f.write_str("the workspace"),
        }
    }
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

/// Returns a path as one from the root of the repository: `./` and `../` start at the unit's directory.
///
/// # Errors
/// It points outside of the repository.
pub(crate) fn path_from_root(directory: &RepoPath, text: &str) -> Result<RepoPath, String> {
    let base = if is_relative(text) { directory.clone() } else { RepoPath::root() };
    base.join(text.trim_start_matches('/')).map_err(|error| error.to_string())
}

/// Returns `true` if a path is one from the unit's directory.
pub(in crate::template) fn is_relative(text: &str) -> bool {
    matches!(text, "." | "..") || text.starts_with("./") || text.starts_with("../")
}

/// Returns a glob as one from the root of the repository.
///
/// # Errors
/// It points outside of the repository, or has exclusions.
pub(crate) fn glob_from_root(directory: &RepoPath, text: &str) -> Result<String, String> {
    if text.starts_with('!') {
        return Err(format!("`files.glob` does not support exclusions: `{text}`"));
    }
    if !is_relative(text) {
        return Ok(text.trim_start_matches('/').to_owned());
    }
    // The part before the first wildcard may have `..`, as in a path.
    let mut base = directory.clone();
    let mut rest = text;
    while let Some((first @ ("." | ".."), after)) = rest.split_once('/') {
        base = base.join(first).map_err(|error| error.to_string())?;
        rest = after;
    }
    Ok(glob_below(&base, rest))
}
