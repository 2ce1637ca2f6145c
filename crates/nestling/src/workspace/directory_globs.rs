//! Globs of directories, asked for every directory of the repository.

use super::globs::glob_below;
use globset::{Error, Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use nestling_files::path::RepoPath;

/// Some globs of directories. `*` stays in one directory, `**` spans directories.
#[derive(Debug, Clone)]
pub(crate) struct DirectoryGlobs {
    set: GlobSet,
    /// The same globs, if all of them are names of directories, of which the last can be `*`: these are compared faster.
    plain: Option<Vec<PlainGlob>>,
    /// Possible numbers of slashes in a match; `None` for any number.
    depths: Option<Vec<usize>>,
    /// Set if one of them is `.`, the repository's root, which no other glob matches.
    has_root: bool,
}

/// The glob that `.` is read as.
const ROOT: &str = "";

impl DirectoryGlobs {
    /// Reads one glob. A slash at its end is how people write directories.
    pub(crate) fn parse(text: &str) -> Result<Glob, Error> {
        let text = text.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
        let text = if text == "." { ROOT } else { text };
        GlobBuilder::new(text).literal_separator(true).build()
    }

    /// Reads one glob of directories in this one.
    pub(crate) fn parse_in(root: &RepoPath, text: &str) -> Result<Glob, Error> {
        let glob = Self::parse(text)?;
        if root.is_root() {
            return Ok(glob);
        }
        let pattern = glob_below(root, glob.glob());
        GlobBuilder::new(pattern.trim_end_matches('/')).literal_separator(true).build()
    }

    /// Puts globs together.
    pub(crate) fn new(globs: &[Glob]) -> Result<Self, Error> {
        let mut set = GlobSetBuilder::new();
        globs.iter().cloned().for_each(|glob| {
            set.add(glob);
        });
        let depths = globs.iter().map(|glob| depth(glob.glob())).collect();
        let has_root = globs.iter().any(|glob| glob.glob() == ROOT);
        let plain = globs.iter().map(|glob| PlainGlob::of(glob.glob())).collect();
        Ok(Self { set: set.build()?, plain, depths, has_root })
    }

    /// Returns the largest number of components of a match.
    pub(crate) fn depth(&self) -> usize {
        self.depths.as_ref().map_or(usize::MAX, |depths| depths.iter().max().map_or(0, |slashes| slashes + 1))
    }

    /// Returns `true` if one of them matches a directory. Most directories of a repository are too deep for any rule, which
    /// counting their levels shows.
    pub(crate) fn matches(&self, directory: &RepoPath) -> bool {
        self.matches_bytes(directory.as_bytes())
    }

    /// Returns `true` if one of them matches the directory with a path of these bytes.
    pub(crate) fn matches_bytes(&self, bytes: &[u8]) -> bool {
        if bytes.is_empty() {
            return self.has_root;
        }
        if let Some(plain) = &self.plain {
            return plain.iter().any(|glob| glob.matches(bytes));
        }
        if let Some(depths) = &self.depths {
            let depth = bytes.iter().filter(|b| **b == b'/').count();
            if !depths.contains(&depth) {
                return false;
            }
        }
        self.set.is_match(&*String::from_utf8_lossy(bytes))
    }
}

/// A glob such as `services/api` or `services/*`.
#[derive(Debug, Clone)]
struct PlainGlob {
    /// The text before a star, or all of it.
    start: Box<str>,
    /// Set if it ends with `*`, which stands for one directory.
    has_star: bool,
}

impl PlainGlob {
    /// Reads a glob; `None` for another one.
    fn of(glob: &str) -> Option<Self> {
        let (start, has_star) = match glob.strip_suffix('*') {
            Some(start) if start.is_empty() || start.ends_with('/') => (start, true),
            Some(_) => return None,
            None => (glob, false),
        };
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.');
        start.bytes().all(is_plain).then(|| Self { start: start.into(), has_star })
    }

    /// Returns `true` if it matches a path that is not empty.
    fn matches(&self, path: &[u8]) -> bool {
        match path.strip_prefix(self.start.as_bytes()) {
            Some(rest) if self.has_star => !rest.is_empty() && !rest.contains(&b'/'),
            Some(rest) => rest.is_empty(),
            None => false,
        }
    }
}

/// The slashes in whatever the glob matches, where that is one number.
fn depth(glob: &str) -> Option<usize> {
    let spans = glob.contains("**") || (glob.contains('{') && glob.contains('/'));
    (!spans).then(|| glob.matches('/').count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(globs: &[&str], directory: &str) -> bool {
        let globs: Vec<Glob> = globs.iter().map(|glob| DirectoryGlobs::parse(glob).unwrap()).collect();
        DirectoryGlobs::new(&globs).unwrap().matches(&RepoPath::parse(directory).unwrap())
    }

    #[test]
    fn the_root_is_matched_by_its_name_alone() {
        for glob in [".", "./", "/"] {
            assert!(matches(&[glob], ""), "{glob}");
            assert!(!matches(&[glob], "a"), "{glob}");
        }
        for glob in ["*", "**", "**/*", "{a,b}"] {
            assert!(!matches(&[glob], ""), "{glob}");
        }
    }

    #[test]
    fn plain_globs_match_what_they_match_as_globs() {
        let globs = ["a", "a/b", "*", "a/*", "a/b/*", "a.b/*", "a-b_c/*", "./a", "/a/", "a/*/", "a//b", ""];
        let paths =
            ["a", "b", "ab", "a/b", "a/.b", "a/b/c", "a/b/\u{fffd}", "a.b/c", "axb/c", "a-b_c/d", "a/b\nc"];
        for text in globs {
            let globs = DirectoryGlobs::new(&[DirectoryGlobs::parse(text).unwrap()]).unwrap();
            assert!(globs.plain.is_some(), "{text}");
            let as_globs = DirectoryGlobs { plain: None, ..globs.clone() };
            for path in paths {
                let path = RepoPath::parse(path).unwrap();
                assert_eq!(globs.matches(&path), as_globs.matches(&path), "{text} {path}");
            }
            let bytes = b"a/\xff";
            assert_eq!(globs.matches_bytes(bytes), as_globs.matches_bytes(bytes), "{text}");
        }
        for text in ["a*", "**", "a/**", "a/?", "{a,b}", "[ab]", "\\a", "\u{fffd}", "a b", "*/b"] {
            assert!(PlainGlob::of(text).is_none(), "{text}");
        }
    }

    #[test]
    fn stars_stay_in_one_folder_and_double_stars_do_not() {
        for (glob, directory, want) in [
            ("services/*", "services/api", true),
            ("services/*/", "services/api", true),
            ("services/*", "services/api/src", false),
            ("services/**", "services/api/src", true),
            ("{a/b,c}", "c", true),
            ("{a/b,c}", "a/b", true),
            ("*", "services", true),
        ] {
            assert_eq!(matches(&[glob], directory), want, "{glob} {directory}");
        }
        assert!(matches(&["a/*/*", "libs/*"], "libs/core"));
    }
}
