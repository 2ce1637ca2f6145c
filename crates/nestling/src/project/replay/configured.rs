//! The files of an older commit with the configuration of today in the place of theirs.

use super::configuration::Configuration;
use crate::workspace::FILE_NAME;
use nestling_files::files::{
    DirectoryEntry, EntryKind, FileQuery, FileVisitor, Files, Links, ReadError, Walk,
};
use nestling_files::path::RepoPath;
use nestling_git::{Change, CommitId, GitRepository, Status, TreeFiles};
use std::collections::{BTreeMap, HashSet};

/// The files of a commit under another configuration. A `nestling.yml` of today is there if its directory was, or if it holds
/// nothing else; those of the commit do not count.
pub(super) struct Configured<'a> {
    files: Links<TreeFiles<'a>>,
    configuration: &'a Configuration,
    markers: BTreeMap<&'a RepoPath, &'a [u8]>,
}

impl<'a> Configured<'a> {
    /// Opens the files of a commit.
    ///
    /// # Errors
    /// A tree of the commit cannot be read.
    pub(super) fn new(
        git: &'a GitRepository,
        commit: &CommitId,
        configuration: &'a Configuration,
    ) -> Result<Self, super::Error> {
        let tree = git.files_at(commit)?;
        let mut markers = BTreeMap::new();
        for (directory, bytes) in &configuration.markers {
            if configuration.alone.contains(directory) || tree.has_directory(directory)? {
                markers.insert(directory, bytes.as_slice());
            }
        }
        Ok(Self { files: Links(tree), configuration, markers })
    }

    /// Returns true if a directory is in the commit.
    pub(super) fn has_directory(&self, directory: &RepoPath) -> Result<bool, ReadError> {
        self.files.0.has_directory(directory)
    }

    /// Adds the `nestling.yml` of today that come and go with their directories between an older state and this one.
    pub(super) fn add_changes(&self, before: &Self, changes: &mut Vec<Change>) {
        let known: HashSet<RepoPath> = changes.iter().map(|change| change.path.clone()).collect();
        let sides = [(self, before, Status::Added), (before, self, Status::Deleted)];
        for (side, other, status) in sides {
            for directory in side.markers.keys().filter(|directory| !other.markers.contains_key(**directory))
            {
                let path = directory.child(FILE_NAME.as_bytes());
                if !known.contains(&path) {
                    changes.push(Change { path, status });
                }
            }
        }
        changes.sort_unstable();
    }

    /// Returns the content of a file of the configuration, and `None` for all other paths.
    fn configured(&self, path: &RepoPath) -> Option<Option<&[u8]>> {
        if path.file_name() == FILE_NAME.as_bytes() {
            let directory = path.parent().unwrap_or_default();
            return Some(self.markers.get(&directory).copied());
        }
        self.configuration.holds(path).then(|| self.configuration.file(path))
    }

    fn entries(&self, directory: &RepoPath, entries: &[DirectoryEntry]) -> Vec<DirectoryEntry> {
        let is_configured = |entry: &DirectoryEntry| {
            entry.kind != EntryKind::Directory && self.configured(&directory.child(&entry.name)).is_some()
        };
        let mut entries: Vec<DirectoryEntry> =
            entries.iter().filter(|entry| !is_configured(entry)).cloned().collect();
        let file = |name: &[u8]| DirectoryEntry { name: name.to_vec(), kind: EntryKind::File };
        let added = self.configuration.files_in(directory).map(|path| file(path.file_name()));
        entries.extend(added);
        if self.markers.contains_key(directory) {
            entries.push(file(FILE_NAME.as_bytes()));
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        entries
    }
}

impl Files for Configured<'_> {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        match self.configured(path) {
            Some(content) => Ok(content.map(<[u8]>::to_vec)),
            None => self.files.read(path),
        }
    }

    fn read_link(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        if self.configured(path).is_some() { Ok(None) } else { self.files.read_link(path) }
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
        self.files.walk(&mut |directory, entries| visit(directory, &self.entries(directory, entries)))
    }

    fn walk_to(
        &self,
        target: &RepoPath,
        visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk,
    ) -> Result<(), ReadError> {
        self.files
            .walk_to(target, &mut |directory, entries| visit(directory, &self.entries(directory, entries)))
    }

    fn find(&self, query: &FileQuery<'_>, visitor: &mut dyn FileVisitor) -> Result<(), ReadError> {
        let mut rest = Rest { decided: BTreeMap::new(), visitor };
        if query.marker == FILE_NAME.as_bytes() {
            // Each directory comes before those below it.
            for (directory, bytes) in &self.markers {
                rest.visit(directory, Some(bytes.to_vec()));
            }
        }
        // No file has this name: the markers of the commit do not count.
        let query = FileQuery { marker: b"", ..*query };
        self.files.find(&query, &mut rest)
    }
}

/// Visits what is left after the directories with markers.
struct Rest<'v> {
    decided: BTreeMap<RepoPath, Walk>,
    visitor: &'v mut dyn FileVisitor,
}

impl Rest<'_> {
    fn visit(&mut self, directory: &RepoPath, marker: Option<Vec<u8>>) -> Walk {
        if let Some(decision) = self.decided.get(directory) {
            return *decision;
        }
        let mut above = std::iter::successors(directory.parent(), RepoPath::parent);
        let decision = match above.any(|above| self.decided.get(&above) == Some(&Walk::Skip)) {
            true => Walk::Skip,
            false => self.visitor.directory(directory, marker),
        };
        self.decided.insert(directory.clone(), decision);
        decision
    }
}

impl FileVisitor for Rest<'_> {
    fn directory(&mut self, directory: &RepoPath, marker: Option<Vec<u8>>) -> Walk {
        self.visit(directory, marker)
    }

    fn not_entered(&mut self, path: &RepoPath, kind: EntryKind) {
        if path.file_name() != FILE_NAME.as_bytes() {
            self.visitor.not_entered(path, kind);
        }
    }

    fn collect(&mut self, path: &RepoPath, name: usize, bytes: Vec<u8>) {
        self.visitor.collect(path, name, bytes);
    }

    fn link(&mut self, path: &RepoPath, target: Vec<u8>) {
        self.visitor.link(path, target);
    }
}
