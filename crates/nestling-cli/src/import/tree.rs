//! The files and directories at head.

use crate::exit::Failure;
use nestling::{Files, RepoPath};
use nestling_files::files::{EntryKind, Walk};
use nestling_files::path::Glob;
use std::collections::BTreeSet;

/// All paths of a repository.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// The files, in byte order.
    pub files: Vec<RepoPath>,
    directories: BTreeSet<String>,
}

impl Tree {
    /// Lists the files.
    ///
    /// # Errors
    /// A directory cannot be listed.
    pub(crate) fn read(files: &dyn Files) -> Result<Self, Failure> {
        let mut tree = Self::default();
        let walked = files.walk(&mut |directory, entries| {
            if directory.file_name() == b".git" {
                return Walk::Skip;
            }
            tree.directories.insert(directory.to_string());
            let plain =
                entries.iter().filter(|entry| matches!(entry.kind, EntryKind::File | EntryKind::Symlink));
            tree.files.extend(plain.map(|entry| directory.child(&entry.name)));
            Walk::Descend
        });
        walked.map_err(Failure::repository)?;
        tree.files.sort_unstable();
        Ok(tree)
    }

    /// Returns `true` if there is a directory of this name below the root.
    pub(crate) fn has_directory(&self, path: &str) -> bool {
        !path.is_empty() && self.directories.contains(path)
    }

    /// Returns `true` if there is a file of this path.
    pub(super) fn has_file(&self, path: &str) -> bool {
        RepoPath::parse(path).is_ok_and(|path| self.files.binary_search(&path).is_ok())
    }

    /// Returns `true` if a file matches the glob.
    pub(super) fn matches(&self, glob: &str) -> bool {
        Glob::parse(glob).is_ok_and(|glob| self.files.iter().any(|path| glob.matches(path)))
    }

    /// Returns `true` if a directory holds more than GitLab's own files.
    pub(super) fn has_sources(&self, directory: &str) -> bool {
        let Ok(directory) = RepoPath::parse(directory) else { return false };
        let mut below = self.files.iter().filter(|path| path.is_in(&directory));
        below.any(|path| !is_yaml(path))
    }
}

fn is_yaml(path: &RepoPath) -> bool {
    let name = path.file_name();
    name.ends_with(b".yml") || name.ends_with(b".yaml")
}
