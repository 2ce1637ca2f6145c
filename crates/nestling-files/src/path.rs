//! Paths inside the repository, and the globs that match them.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

mod glob;
mod glob_index;

pub use glob::{ALTERNATIVES_LIMIT, Glob, GlobError, GlobLint};
pub use glob_index::GlobIndex;

/// A path inside the repository: bytes, `/` between components, no leading or trailing slash, no `.` and no `..`.
/// The empty path is the repository's root.
///
/// Git's paths are bytes, so these are; [`fmt::Display`] shows what is not printable UTF-8 escaped.
///
/// ```
/// use nestling_files::path::RepoPath;
///
/// let path = RepoPath::parse("./api//src/../main.rs")?;
/// assert_eq!(path.to_string(), "api/main.rs");
/// assert!(path.is_in(&RepoPath::parse("api")?));
/// assert!(RepoPath::parse("../elsewhere").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RepoPath(Arc<[u8]>);

/// Reason why a string is not a path in the repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It climbs above the root.
    #[error("the path `{0}` is outside of the repository")]
    Outside(String),
    /// It contains a NUL byte.
    #[error("the path `{0}` contains a NUL byte")]
    Nul(String),
}

impl RepoPath {
    /// The repository's root.
    pub fn root() -> Self {
        Self::default()
    }

    /// Reads a path that a person or git wrote, relative to the root. Doubled slashes, `.` components, and a
    /// slash at either end are dropped; `..` is resolved as far as it stays inside.
    ///
    /// # Errors
    /// The path points outside of the repository, or contains a NUL byte.
    pub fn parse(path: impl AsRef<[u8]>) -> Result<Self, PathError> {
        let bytes = path.as_ref();
        let shown = || escaped(bytes);
        if bytes.contains(&0) {
            return Err(PathError::Nul(shown()));
        }
        let mut parts: Vec<&[u8]> = Vec::new();
        for part in bytes.split(|b| *b == b'/') {
            match part {
                b"" | b"." => {}
                b".." => {
                    parts.pop().ok_or_else(|| PathError::Outside(shown()))?;
                }
                part => parts.push(part),
            }
        }
        Ok(Self(parts.join(&b'/').into()))
    }

    /// The path as git stores it, already normal. For paths from git's objects.
    pub fn from_git(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path as text, if it is UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// The path for JSON, as it is: nothing in it is escaped. Bytes that are not UTF-8 become U+FFFD, and
    /// [`RepoPath::hex_unless_utf8`] has them.
    pub fn to_json(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }

    /// The bytes in hexadecimal digits, of a path that is not UTF-8.
    pub fn hex_unless_utf8(&self) -> Option<String> {
        match self.as_str() {
            Some(_) => None,
            None => Some(self.0.iter().map(|byte| format!("{byte:02x}")).collect()),
        }
    }

    /// The path as commands take a directory: `.` for the root.
    pub fn to_directory(&self) -> String {
        match self.as_str() {
            Some("") => ".".to_owned(),
            Some(text) => text.to_owned(),
            None => self.to_string(),
        }
    }

    /// Returns `true` for the repository's root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The path of `relative` seen from this directory.
    ///
    /// # Errors
    /// As [`RepoPath::parse`].
    pub fn join(&self, relative: impl AsRef<[u8]>) -> Result<Self, PathError> {
        let relative = relative.as_ref();
        if self.is_root() {
            return Self::parse(relative);
        }
        Self::parse([self.as_bytes(), b"/", relative].concat())
    }

    /// One component further down.
    pub fn child(&self, name: &[u8]) -> Self {
        if self.is_root() { Self(name.into()) } else { Self([self.as_bytes(), b"/", name].concat().into()) }
    }

    /// The directory that contains it; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        let cut = self.0.iter().rposition(|b| *b == b'/').unwrap_or(0);
        Some(Self(self.0[..cut].into()))
    }

    /// The last component; empty for the root.
    pub fn file_name(&self) -> &[u8] {
        let start = self.0.iter().rposition(|b| *b == b'/').map_or(0, |slash| slash + 1);
        &self.0[start..]
    }

