//! The files that are open in the editor.

use lsp_types::Uri;
use nestling_files::path::RepoPath;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// A file as it is in the editor.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// Its URI, as the editor writes it.
    pub uri: Uri,
    /// The name of its language there, such as `yaml`.
    pub language: String,
    pub version: i32,
    pub text: String,
}

/// The open files by their paths.
#[derive(Debug, Clone, Default)]
pub(crate) struct Documents {
    pub open: BTreeMap<PathBuf, Document>,
    /// The directories that the editor has open, whose workspaces are checked with no file open, too.
    pub folders: BTreeSet<PathBuf>,
}

impl Documents {
    /// Returns the open files below the root of a repository, by their paths in it.
    pub(crate) fn below(&self, root: &Path) -> Vec<(RepoPath, &Document)> {
        let inside = self.open.iter().filter_map(|(path, document)| Some((path_in(root, path)?, document)));
        inside.collect()
    }

    /// Returns the text of a file: as it is in the editor, or on disk.
    pub(crate) fn text(&self, path: &Path) -> Option<String> {
        match self.open.get(path) {
            Some(document) => Some(document.text.clone()),
            None => std::fs::read_to_string(path).ok().map(with_line_feeds),
        }
    }
}

/// Returns the text in which each lone carriage return, which is a line break in YAML and in the protocol, is a line feed: as many
/// bytes, so that places stay as they are.
pub(crate) fn with_line_feeds(text: String) -> String {
    if !text.replace("\r\n", "").contains('\r') {
        return text;
    }
    let mut lines = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let is_lone = character == '\r' && characters.peek() != Some(&'\n');
        lines.push(if is_lone { '\n' } else { character });
    }
    lines
}

/// Returns the path of a file in a repository.
pub(crate) fn path_in(root: &Path, path: &Path) -> Option<RepoPath> {
    RepoPath::parse(path.strip_prefix(root).ok()?.as_os_str().as_bytes()).ok()
}
