//! Files of which some have other contents.

use super::{DirectoryEntry, EntryKind, Files, ReadError, Walk, is_on_way};
use crate::path::RepoPath;
use std::collections::BTreeMap;

/// Files of which some have another content, such as those that are open in an editor and not saved yet.
///
/// A file that does not exist is added, with the directories that it needs.
///
/// ```
/// use nestling_files::files::{Files, MemoryFiles, Overlay};
/// use nestling_files::path::RepoPath;
///
/// let saved = MemoryFiles::new([("a.yml", "x: 1"), ("b.yml", "y: 1")]);
/// let path = RepoPath::parse("a.yml")?;
/// let files = Overlay::new(saved, [(path.clone(), b"x: 2".to_vec())]);
/// assert_eq!(files.read(&path)?.as_deref(), Some(&b"x: 2"[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Overlay<F> {
    files: F,
    contents: BTreeMap<RepoPath, Vec<u8>>,
}

impl<F: Files> Overlay<F> {
    /// Puts these contents over the files.
    pub fn new(files: F, contents: impl IntoIterator<Item = (RepoPath, Vec<u8>)>) -> Self {
        Self { files, contents: contents.into_iter().collect() }
    }

    /// Returns the entries of a directory, with those that are added.
    fn entries(
        &self,
        directory: &RepoPath,
        entries: &[DirectoryEntry],
        added: &[Vec<u8>],
    ) -> Vec<DirectoryEntry> {
        let mut entries = entries.to_vec();
        for path in self.contents.keys().filter(|path| path.parent().as_ref() == Some(directory)) {
            let name = path.file_name();
            entries.retain(|entry| entry.name != name);
            entries.push(DirectoryEntry { name: name.to_vec(), kind: EntryKind::File });
        }
        entries.extend(
            added.iter().map(|name| DirectoryEntry { name: name.clone(), kind: EntryKind::Directory }),
        );
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        entries
    }

    /// Returns the names of the directories in a directory that only added files need.
    fn added_directories(&self, directory: &RepoPath, entries: &[DirectoryEntry]) -> Vec<Vec<u8>> {
        let mut names: Vec<Vec<u8>> = Vec::new();
        for path in self.contents.keys() {
            let Some(inside) = path.relative_to(directory) else { continue };
            let mut steps = inside.split(|byte| *byte == b'/');
            let (Some(first), Some(_)) = (steps.next(), steps.next()) else { continue };
            let is_known = entries.iter().any(|entry| entry.name == first)
                || names.iter().any(|name| name.as_slice() == first);
            // A directory that is not listed and has files is one that is ignored.
            if !is_known && self.files.read(path).is_ok_and(|saved| saved.is_none()) {
                names.push(first.to_vec());
            }
        }
        names
    }

    /// Visits a directory, and those in it that are only added.
    fn visit(
        &self,
        visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk,
        directory: &RepoPath,
        entries: &[DirectoryEntry],
    ) -> Walk {
        let added = self.added_directories(directory, entries);
        let next = visit(directory, &self.entries(directory, entries, &added));
        if matches!(next, Walk::Descend) {
            for name in added {
                self.visit(visit, &directory.child(&name), &[]);
            }
        }
        next
    }
}

impl<F: Files> Files for Overlay<F> {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        match self.contents.get(path) {
            Some(content) => Ok(Some(content.clone())),
            None => self.files.read(path),
        }
    }

    fn read_link(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        if self.contents.contains_key(path) { Ok(None) } else { self.files.read_link(path) }
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
        self.files.walk(&mut |directory, entries| self.visit(visit, directory, entries))
    }

    fn walk_to(
        &self,
        target: &RepoPath,
        visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk,
    ) -> Result<(), ReadError> {
        // Of the directories that are added, those beside the target are left out here.
        let visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk = &mut |directory, entries| {
            if is_on_way(directory, target) { visit(directory, entries) } else { Walk::Skip }
        };
        self.files.walk_to(target, &mut |directory, entries| self.visit(visit, directory, entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    #[test]
    fn a_walk_meets_each_file_once_and_those_that_are_added() {
        let saved = MemoryFiles::new([("a/x", "1"), ("b", "2")]);
        let path = |text: &str| RepoPath::parse(text).unwrap();
        let contents = ["a/x", "a/new", "gone/y", "c"].map(|text| (path(text), text.as_bytes().to_vec()));
        let files = Overlay::new(saved, contents);
        let mut seen = Vec::new();
        files
            .walk(&mut |directory, entries| {
                let files = entries.iter().filter(|entry| entry.kind == EntryKind::File);
                seen.extend(files.map(|entry| directory.child(&entry.name).to_string()));
                Walk::Descend
            })
            .unwrap();
        assert_eq!(seen, ["b", "c", "gone/y", "a/new", "a/x"]);
        assert_eq!(files.read(&path("a/x")).unwrap().unwrap(), b"a/x");
        assert_eq!(files.read(&path("b")).unwrap().unwrap(), b"2");
    }
}
