//! The repository as it would be with the proposed files in it.

use nestling::{Files, ReadError, RepoPath};
use nestling_files::files::{DirectoryEntry, EntryKind, Walk};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// Files with some added or replaced. Missing directories are added.
///
/// The directories are listed once: templates ask for files repeatedly, and each question walks.
pub(super) struct Overlay<'f> {
    files: &'f dyn Files,
    added: BTreeMap<RepoPath, Vec<u8>>,
    listed: OnceCell<Vec<(RepoPath, Vec<DirectoryEntry>)>>,
}

impl<'f> Overlay<'f> {
    /// Adds files, by their paths.
    pub(super) fn new(files: &'f dyn Files, added: BTreeMap<RepoPath, Vec<u8>>) -> Self {
        Self { files, added, listed: OnceCell::new() }
    }
}

impl Overlay<'_> {
    /// Returns all directories with their entries, in the order of a walk.
    fn listed(&self) -> Result<&[(RepoPath, Vec<DirectoryEntry>)], ReadError> {
        if let Some(listed) = self.listed.get() {
            return Ok(listed);
        }
        let listed = self.list()?;
        Ok(self.listed.get_or_init(|| listed))
    }

    fn list(&self) -> Result<Vec<(RepoPath, Vec<DirectoryEntry>)>, ReadError> {
        let made = self.directories();
        let mut pending = made.clone();
        let mut listed = Vec::new();
        self.files.walk(&mut |directory, entries| {
            // Directories come in the order of their paths.
            while let Some(next) = pending.first().filter(|next| *next < directory).cloned() {
                pending.remove(&next);
                listed.push((next.clone(), self.entries(&next, &[], &made)));
            }
            pending.remove(directory);
            listed.push((directory.clone(), self.entries(directory, entries, &made)));
            Walk::Descend
        })?;
        listed.extend(pending.into_iter().map(|dir| (dir.clone(), self.entries(&dir, &[], &made))));
        Ok(listed)
    }

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
        // Directories below one that is skipped may come later than others: `a-b` is between `a` and `a/b`.
        let mut skipped: BTreeSet<RepoPath> = BTreeSet::new();
        for (directory, entries) in self.listed()? {
            let is_skipped = || directory.parent().is_some_and(|parent| skipped.contains(&parent));
            let is_below = !skipped.is_empty() && is_skipped();
            if is_below || visit(directory, entries) == Walk::Skip {
                skipped.insert(directory.clone());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling::MemoryFiles;
    use std::cell::Cell;

    #[test]
    fn files_are_added_in_directories_that_are_there_and_in_new_ones() {
        let files = MemoryFiles::new([("a/x", ""), ("d/y", ""), ("z", "")]);
        let paths = ["a/new", "ci/templates/t.yml", "nestling.yml", "z"];
        let added = paths.map(|path| (RepoPath::parse(path).unwrap(), b"new".to_vec()));
        let overlay = Overlay::new(&files, added.into());
        let mut seen = Vec::new();
        overlay
            .walk(&mut |dir, entries| {
                let files = entries.iter().filter(|entry| entry.kind == EntryKind::File);
                seen.extend(files.map(|entry| dir.child(&entry.name).to_string()));
                Walk::Descend
            })
            .unwrap();
        assert_eq!(seen, ["nestling.yml", "z", "a/new", "a/x", "ci/templates/t.yml", "d/y"]);
        let mut walked = Vec::new();
        let walk = &mut |dir: &RepoPath, _: &[DirectoryEntry]| {
            walked.push(dir.to_string());
            if ["a", "ci"].contains(&dir.to_string().as_str()) { Walk::Skip } else { Walk::Descend }
        };
        overlay.walk(walk).unwrap();
        assert_eq!(walked.last().map(String::as_str), Some("d"));
        assert!(!walked.iter().any(|dir| dir.contains("templates")), "{walked:?}");
        assert_eq!(overlay.read(&RepoPath::parse("z").unwrap()).unwrap().unwrap(), b"new");
    }

    /// Files that count how often they are walked.
    struct Counting {
        files: MemoryFiles,
        walks: Cell<usize>,
    }

    impl Files for Counting {
        fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
            self.files.read(path)
        }

        fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
            self.walks.set(self.walks.get() + 1);
            self.files.walk(visit)
        }
    }

    #[test]
    fn however_often_it_is_walked_the_repository_is_listed_once() {
        let files = Counting { files: MemoryFiles::new([("a/x", ""), ("b/c/y", "")]), walks: Cell::new(0) };
        let overlay = Overlay::new(&files, BTreeMap::new());
        for _ in 0..10 {
            overlay.walk(&mut |_, _| Walk::Descend).unwrap();
        }
        assert_eq!(files.walks.get(), 1);
    }
}
