//! Globs as GitLab reads them in `rules:changes`: Ruby's `File.fnmatch?` with `FNM_PATHNAME`, `FNM_DOTMATCH` and
//! `FNM_EXTGLOB` (<https://docs.gitlab.com/ci/yaml/#ruleschanges>).
//!
//! `*` and `?` stay in one directory, `**/` spans directories, dot files match, `a/**` is one level and `a/**/*` all of
//! them, `{a,b}` alternates. Nothing but a whole match counts: `a` matches no file in the directory `a`.

use super::RepoPath;
use std::fmt;

mod fnmatch;
mod lint;

pub(super) use fnmatch::matches as matches_pattern;
pub use lint::GlobLint;

/// Maximum number of patterns that the braces of a glob expand to.
pub const ALTERNATIVES_LIMIT: usize = 4096;

/// A pattern for paths with GitLab's meaning. Made by [`Glob::parse`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Glob {
    written: Box<str>,
    alternatives: Box<[Box<[u8]>]>,
}

/// Reason why a string is not a glob.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GlobError {
    /// Nothing is written.
    #[error("a glob cannot be empty")]
    Empty,
    /// It contains a NUL byte.
    #[error("the glob `{0}` contains a NUL byte")]
    Nul(String),
    /// Its braces stand for too many patterns.
    #[error("the braces of the glob `{0}` expand to more than {ALTERNATIVES_LIMIT} patterns")]
    TooMany(String),
}

impl Glob {
    /// Reads a glob. What Ruby takes for a pattern that never matches (`{a,b`, `[`) is one here too; [`Glob::lint`]
    /// points at it.
    ///
    /// # Errors
    /// Empty, a NUL byte, or braces that stand for more than [`ALTERNATIVES_LIMIT`] patterns.
    pub fn parse(pattern: &str) -> Result<Self, GlobError> {
        if pattern.is_empty() {
            return Err(GlobError::Empty);
        }
        if pattern.contains('\0') {
            return Err(GlobError::Nul(pattern.escape_default().to_string()));
        }
        let alternatives =
            fnmatch::expand_braces(pattern).ok_or_else(|| GlobError::TooMany(pattern.to_owned()))?;
        Ok(Self { written: pattern.into(), alternatives })
    }

    /// Returns `true` if GitLab would match the changed path with this glob.
    pub fn matches(&self, path: &RepoPath) -> bool {
        self.alternatives.iter().any(|pattern| fnmatch::matches(pattern, path.as_bytes()))
    }

    /// Returns the bytes that every match begins with, one for each alternative of its braces: those before the first wildcard.
    pub fn literal_prefixes(&self) -> impl Iterator<Item = &[u8]> {
        self.alternatives.iter().map(|pattern| {
            let wild = pattern.iter().position(|byte| matches!(byte, b'*' | b'?' | b'[' | b'\\'));
            &pattern[..wild.unwrap_or(pattern.len())]
        })
    }

    /// Returns `true` if the glob matches one of the paths.
    pub fn matches_any(&self, paths: &[RepoPath]) -> bool {
        // Most paths differ before the first wildcard, and there are thousands of them.
        let prefixes: Vec<&[u8]> = self.literal_prefixes().collect();
        let may_match = |path: &&RepoPath| prefixes.iter().any(|prefix| path.as_bytes().starts_with(prefix));
        paths.iter().filter(may_match).any(|path| self.matches(path))
    }

    /// Returns `true` if the glob matches a name that is not a path in the repository, such as a tag's.
    pub fn matches_text(&self, name: &str) -> bool {
        self.alternatives.iter().any(|pattern| fnmatch::matches(pattern, name.as_bytes()))
    }

    /// The glob as it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Returns lints: forms in this glob that are probably not meant.
    pub fn lint(&self) -> Vec<GlobLint> {
        lint::lint(&self.written)
    }

    /// The patterns without braces that it stands for, each for [`matches_pattern`].
    pub(super) fn alternatives(&self) -> &[Box<[u8]>] {
        &self.alternatives
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Glob({})", self.written)
    }
}

#[cfg(test)]
mod tests;
