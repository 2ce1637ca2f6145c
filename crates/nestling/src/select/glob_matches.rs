//! Globs that are looked for in the directories that may have a match.

use nestling_files::files::{EntryKind, Files, ReadError, Walk};
use nestling_files::path::{Glob, GlobIndex, RepoPath};
use std::collections::{HashMap, HashSet};

/// The kinds of paths that a glob may match.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Matched {
    pub file: bool,
    pub directory: bool,
}

/// Returns the paths that globs match by their text; one that is none has no entry.
///
/// # Errors
/// A directory cannot be listed.
pub(crate) fn matched(
    files: &dyn Files,
    texts: impl Iterator<Item = String>,
) -> Result<HashMap<String, Matched>, ReadError> {
    let mut search = Search::default();
    for text in texts {
        search.add(text);
    }
    files.walk(&mut |directory, entries| {
        if !search.is_pending_in(directory) {
            return Walk::Skip;
        }
        for entry in entries {
            search.visit(&directory.child(&entry.name), entry.kind);
        }
        Walk::Descend
    })?;
    Ok(search.matched)
}

/// Globs that are looked for in the directories that may have a match.
#[derive(Default)]
struct Search {
    index: GlobIndex<String>,
    matched: HashMap<String, Matched>,
    /// The globs by the directory that every match is in.
    directories: HashMap<RepoPath, Vec<String>>,
    /// The directories above those.
    above: HashSet<RepoPath>,
}

impl Search {
    fn add(&mut self, text: String) {
        let Ok(glob) = Glob::parse(text.trim_end_matches('/')) else { return };
        if self.matched.contains_key(&text) {
            return;
        }
        self.index.insert(&glob, text.clone());
        let dir = directory_of(&glob);
        self.above.extend(std::iter::successors(dir.parent(), RepoPath::parent));
        self.directories.entry(dir).or_default().push(text.clone());
        self.matched.insert(text, Matched::default());
    }

    fn is_pending_in(&self, directory: &RepoPath) -> bool {
        let is_pending = |dir: &RepoPath| {
            let texts = self.directories.get(dir).map(Vec::as_slice).unwrap_or_default();
            texts.iter().any(|text| self.matched.get(text).is_some_and(|matched| !matched.file))
        };
        self.above.contains(directory)
            || std::iter::successors(Some(directory.clone()), RepoPath::parent).any(|dir| is_pending(&dir))
    }

    fn visit(&mut self, path: &RepoPath, kind: EntryKind) {
        for text in self.index.matches(path) {
            let Some(matched) = self.matched.get_mut(text) else { continue };
            match kind {
                EntryKind::Directory => matched.directory = true,
                // `src/` is not a file.
                EntryKind::File | EntryKind::Symlink | EntryKind::Submodule => {
                    matched.file |= !text.ends_with('/');
                }
            }
        }
    }
}

/// Returns the directory that the text of a glob starts with, up to its first wildcard.
pub(crate) fn directory_of(glob: &Glob) -> RepoPath {
    let literal = glob.as_str().split(['*', '?', '[', '{', '\\']).next().unwrap_or_default();
    let directory = literal.rsplit_once('/').map(|(directory, _)| directory).unwrap_or_default();
    RepoPath::parse(directory).unwrap_or_default()
}
