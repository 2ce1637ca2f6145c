//! The repository as it would be with the proposed files in it.

use nestling::{Files, ReadError, RepoPath};
use nestling_files::files::{DirectoryEntry, EntryKind, Walk};
use std::collections::{BTreeMap, BTreeSet};

/// Files with others more, or other texts of them. Directories that are not there are made.
pub(super) struct Overlay<'f> {
    pub files: &'f dyn Files,
    pub added: BTreeMap<RepoPath, Vec<u8>>,
}

impl Overlay<'_> {
    /// Returns the directories of what is added, without the root, in order.
    fn directories(&self) -> BTreeSet<RepoPath> {
        let above = |path: &RepoPath| std::iter::successors(path.parent(), RepoPath::parent);
        self.added.keys().flat_map(above).filter(|dir| !dir.is_root()).collect()
    }

    /// Returns the entries of a directory with those that are added.
    fn entries(
        &self,
        directory: &RepoPath,
        entries: &[DirectoryEntry],
        made: &BTreeSet<RepoPath>,
    ) -> Vec<DirectoryEntry> {
        let mut all: BTreeMap<Vec<u8>, EntryKind> =
            entries.iter().map(|entry| (entry.name.clone(), entry.kind)).collect();
        let is_here = |path: &&RepoPath| path.parent().as_ref() == Some(directory);
        for dir in made.iter().filter(is_here) {
            all.insert(dir.file_name().to_vec(), EntryKind::Directory);
        }
        for path in self.added.keys().filter(is_here) {
            all.insert(path.file_name().to_vec(), EntryKind::File);
        }
        all.into_iter().map(|(name, kind)| DirectoryEntry { name, kind }).collect()
    }
}

impl Files for Overlay<'_> {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        match self.added.get(path) {
            Some(bytes) => Ok(Some(bytes.clone())),
            None => self.files.read(path),
        }
    }

    fn read_link(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        if self.added.contains_key(path) { Ok(None) } else { self.files.read_link(path) }
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
        let made = self.directories();
        let mut pending = made.clone();
        self.files.walk(&mut |directory, entries| {
            // Directories come in the order of their paths.
            while let Some(next) = pending.first().filter(|next| *next < directory).cloned() {
                pending.remove(&next);
                visit(&next, &self.entries(&next, &[], &made));
            }
            pending.remove(directory);
            visit(directory, &self.entries(directory, entries, &made))
        })?;
        for dir in pending {
            visit(&dir, &self.entries(&dir, &[], &made));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling::MemoryFiles;

    #[test]
    fn files_are_added_in_directories_that_are_there_and_in_new_ones() {
        let files = MemoryFiles::new([("a/x", ""), ("d/y", ""), ("z", "")]);
        let paths = ["a/new", "ci/templates/t.yml", "nestling.yml", "z"];
        let added = paths.map(|path| (RepoPath::parse(path).unwrap(), b"new".to_vec()));
        let overlay = Overlay { files: &files, added: added.into() };
        let mut seen = Vec::new();
        overlay
            .walk(&mut |dir, entries| {
                let files = entries.iter().filter(|entry| entry.kind == EntryKind::File);
                seen.extend(files.map(|entry| dir.child(&entry.name).to_string()));
                Walk::Descend
            })
            .unwrap();
        assert_eq!(seen, ["nestling.yml", "z", "a/new", "a/x", "ci/templates/t.yml", "d/y"]);
        assert_eq!(overlay.read(&RepoPath::parse("z").unwrap()).unwrap().unwrap(), b"new");
    }
}