    /// Returns `true` if the path is this directory or inside it.
    pub fn is_in(&self, directory: &Self) -> bool {
        directory.is_root()
            || self
                .0
                .strip_prefix(directory.as_bytes())
                .is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
    }

    /// Returns the path relative to `directory`; `None` if it is not inside.
    pub fn relative_to(&self, directory: &Self) -> Option<&[u8]> {
        if directory.is_root() {
            return Some(self.as_bytes());
        }
        let rest = self.0.strip_prefix(directory.as_bytes())?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix(b"/") }
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escaped(&self.0))
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RepoPath({self})")
    }
}

/// Returns `true` if a character does something to the text around it instead of being seen: control characters, marks of the
/// direction of writing (<https://trojansource.codes>), separators of lines, and the byte order mark.
pub fn is_misleading(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}'
        )
}

/// Text for a person to read: misleading characters are escaped, but for line breaks, tabs and the escapes of colors.
///
/// ```
/// assert_eq!(nestling_files::path::readable("a\u{202e}b\n"), "a\\u{202e}b\n");
/// ```
pub fn readable(text: &str) -> Cow<'_, str> {
    let is_shown = |c: char| !is_misleading(c) || matches!(c, '\n' | '\t' | '\r' | '\u{1b}');
    if text.chars().all(is_shown) {
        return Cow::Borrowed(text);
    }
    let mut readable = String::with_capacity(text.len());
    for c in text.chars() {
        if is_shown(c) { readable.push(c) } else { readable.extend(c.escape_default()) }
    }
    Cow::Owned(readable)
}

/// Bytes for a person to read: control characters and marks of the direction, and what is not UTF-8, are escaped;
/// everything else is as it is.
pub fn escaped(bytes: &[u8]) -> String {
    let mut shown = String::with_capacity(bytes.len());
    if let Ok(text) = std::str::from_utf8(bytes)
        && bytes.iter().all(|byte| (b' '..=b'~').contains(byte))
    {
        shown.push_str(text);
        return shown;
    }
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if is_misleading(c) { shown.extend(c.escape_default()) } else { shown.push(c) }
        }
        for byte in chunk.invalid() {
            shown.push_str(&format!("\\x{byte:02x}"));
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::parse(text).unwrap()
    }

    #[test]
    fn parsing_normalizes() {
        for (written, want) in [("./a//b/", "a/b"), ("/a", "a"), ("a/../b", "b"), ("", ""), (".", "")] {
            assert_eq!(path(written).to_string(), want, "{written}");
        }
        assert!(RepoPath::parse("a/../../b").is_err());
    }

    #[test]
    fn a_directory_holds_itself_and_what_is_below_it() {
        assert!(path("a/b").is_in(&path("a")));
        assert!(path("a").is_in(&path("a")));
        assert!(!path("ab").is_in(&path("a")));
        assert!(path("x").is_in(&RepoPath::root()));
        assert_eq!(path("a/b").relative_to(&path("a")), Some(&b"b"[..]));
        assert_eq!(path("ab").relative_to(&path("a")), None);
    }

    #[test]
    fn unprintable_bytes_are_shown_escaped() {
        assert_eq!(RepoPath::from_git(b"a\xffb\nc").to_string(), "a\\xffb\\nc");
        assert_eq!(path("a\u{202e}b\u{feff}").to_string(), "a\\u{202e}b\\u{feff}");
        assert_eq!(path("\u{e4}\u{1f600}").to_string(), "\u{e4}\u{1f600}");
    }

    #[test]
    fn json_has_the_path_itself() {
        for text in ["a\u{10}b", "a\\u{10}b", "a\u{202e}b", "a\\x"] {
            assert_eq!((path(text).to_json(), path(text).hex_unless_utf8()), (text.to_owned(), None));
        }
        let odd = RepoPath::from_git(b"a\xff");
        assert_eq!((odd.to_json(), odd.hex_unless_utf8()), ("a\u{fffd}".to_owned(), Some("61ff".to_owned())));
    }
}
